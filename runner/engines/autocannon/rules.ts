import { METHODS } from 'node:http';
import { HitlessError } from '../../../record/error.ts';
import type { Lane } from '../../traffic/lane.ts';

/** What a lane asks for and autocannon cannot do: the field, and words that follow its name. */
export type Fault = readonly [field: readonly string[], message: string];

/** A client that rests for as long as this is taken for one that waits: between two bursts it rests for a second. */
const leastLimitUs = 2_000_000;
/** What a burst each second can show. */
export const burstResolutionUs = 1_000_000;
const ascii = /^[\t -~]*$/;

type Asked = Pick<
  Lane,
  'connection' | 'rate' | 'arrivals' | 'ramps' | 'life' | 'request' | 'limits' | 'resolutionUs' | 'turns'
>;

export function* autocannonFaults(lane: Asked): Generator<Fault> {
  if (lane.connection !== 'kept')
    yield [['connection'], ': autocannon keeps its connections (with -D it does not read answers); expected kept'];
  if (lane.rate !== 'unpaced' && !Number.isInteger(lane.rate))
    yield [['rate'], `: autocannon takes whole numbers, got ${lane.rate}`];
  if (lane.arrivals !== 'constant') yield [['arrivals'], ': autocannon sends a burst at the start of each second'];
  if (lane.turns !== undefined) yield [['turns'], ': autocannon sends all the time'];
  if (lane.ramps.length > 0) yield [['ramps'], ': the rate of autocannon stays as it is'];
  if (lane.life.requests !== null || lane.life.ageUs !== null)
    yield [['life'], ': autocannon keeps a connection for as long as the server does'];
  if (!METHODS.includes(lane.request.method))
    yield [['request', 'method'], `: autocannon does not send ${lane.request.method}`];
  for (const [name, value] of Object.entries(lane.request.headers))
    if (!ascii.test(value))
      yield [['request', 'headers', name], ': autocannon sends ASCII in headers as it is, and no more'];
  if (lane.limits.headersUs < leastLimitUs)
    yield [['limits', 'headers'], `: autocannon waits for ${leastLimitUs / 1e6}s at the least`];
  if (lane.rate !== 'unpaced' && lane.resolutionUs < burstResolutionUs)
    yield [['resolution'], ': autocannon sends once a second, so 1s is the shortest'];
}

/** Throws HITLESS_ENGINE, of the first. */
export function assertLane(lane: Lane): void {
  const [fault] = autocannonFaults(lane);
  if (fault === undefined) return;
  const [field, message] = fault;
  throw new HitlessError('HITLESS_ENGINE', `lane ${lane.name}: ${field.join('.')}${message}`, { blame: 'usage' });
}
