import { resolve } from 'node:path';
import type { Lane } from '../traffic/lane.ts';
import { isGiven, type LaneInput } from './model/lane.ts';
import { missing } from './paths.ts';
import { type FieldPath, fieldName, type Problem } from './problem.ts';

/** What k6 takes no notice of; passed over in silence it would be believed. */
const notK6s = [
  ['arrivals'],
  ['ramps'],
  ['life'],
  ['overflow'],
  ['session'],
  ['spin'],
  ['tls'],
  ['expect', 'headers'],
  ['expect', 'minBytes'],
  ['expect', 'maxBytes'],
  ['expect', 'json'],
] as const;

/** What a script says by itself. */
const ofScript = [['connections'], ['requests'], ['request']] as const;

/** What a lane of k6 is to have, and what others are not to. */
export function* k6Rules(lane: LaneInput, path: FieldPath): Generator<Problem> {
  const { engine, script, env, connection, rate } = lane;
  const wrong = (field: FieldPath, message: string): Problem => ({
    path: [...path, ...field],
    at: field.length > 0 ? 'key' : 'value',
    message: `${fieldName([...path, ...field])}${message}`,
  });
  if (rate === undefined && script === undefined) yield wrong([], ' lacks the field "rate"');
  if (engine !== 'k6') {
    for (const field of ['script', 'env'] as const)
      if (lane[field] !== undefined) yield wrong([field], ': only a lane with engine: k6 has one');
    return;
  }
  for (const field of notK6s) if (isGiven(lane, field)) yield wrong(field, ': k6 has it from its script alone');
  if (connection === 'session') yield wrong(['connection'], ': what visitors do is said in the script of k6');
  if (script === undefined) {
    if (env !== undefined) yield wrong(['env'], ': only for a script of your own');
    return;
  }
  for (const field of ofScript) if (isGiven(lane, field)) yield wrong(field, ': the script says it by itself');
  for (const name of Object.keys(env ?? {})) {
    if (name === 'K6' || name.startsWith('K6_'))
      yield wrong(['env', name], ': this configures k6; a script does not see it');
    if (name.startsWith('HITLESS_')) yield wrong(['env', name], ': hitless sets it by itself');
  }
}

/** Each script that is not there. */
export function missingScripts(lanes: readonly LaneInput[], folder: string): Problem[] {
  return lanes.flatMap(({ engine, script }, index) =>
    engine === 'k6' && script !== undefined
      ? (missing(['lanes', index, 'script'], resolve(folder, script), script, 'file') ?? [])
      : [],
  );
}

/** The same lane with its script, whose path is relative to the scenario's folder. */
export function withScript(lane: Lane, { script, env = {} }: LaneInput, folder: string): Lane {
  return script === undefined ? lane : { ...lane, k6: { script: resolve(folder, script), env } };
}
