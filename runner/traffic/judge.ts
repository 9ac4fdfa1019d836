import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { wrongContentType } from '../../record/content-type.ts';
import { HitlessError } from '../../record/error.ts';
import type { Identity } from '../../record/facts.ts';
import type { Answer } from './answer.ts';
import { decode } from './decode.ts';
import { type Identified, IdentityReader } from './identity.ts';
import type { Expectation, Lane } from './lane.ts';
import type { Ending } from './outcome.ts';

export interface Judgement extends Identified {
  ending: Ending;
}

/** Says of complete answers what they are. */
export interface AnswerJudge {
  /** Whether it looks into bodies. */
  readonly needsBody: boolean;
  /** `asset`: the path, where it is the answer for an asset of a page. */
  judge(answer: Answer, asset?: string | null): Judgement;
  /** Who gave an answer of which only the head is there. */
  identifyHead(answer: Answer): Identified;
}

const ok: Ending = { outcome: 'ok', phase: null, detail: null };

/**
 * Says of a complete answer whether it is a good one, by a lane's definition, and who gave it. In this order, so that
 * the class is the first thing that is wrong: bytes after the end (surplus), status, coding, length, headers, the type
 * of an asset, body.
 */
export class Judge implements AnswerJudge {
  readonly needsBody: boolean;
  readonly #expect: Expectation;
  readonly #identity: IdentityReader;
  readonly #schema: ValidateFunction | null;

  /** Throws HITLESS_LANE_SCHEMA where the lane's JSON Schema is none. */
  constructor(lane: Lane, identity: Identity) {
    this.#expect = lane.expect;
    this.#identity = new IdentityReader(identity);
    this.#schema = compile(lane);
    this.needsBody = this.#identity.needsBody || lane.expect.json !== null;
  }

  /** `asset`: the path, where it is the answer for an asset of a page. */
  judge(answer: Answer, asset: string | null = null): Judgement {
    const decoded = decodedBody(answer);
    const json = this.needsBody && decoded instanceof Buffer ? parse(decoded) : undefined;
    return { ending: this.#ending(answer, decoded, json, asset), ...this.#identity.read(answer, json) };
  }

  /** Who gave an answer of which only the head is there. */
  identifyHead(answer: Answer): Identified {
    return this.#identity.read(answer, undefined);
  }

  #ending(answer: Answer, decoded: Buffer | Error | null, json: unknown, asset: string | null): Ending {
    if (answer.surplus > 0) return surplus(answer.surplus);
    const { statuses } = this.#expect;
    const status = answer.status as number;
    if (statuses.length > 0 ? !statuses.includes(status) : status < 200 || status > 299)
      return { outcome: 'status', phase: 'validate', detail: String(status) };
    if (decoded instanceof Error) return invalid(decoded.message);
    const ofHead = this.#lengthAndHeaders(answer, decoded?.length ?? answer.bodyLength);
    return ofHead ?? typeOfAsset(answer, asset) ?? this.#json(json) ?? ok;
  }

  #lengthAndHeaders(answer: Answer, length: number): Ending | null {
    const { minBytes, maxBytes, headers } = this.#expect;
    if (minBytes !== null && length < minBytes) return invalid(`${length} bytes, at least ${minBytes} expected`);
    if (maxBytes !== null && length > maxBytes) return invalid(`${length} bytes, at most ${maxBytes} expected`);
    for (const name in headers) {
      const values = answer.headerValues(name.toLowerCase());
      if (values.length === 0) return invalid(`header ${name} is missing`);
      if (!values.includes(headers[name] as string)) return invalid(`header ${name} is ${values.join(', ')}`);
    }
    return null;
  }

  #json(json: unknown): Ending | null {
    if (this.#expect.json === null) return null;
    if (json === undefined) return invalid('the body is not JSON');
    if (this.#schema === null || this.#schema(json)) return null;
    const error = this.#schema.errors?.[0];
    return invalid(`${error?.instancePath || 'body'} ${error?.message ?? 'does not fit the schema'}`);
  }
}

function typeOfAsset(answer: Answer, asset: string | null): Ending | null {
  const wrong = asset === null ? null : wrongContentType(asset, answer.header('content-type'));
  return wrong === null ? null : invalid(wrong);
}

export function surplus(bytes: number): Ending {
  return { outcome: 'surplus', phase: 'body', detail: `${bytes} bytes after the end of the answer` };
}

function invalid(what: string): Ending {
  return { outcome: 'invalid', phase: 'validate', detail: what.slice(0, 200) };
}

/** The body without its content coding; an Error where it has none of what it says; null where it was not kept. */
export function decodedBody(answer: Answer): Buffer | Error | null {
  const { body, contentEncoding } = answer;
  if (contentEncoding === null) return body;
  if (body === null) return new Error('a coded body of more than 64 MiB');
  if (body.length === 0) return body;
  try {
    return decode(body, contentEncoding);
  } catch (error) {
    return new Error(`content-encoding ${contentEncoding}: ${(error as Error).message}`);
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function compile(lane: Lane): ValidateFunction | null {
  const schema = lane.expect.json;
  if (schema === null || schema === true) return null;
  try {
    return new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  } catch (cause) {
    throw new HitlessError('HITLESS_LANE_SCHEMA', `lane ${lane.name}: expect.json is not a JSON Schema`, {
      blame: 'usage',
      hint: (cause as Error).message,
      cause,
    });
  }
}
