import { type Dispatcher, getGlobalDispatcher } from 'undici';
import type { Api } from '../../targets/kubernetes/api.ts';
import { HttpMethod, RequestContext } from '../../targets/kubernetes/client.ts';
import type { Finding } from './finding.ts';

/** Certificates and tokens are judged by the clock; what is further off than that is no drift. */
const farOffS = 60;

/** How far our clock is from the API server's, by the Date of an answer, which has whole seconds. */
export async function clockFinding({ kubeConfig, server }: Api): Promise<Finding[]> {
  const url = new URL(`${server}/version`);
  const context = new RequestContext(url.href, HttpMethod.GET);
  await kubeConfig.applySecurityAuthentication(context);
  const dispatcher = (context.getDispatcher() ?? getGlobalDispatcher()) as Dispatcher;
  const options = { origin: url.origin, path: url.pathname, method: 'GET' as const, headers: context.getHeaders() };
  const beforeMs = Date.now();
  const { headers, body } = await dispatcher.request(options);
  const afterMs = Date.now();
  await body.dump();
  const name = 'clock';
  const theirs = Date.parse(String(headers.date));
  if (Number.isNaN(theirs)) return [{ name, status: 'ok', message: 'the API server sends no Date to compare with' }];
  return [offsetFinding(theirs - afterMs, theirs + 1000 - beforeMs)];
}

/** Theirs minus ours lies between the two, in ms. */
export function offsetFinding(leastMs: number, mostMs: number): Finding {
  const name = 'clock';
  const words = `the API server's is between ${seconds(leastMs)} and ${seconds(mostMs)} of ours`;
  // The bracket holds zero: no offset is seen.
  if (leastMs <= 0 && mostMs >= 0) return { name, status: 'ok', message: words };
  const nearest = Math.min(Math.abs(leastMs), Math.abs(mostMs));
  if (nearest < farOffS * 1000)
    return {
      name,
      status: 'ok',
      message: `${words}: the record brackets it, so that nothing is blamed on the wrong moment`,
    };
  return {
    name,
    status: 'warning',
    message: `${words}: certificates and tokens may count as expired, or not yet valid`,
    mend: 'Set the clock of this machine (chronyd, systemd-timesyncd), or that of the control plane.',
  };
}

function seconds(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1000).toFixed(1)} s`;
}
