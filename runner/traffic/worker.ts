import { parentPort, workerData } from 'node:worker_threads';
import { AttemptWriter } from '../../record/attempts-writer.ts';
import { HitlessError } from '../../record/error.ts';
import { giveMemoryBack } from '../memory.ts';
import type { FromThread, ToThread, WorkerData } from './messages.ts';
import { goAhead } from './priority.ts';
import { TrafficThread } from './traffic-thread.ts';
import { warmUp } from './warm-up.ts';

/** What a traffic thread runs: it warms up, says that it is ready, and does what it is told. */
const port = parentPort;
if (port === null) throw new Error('worker.ts is started by threads.ts');
const tell = (message: FromThread) => port.postMessage(message);

const fail = (error: Error) => {
  const ours = error instanceof HitlessError ? error : null;
  tell({ kind: 'failed', code: ours?.code ?? null, message: error.message, hint: ours?.hint ?? null });
  process.exit(1);
};
process.on('uncaughtException', fail);

const { setup, attemptsFile } = workerData as WorkerData;
const scheduling = goAhead(setup.lanes.every((lane) => lane.rate !== 'unpaced' && !lane.spin));
giveMemoryBack();
await warmUp();
const thread = new TrafficThread(setup, new AttemptWriter(attemptsFile), {
  onEvent: (event) => tell({ kind: 'event', event }),
  onLaneDone: (laneIndex) => tell({ kind: 'lane-done', laneIndex }),
});
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
