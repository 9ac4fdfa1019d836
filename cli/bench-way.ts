import type { Subject } from '../runner/bench/stage.ts';
import { announcement } from '../runner/traffic/beyond-loopback.ts';
import { reach } from '../targets/url/reach.ts';

/**
 * Tries a URL as the requests will, so that what could never be answered is told before anything is measured; returns what
 * there is to know before. Rejects as reach does. `url`: with the path.
 */
export async function wayTo({ route, lane }: Subject, url: string, signal: AbortSignal): Promise<string[]> {
  if (route.kind !== 'address') return [];
  const { tls, addresses } = route;
  const way = { ...(tls && { tls }), ...(addresses && { addresses }) };
  const lines = [await reach(new URL(url), signal, way), await announcement([lane], route)];
  return lines.filter((line) => line !== undefined);
}
