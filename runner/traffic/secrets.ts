import type { Lane } from './lane.ts';

/** Stands in a header in place of the value of an environment variable. */
const reference = /env:([A-Za-z_][A-Za-z0-9_]*)/g;

/** What lanes send and nobody is to read: the values behind `env:NAME`, longest first. */
export function secretsOf(lanes: readonly Lane[], environment: NodeJS.ProcessEnv = process.env): string[] {
  const written = lanes.flatMap(({ request }) => Object.values(request.headers));
  const names = written.flatMap((value) => [...value.matchAll(reference)].map(([, name]) => name ?? ''));
  const values = new Set(names.map((name) => environment[name] ?? '').filter((value) => value !== ''));
  return [...values].sort((a, b) => b.length - a.length);
}
