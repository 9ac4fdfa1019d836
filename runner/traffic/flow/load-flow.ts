import { HitlessError } from '../../../record/error.ts';
import { readSource } from '../../scenario/source.ts';
import type { Lane } from '../lane.ts';
import type { Flow } from './flow.ts';

/**
 * The flows of lanes, by name: the scenario's module is imported anew in the thread that calls, so what is at its top is
 * done, and is there, once in each. Rejects with HITLESS_FLOW where that does not give the flow again.
 */
export async function loadFlows(lanes: readonly Lane[]): Promise<Map<string, Flow>> {
  const flows = new Map<string, Flow>();
  for (const { name, flow: source } of lanes)
    if (source !== undefined) flows.set(name, flowIn(await definitionIn(source.file, name), { ...source, name }));
  return flows;
}

async function definitionIn(file: string, lane: string): Promise<unknown> {
  try {
    return (await readSource(file)).value;
  } catch (error) {
    if (!(error instanceof HitlessError)) throw error;
    throw new HitlessError('HITLESS_FLOW', `the flow of lane ${lane}: ${error.message}`, {
      blame: 'usage',
      ...(error.location && { location: error.location }),
      hint: 'Each traffic thread imports the file of a scenario with flows itself: what is at its top must work there too.',
      cause: error,
    });
  }
}

function flowIn(definition: unknown, { file, index, name }: { file: string; index: number; name: string }): Flow {
  const lanes = (definition as { lanes?: unknown } | null)?.lanes;
  const flow = Array.isArray(lanes) ? (lanes[index] as { flow?: unknown } | null)?.flow : undefined;
  if (typeof flow === 'function') return flow as Flow;
  throw new HitlessError('HITLESS_FLOW', `lanes[${index}] (${name}) has no flow in a traffic thread`, {
    blame: 'usage',
    location: { file },
    hint: 'Each traffic thread imports the file itself: its lanes have to be the same each time.',
  });
}
