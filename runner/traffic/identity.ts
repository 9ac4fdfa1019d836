import type { Identity, IdentitySource } from '../../record/facts.ts';
import type { Answer } from './answer.ts';

/** What an answer says of who gave it. */
export interface Identified {
  replica: string | null;
  version: string | null;
  counter: number | null;
}

type Read = (answer: Answer, json: unknown) => unknown;

/** Reads identities out of answers, the way the scenario says (`body:/name`, `header:x-version`). */
export class IdentityReader {
  readonly needsBody: boolean;
  readonly #replica: Read;
  readonly #version: Read;
  readonly #counter: Read;

  constructor(identity: Identity) {
    this.needsBody = Object.values(identity).some((source) => source?.startsWith('body:'));
    this.#replica = reader(identity.replica);
    this.#version = reader(identity.version);
    this.#counter = reader(identity.counter);
  }

  /** `json` is the parsed body, or undefined where it is none. What is not there, or of another type, is null. */
  read(answer: Answer, json: unknown): Identified {
    return {
      replica: word(this.#replica(answer, json)),
      version: word(this.#version(answer, json)),
      counter: count(this.#counter(answer, json)),
    };
  }
}

function reader(source: IdentitySource | undefined): Read {
  if (source === undefined) return () => undefined;
  if (source.startsWith('header:')) {
    const name = source.slice('header:'.length).toLowerCase();
    return (answer) => answer.header(name) ?? undefined;
  }
  const steps = pointerSteps(source.slice('body:'.length));
  return (_, json) => resolve(json, steps);
}

/** The reference tokens of a JSON pointer (RFC 6901). */
function pointerSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function resolve(json: unknown, steps: readonly string[]): unknown {
  let value = json;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function word(value: unknown): string | null {
  if (typeof value === 'string') return value.length > 0 && value.length <= 200 ? value : null;
  return typeof value === 'number' ? String(value) : null;
}

function count(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}
