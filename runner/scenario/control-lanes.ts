import type { Lane } from '../traffic/lane.ts';
import { peakRate } from '../traffic/plan.ts';
import { laneOf } from './lanes.ts';

/** A witness of the way there need not be as busy as the app's lanes, and somebody else's server is asked. */
const mostRate = 50;
const mostConnections = 10;

/** Their names, which no lane of the app may have: the way there is tried as it is used. */
export const controlLaneNames = { fresh: 'control', kept: 'control-kept' } as const;

/**
 * The lanes to `url`, which nobody deploys: one for new connections, one for kept ones, as the app's lanes use them, since
 * a fault of the way there (a proxy that reloads) can show on one of the two alone. At the rate of the app's busiest
 * lane of that kind, 50 a second at the most.
 */
export function controlLanesOf(url: string, lanes: readonly Lane[]): Lane[] {
  const kinds = [
    ['fresh', lanes.filter(({ connection }) => connection !== 'kept')],
    ['kept', lanes.filter(({ connection }) => connection === 'kept')],
  ] as const;
  return kinds.flatMap(([connection, alike]) => {
    if (alike.length === 0) return [];
    const rate = Math.max(...alike.map((lane) => peakRate(lane) ?? mostRate));
    const connections = Math.max(...alike.map((lane) => lane.connections));
    const lane = laneOf({
      name: controlLaneNames[connection],
      connection,
      rate: Math.min(mostRate, Math.max(1, rate)),
      connections: Math.min(mostConnections, connections),
      request: { path: URL.parse(url)?.pathname ?? '/' },
    });
    return [{ ...lane, control: url }];
  });
}
