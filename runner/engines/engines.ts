import { HitlessError } from '../../record/error.ts';
import type { BlindSpot, EngineName } from '../../record/facts.ts';
import type { Lane } from '../traffic/lane.ts';
import { builtin } from './builtin.ts';
import type { Engine } from './engine.ts';

const engines: Partial<Record<EngineName, Engine>> = { builtin };

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
