import { parentPort, workerData } from 'node:worker_threads';
import { AttemptWriter } from '../../record/attempts-writer.ts';
import type { HitlessError } from '../../record/error.ts';
import type { Event } from '../../record/event.ts';
import { giveMemoryBack } from '../memory.ts';
import { isOfAnswer } from './flow/not-good.ts';
import type { Lane } from './lane.ts';
import { type FromThread, type ToThread, told, type WorkerData } from './messages.ts';
import { goAhead } from './priority.ts';
import { secretsOf } from './secrets.ts';
import { TrafficThread } from './traffic-thread.ts';
import { warmUp } from './warm-up.ts';

/** What a traffic thread runs: it warms up, says that it is ready, and does what it is told. */
const port = parentPort;
if (port === null) throw new Error('worker.ts is started by threads.ts');
const tell = (message: FromThread) => port.postMessage(message);

const fail = (error: Error) => {
  tell({ kind: 'failed', ...told(error) });
  process.exit(1);
};

const { setup, attemptsFile } = workerData as WorkerData;
const flow = setup.lanes.find((lane) => lane.flow !== undefined)?.flow;
const onFault = (error: HitlessError) => tell({ kind: 'fault', ...told(error) });
process.on('uncaughtException', (error) => {
  if (flow === undefined) fail(error);
  else if (!isOfAnswer(error)) strayFault(error, flow.file).then(onFault, () => fail(error));
});

/** What a flow has started and does not wait for. Rejects where the error is of no flow. */
async function strayFault(error: unknown, file: string): Promise<HitlessError> {
  const { flowFault, placeInFlow, thrownText } = await import('./flow/flow-fault.ts');
  if (placeInFlow(error, file).line === undefined) throw error;
  const what = `what a flow started and did not await threw ${thrownText(error)}`;
  return flowFault('HITLESS_FLOW_THREW', what, { file, at: error, secrets: secretsOf(setup.lanes) });
}

async function flows() {
  if (flow === undefined) return null;
  const { flowSenders } = await import('./flow/flow-senders.ts');
  return flowSenders(setup, onFault);
}

// Nobody knows how long a flow of the user's computes.
const rests = (lane: Lane) => lane.rate !== 'unpaced' && lane.flow === undefined;
const scheduling = goAhead(setup.lanes.every(rests));
giveMemoryBack();
await warmUp(setup.lanes);
const listener = {
  onEvent: (event: Event) => tell({ kind: 'event', event }),
  onLaneDone: (laneIndex: number) => tell({ kind: 'lane-done', laneIndex }),
};
const senders = await flows().catch(fail);
const thread = new TrafficThread(setup, new AttemptWriter(attemptsFile), listener, senders);
const close = () => {
  tell({ kind: 'closed' });
  process.exit(0);
};

port.on('message', (message: ToThread) => {
  if (message.kind === 'endpoints') thread.setEndpoints(message.route, message.endpoints);
  else if (message.kind === 'start') thread.start(message.fromUs);
  else if (message.kind === 'stop') thread.stop(message.stopUs).then(close, fail);
  else {
    thread.abort();
    close();
  }
});
tell({ kind: 'ready', scheduling });
