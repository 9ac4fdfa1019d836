import { extname } from 'node:path';
import type { Flow } from '../traffic/flow/flow.ts';
import type { Lane } from '../traffic/lane.ts';
import { laneDefaults, laneOf } from './lanes.ts';
import type { LaneInput } from './model/lane.ts';
import { type FieldPath, fieldName, type Problem } from './problem.ts';
import { moduleFiles } from './source.ts';

/** A lane of a TypeScript scenario, whose visitors may do what a function says. */
export type LaneDefinition = LaneInput & {
  /** What each visitor does, from coming to leaving; the lane's `rate` is visitors a second. */
  flow?: Flow;
};

/** Fields of a lane that say what a flow says itself. */
const saidByFlow = ['session', 'life'] as const;
const saidOfRequest = ['method', 'path', 'body'] as const;

/**
 * Takes the flow out of a lane. What is left is data: a session lane, whose session is a stand-in. undefined: it has none.
 */
export function takeFlow(lane: unknown, index: number): { data: unknown; problems: Problem[] } | undefined {
  if (typeof lane !== 'object' || lane === null || !('flow' in lane) || lane.flow === undefined) return undefined;
  const { flow, ...rest } = lane as Record<string, unknown>;
  const path = ['lanes', index];
  const problems = [
    ...(typeof flow === 'function'
      ? []
      : [problem([...path, 'flow'], 'expected a function; a lane has one in a scenario in TypeScript')]),
    ...(rest.connection === undefined || rest.connection === 'session'
      ? []
      : [problem([...path, 'connection'], 'visitors with a flow have connections of their own; leave it out')]),
    ...(rest.engine === undefined || rest.engine === 'builtin'
      ? []
      : [problem([...path, 'engine'], 'a flow is for the builtin engine')]),
    ...saidByFlow.filter((field) => field in rest).map((field) => said([...path, field])),
    ...saidOfRequest
      .filter((field) => typeof rest.request === 'object' && rest.request !== null && field in rest.request)
      .map((field) => said([...path, 'request', field])),
  ];
  const { session: _session, life: _life, engine: _engine, ...data } = rest;
  return { data: { ...data, connection: 'session', session: { page: '/' } }, problems };
}

/**
 * A lane whose visitors have a flow, with every default filled in. `file`: the scenario's, absolute. How many are there at
 * once follows from how long they stay, which nobody knows before.
 */
export function flowLaneOf(input: LaneInput, file: string, index: number): Lane {
  const lane = laneOf(input);
  const overflow = input.overflow ?? (lane.rate === 'unpaced' ? lane.overflow : laneDefaults.mostOpen);
  return { ...lane, overflow, session: null, flow: { file, index, base: '' } };
}

/** A flow is read again by each traffic thread, so there has to be a file to read. */
export function unreadableFlows(flows: ReadonlySet<number>, file: string): Problem[] {
  if (moduleFiles.includes(extname(file).toLowerCase())) return [];
  return [...flows].map((index) =>
    problem(
      ['lanes', index, 'flow'],
      'each traffic thread reads a flow anew, so the scenario has to be in a file of its own',
    ),
  );
}

function said(path: FieldPath): Problem {
  return { ...problem(path, 'the flow says that itself; leave it out'), at: 'key' };
}

function problem(path: FieldPath, what: string): Problem {
  return { path, at: 'value', message: `${fieldName(path)}: ${what}` };
}
