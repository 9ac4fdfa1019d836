import { HitlessError } from '../record/error.ts';
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
  try {
    const way = { ...(tls && { tls }), ...(addresses && { addresses }) };
    const lines = [await reach(new URL(url), signal, way), await announcement([lane], route)];
    return lines.filter((line) => line !== undefined);
  } catch (error) {
    if (!(error instanceof HitlessError)) throw error;
    // It speaks of the field of a scenario, and here is none.
    const { code, blame, hint, message } = error;
    const details = { blame, ...(hint !== undefined && { hint }), cause: error };
    throw new HitlessError(code, message.replace(/^app\.url: /, ''), details);
  }
}
