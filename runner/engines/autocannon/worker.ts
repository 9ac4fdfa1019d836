import { parentPort, workerData } from 'node:worker_threads';
import { AttemptWriter } from '../../../record/attempts-writer.ts';
import { type FromThread, type ToThread, told } from '../../traffic/messages.ts';
import { goAhead } from '../../traffic/priority.ts';
import { AutocannonThread, type ThreadData } from './autocannon-thread.ts';

/** What the thread of autocannon's lanes runs: as runner/traffic's own, it is told when to begin and to end. */
const port = parentPort;
if (port === null) throw new Error('worker.ts is started by autocannon.ts');
const tell = (message: FromThread) => port.postMessage(message);

const fail = (error: Error) => {
  tell({ kind: 'failed', ...told(error) });
  process.exit(1);
};
process.on('uncaughtException', fail);

const data = workerData as ThreadData;
const scheduling = goAhead(data.lanes.every(({ rate }) => rate !== 'unpaced'));
const thread = new AutocannonThread(data, new AttemptWriter(data.attemptsFile), {
  onEvent: (event) => tell({ kind: 'event', event }),
  onLaneDone: (laneIndex) => tell({ kind: 'lane-done', laneIndex }),
});
const close = () => {
  tell({ kind: 'closed' });
  process.exit(0);
};

port.on('message', (message: ToThread) => {
  if (message.kind === 'start') thread.start();
  else if (message.kind === 'stop') thread.stop().then(close, fail);
  else if (message.kind === 'abort') {
    thread.abort();
    close();
  }
});
tell({ kind: 'ready', scheduling });
