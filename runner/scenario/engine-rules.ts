import { autocannonFaults } from '../engines/autocannon/rules.ts';
import { laneOf } from './lanes.ts';
import { isGiven, type LaneInput } from './model/lane.ts';
import type { ScenarioInput } from './model.ts';
import { type FieldPath, fieldName, type Problem } from './problem.ts';

/** What autocannon takes no notice of. */
const notAutocannons = [
  ['overflow'],
  ['spin'],
  ['session'],
  ['tls'],
  ['limits', 'connect'],
  ['limits', 'tls'],
  ['limits', 'body'],
] as const;

/** What a lane asks for and its engine cannot do; a field that is passed over in silence would be believed. */
export function* engineRules(lane: LaneInput, path: FieldPath): Generator<Problem> {
  if (lane.engine !== 'autocannon') return;
  for (const field of notAutocannons)
    if (isGiven(lane, field)) yield problem([...path, ...field], ': autocannon has no such thing', 'key');
  for (const [field, message] of autocannonFaults(laneOf(lane))) yield problem([...path, ...field], message, 'value');
}

/** How it gets to a URL. */
export function* engineWayRules({ app, lanes }: ScenarioInput): Generator<Problem> {
  if (app.url?.startsWith('https:') !== true || app.tls?.insecure === true) return;
  for (const [index, { engine }] of lanes.entries())
    if (engine === 'autocannon')
      yield problem(
        ['lanes', index, 'engine'],
        ': autocannon takes any certificate: use builtin, or say that any will do (app.tls.insecure: true, or --insecure)',
        'value',
      );
}

function problem(path: FieldPath, message: string, at: Problem['at']): Problem {
  return { path, at, message: `${fieldName(path)}${message}` };
}
