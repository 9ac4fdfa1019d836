import type { BlindSpot, EngineName, LaneFacts } from '../../record/facts.ts';
import type { Lane } from '../traffic/lane.ts';
import { autocannonEngine } from './autocannon/autocannon.ts';
import { builtin } from './builtin.ts';
import type { Engine } from './engine.ts';
import { k6 } from './k6/k6.ts';

const engines: Readonly<Record<EngineName, Engine>> = { builtin, autocannon: autocannonEngine, k6 };

export function engineNamed(name: EngineName): Engine {
  return engines[name];
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
