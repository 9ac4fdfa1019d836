import { HitlessError } from '../../record/error.ts';
import type { Route } from '../../targets/target.ts';
import type { Lane } from './lane.ts';
import type { TrafficOptions } from './traffic.ts';

/** The main one, or that to the Service or the control's URL which the lane names. Throws HITLESS_ROUTE where there is none. */
export function routeOfLane(
  { service, control }: Pick<Lane, 'service' | 'control'>,
  { route, services }: Pick<TrafficOptions, 'route' | 'services'>,
): Route {
  const name = control ?? service;
  const found = name === null ? route : services?.get(name);
  if (found !== undefined) return found;
  throw new HitlessError('HITLESS_ROUTE', `there is no route to ${control ?? `the Service ${service}`}`, {
    blame: 'usage',
  });
}
