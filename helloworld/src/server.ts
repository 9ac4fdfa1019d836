import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { FileCounter, MemoryCounter } from './counter.ts';
import { drainOnSigterm } from './drain.ts';
import { openLedger } from './ledger.ts';
import { Replica } from './replica.ts';
import { endOnError, readSettings } from './settings.ts';

endOnError('helloworld');

const settings = readSettings(process.env);
const ledger = settings.ledger === null ? null : openLedger(settings.ledger);
const counter = settings.counterFile === null ? new MemoryCounter() : new FileCounter(settings.counterFile);
const replica = new Replica(settings, ledger, counter);
const server = createServer((request, response) => replica.answer(request, response));
if (settings.drainMs !== null) drainOnSigterm(server, replica, settings.drainMs);
if (settings.ignoreSigterm) process.on('SIGTERM', () => {});

const says = `helloworld ${settings.version} ${replica.name}`;
if (settings.startDelayMs > 0) {
  console.log(`${says} waits ${settings.startDelayMs} ms before it listens`);
  await setTimeout(settings.startDelayMs);
}
server.listen(settings.port, settings.host, () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : settings.port;
  console.log(`${says} listens on ${settings.host} port ${port}`);
});
