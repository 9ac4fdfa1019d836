import { addressText, isLoopback, isLoopback4, placeOf } from '../../targets/address.ts';
import type { Route } from '../../targets/target.ts';
import { type Lane, requestsEach } from './lane.ts';
import { peakRate } from './plan.ts';
import { addressesOf } from './reachable.ts';

/** Every address of a route's host, none where the run's own source addresses or a choice of replicas make it harmless. */
export async function sharedPlaces(route: Route): Promise<string[]> {
  const url = URL.parse(route.url);
  if (route.kind !== 'address' || url === null) return [];
  const { host, port } = placeOf(url);
  const addresses = await addressesOf(host, route.addresses);
  return addresses
    .filter(({ address }) => !(process.platform === 'linux' && isLoopback4(address)))
    .map(({ address }) => addressText({ host: address, port }));
}

/** One line, before requests leave this machine: how many, and to whom; undefined where they do not. */
export async function announcement(lanes: readonly Lane[], route: Route): Promise<string | undefined> {
  const url = URL.parse(route.url);
  if (route.kind !== 'address' || url === null) return undefined;
  const { host } = placeOf(url);
  const addresses = (await addressesOf(host, route.addresses)).map(({ address }) => address);
  const loopback = addresses.length > 0 && addresses.every(isLoopback);
  if (loopback) return undefined;
  const shown = addresses.length === 0 || addresses.includes(host) ? '' : ` (${addresses.slice(0, 3).join(', ')})`;
  return `${trafficText(lanes)} go to ${url.host}${shown}`;
}

/** `up to 300 requests a second`, of all lanes together; of those with a flow, how many visitors. */
export function trafficText(all: readonly Lane[]): string {
  const lanes = all.filter(({ flow }) => flow === undefined);
  const visitors = all.filter(({ flow }) => flow !== undefined);
  const paced = lanes.reduce((sum, lane) => sum + (peakRate(lane) ?? 0) * requestsEach(lane), 0);
  const unpaced = lanes.filter((lane) => peakRate(lane) === null);
  const connections = unpaced.reduce((sum, lane) => sum + lane.connections, 0);
  const parts = [
    ...(paced > 0 ? [`up to ${Math.ceil(paced)} requests a second`] : []),
    ...(connections > 0 ? [`as many requests as are answered on ${connections} connections`] : []),
    ...visitorsText(visitors),
  ];
  return parts.join(', and ');
}

function visitorsText(lanes: readonly Lane[]): string[] {
  const coming = lanes.reduce((sum, lane) => sum + (peakRate(lane) ?? 0), 0);
  const there = lanes.reduce((sum, lane) => sum + (peakRate(lane) === null ? lane.connections : 0), 0);
  return [
    ...(coming > 0 ? [`up to ${Math.ceil(coming)} visitors a second`] : []),
    ...(there > 0 ? [`${there} visitors at once`] : []),
  ];
}
