import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareTraffic } from '../../../runner/traffic/traffic.ts';
import { laneOf, rowsOf } from '../../traffic/run-lanes.ts';
import { quantile } from '../spread.ts';
import type { Load, Reported } from './peer.ts';

/** What peers/hitless.ts runs: sends a load with the builtin engine, records each attempt, and tells what came of it. */
interface Told extends Load {
  spin: boolean;
  tellsLateness: boolean;
  folder: string;
}
const { url, connections, rate, until, spin, tellsLateness, folder } = JSON.parse(process.argv[2] ?? '') as Told;

const attemptsFile = join(folder, 'attempts.arrows');
rmSync(attemptsFile, { force: true });
const planned = 'requests' in until ? until.requests : rate === null ? null : rate * until.seconds;
const lane = laneOf({ connection: 'kept', connections, rate: rate ?? 'unpaced', requests: planned, spin });
const traffic = await prepareTraffic({
  lanes: [lane],
  identity: {},
  route: { kind: 'address', url },
  seed: 1,
  attemptsFile,
  onEvent: () => {},
  onError: (error) => {
    throw error;
  },
});
traffic.start();
if (planned === null) await sleep('seconds' in until ? until.seconds * 1000 : 0);
else await traffic.finished;
await traffic.stop();

const { sent = 0, failed = 0 } = traffic.counts()[0] ?? {};
const told: Reported = { counted: sent, failed };
if (tellsLateness) {
  const late = rowsOf(attemptsFile).map((row) => row.readyUs - row.intendedUs);
  told.ownLateP99Ms =
    quantile(
      late.sort((a, b) => a - b),
      0.99,
    ) / 1000;
}
console.log(JSON.stringify(told));
