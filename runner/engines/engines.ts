import { HitlessError } from '../../record/error.ts';
import type { BlindSpot, EngineName, LaneFacts } from '../../record/facts.ts';
import type { Lane } from '../traffic/lane.ts';
import { autocannonEngine } from './autocannon/autocannon.ts';
import { builtin } from './builtin.ts';
import type { Engine } from './engine.ts';
import { k6 } from './k6/k6.ts';

const engines: Partial<Record<EngineName, Engine>> = { builtin, autocannon: autocannonEngine, k6 };

/** Throws HITLESS_ENGINE where there is none of that name. */
export function engineNamed(name: EngineName): Engine {
  const engine = engines[name];
  if (engine !== undefined) return engine;
  throw new HitlessError('HITLESS_ENGINE', `there is no engine ${name}`, {
    blame: 'usage',
    hint: `There are ${Object.keys(engines).join(', ')}.`,
  });
}

/** What the engine of a lane does not see of it. */
export function blindSpotsOf(lane: Lane): readonly BlindSpot[] {
  return engineNamed(lane.engine).blindTo(lane);
}

/** What is true of a lane because of who sends it. */
export function engineFacts(lane: Lane): Pick<LaneFacts, 'engine' | 'blindTo' | 'arrivals'> {
  const blindTo = [...blindSpotsOf(lane)];
  return {
    engine: lane.engine,
    ...(blindTo.length > 0 && { blindTo }),
    arrivals: engineNamed(lane.engine).arrivals?.(lane) ?? lane.arrivals,
  };
}
