import type { Attempt } from '../../record/attempt.ts';
import type { Lane } from './lane.ts';

/** Stands where a secret was. */
const leftOut = '***';

/** Stands in a header in place of the value of an environment variable. */
const reference = /env:([A-Za-z_][A-Za-z0-9_]*)/g;

/** What lanes send and nobody is to read: the values behind `env:NAME`, longest first. */
export function secretsOf(lanes: readonly Lane[], environment: NodeJS.ProcessEnv = process.env): string[] {
  const written = lanes.flatMap(({ request }) => Object.values(request.headers));
  const names = written.flatMap((value) => [...value.matchAll(reference)].map(([, name]) => name ?? ''));
  const values = new Set(names.map((name) => environment[name] ?? '').filter((value) => value !== ''));
  return [...values].sort((a, b) => b.length - a.length);
}

/** Takes them out of what an answer can have put into a row. */
export function hideSecrets(attempt: Attempt, secrets: readonly string[]): void {
  for (const field of ['detail', 'replica', 'version'] as const) {
    const text = attempt[field];
    if (text !== null) attempt[field] = withoutSecrets(text, secrets);
  }
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, leftOut), text);
}
