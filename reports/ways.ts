import type { Result } from '../record/result.ts';
import { plain } from './plain.ts';
import { counted, duration } from './words.ts';

const mostAddresses = 5;

/**
 * How connections to somebody else's deployment came about, a sentence a lane: its addresses where they are several, and
 * how long names and handshakes took. Where the platform is ours, addresses are replicas, which are told apart.
 */
export function waysOf({ target, traffic }: Result): string[] {
  if (target.kind !== 'url') return [];
  return traffic.flatMap(({ lane, addresses, resolveMs, tlsMs, tlsResumed = 0 }) => {
    const parts = [
      ...(addresses === undefined ? [] : [`went to ${addressesText(addresses)}`]),
      ...(tlsMs === undefined
        ? []
        : [`TLS handshakes took ${duration(tlsMs.p50)} (p50), ${duration(tlsMs.p99)} (p99)`]),
      ...(tlsResumed === 0 ? [] : [`${tlsResumed.toLocaleString('en-US')} went on with an earlier session`]),
      ...(resolveMs === undefined ? [] : [`its name was looked up within ${duration(resolveMs.max)}`]),
    ];
    return parts.length === 0 ? [] : [`${plain(lane, 40)}: ${parts.join('; ')}.`];
  });
}

function addressesText(addresses: NonNullable<Result['traffic'][number]['addresses']>): string {
  const shown = addresses.slice(0, mostAddresses).map(({ address, connections, failed }) => {
    const lost = failed === 0 ? '' : `, ${failed} failed`;
    return `${plain(address, 60)} (${counted(connections, 'connection')}${lost})`;
  });
  const more = addresses.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
