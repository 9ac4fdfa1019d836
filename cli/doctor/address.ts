import { lookup } from 'node:dns/promises';
import { HitlessError } from '../../record/error.ts';
import { placeOf } from '../../targets/address.ts';
import { reach } from '../../targets/url/reach.ts';
import type { Look } from './finding.ts';

/** The way that traffic would take: the name, a connection, one HEAD request. */
export const lookAtAddress: Look = async ({ url, way }, signal) => {
  const name = 'address';
  if (url === undefined)
    return [{ name, status: 'warning', message: 'none was given, so none was tried', mend: 'Say --url URL.' }];
  try {
    const fromMs = performance.now();
    const addresses = way.addresses ?? (await addressesOf(placeOf(url).host));
    const tookMs = Math.round(performance.now() - fromMs);
    const said = await reach(url, signal, way);
    const where = addresses.length === 0 ? '' : ` (${addresses.join(', ')}, looked up in ${tookMs} ms)`;
    if (said === undefined) return [{ name, status: 'ok', message: `${url.href} answers${where}` }];
    const mend = 'Give the URL of something that answers with 2xx, or expect that status.';
    return [{ name, status: 'warning', message: `${said}${where}`, mend }];
  } catch (error) {
    if (!(error instanceof HitlessError)) throw error;
    const mend = error.hint === undefined ? {} : { mend: error.hint };
    return [{ name, status: 'missing', message: error.message, ...mend }];
  }
};

/** None where it is an address already, and none where reach() will say why it cannot be looked up. */
async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address).filter((address) => address !== host);
}
