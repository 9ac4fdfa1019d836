import type { HitlessError } from '../../../record/error.ts';
import type { LaneSender, LaneSenderOptions } from '../lane-sender.ts';
import { seededRandom } from '../random.ts';
import type { ThreadSetup } from '../traffic-thread.ts';
import { FlowLane } from './flow-lane.ts';
import { FlowRequests } from './flow-requests.ts';
import { noteFlow } from './heartbeat.ts';
import { loadFlows } from './load-flow.ts';

/** Makes the sender of a lane with a flow. `most`: how many visitors may be there at once. */
export type FlowSenders = (
  options: LaneSenderOptions,
  lane: { laneIndex: number; host: string; most: number },
) => LaneSender;

/** Of what is drawn for one end apart from the others, by random.ts. */
const stream = 3;

/** With the flows of a thread's lanes loaded. Rejects as loadFlows does. `onFault`: a flow is wrong. */
export async function flowSenders(setup: ThreadSetup, onFault: (error: HitlessError) => void): Promise<FlowSenders> {
  const { lanes, identity, seed, thread, beats } = setup;
  const flows = await loadFlows(lanes);
  return (options, { laneIndex, host, most }) => {
    const { lane } = options.work;
    const flow = flows.get(lane.name);
    if (flow === undefined) throw new Error(`the flow of lane ${lane.name} was not loaded`);
    return new FlowLane(options, {
      flow,
      file: lane.flow?.file ?? '',
      requests: new FlowRequests(options.work, identity, { host, isSecure: options.wire.tls !== null }),
      randomOf: (number) => seededRandom(seed, laneIndex, stream, number),
      most,
      onFault,
      onFlow: () => noteFlow(beats, thread, laneIndex),
    });
  };
}
