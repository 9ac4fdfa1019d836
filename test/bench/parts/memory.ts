import { hitless } from '../peers/hitless.ts';
import { interleaved } from '../rounds.ts';
import { figure, middle, table } from '../table.ts';
import type { Bench } from './part.ts';

/** Peak resident memory of each sender's largest process, at full speed, by the number of attempts. */
export async function memory(bench: Bench): Promise<string> {
  const { server, connections, folder, attempts, measured, rounds } = bench;
  const subjects = [hitless('hitless'), ...bench.peers].flatMap((peer) =>
    attempts.flatMap((requests) => {
      const load = { url: server.url, connections, rate: null, until: { requests } };
      if (peer.order(load, folder) === null) return [];
      const measure = async () => {
        const { peakKb } = await measured.run(peer.order(load, folder) as NonNullable<ReturnType<typeof peer.order>>);
        await server.arrivals();
        return peakKb / 1024;
      };
      return [{ name: keyOf(peer.name, requests), measure }];
    }),
  );
  const peaks = await interleaved(rounds, subjects);
  const rows = [hitless('hitless'), ...bench.peers]
    .filter(({ name }) => peaks.has(keyOf(name, attempts[0] as number)))
    .map(({ name }) => [name, ...attempts.map((count) => middle(peaks.get(keyOf(name, count)) ?? [], 0))]);
  return table(['sender', ...attempts.map((count) => `${figure(count, 0)} attempts, MB`)], rows);
}

function keyOf(name: string, requests: number): string {
  return `${name}, ${requests}`;
}
