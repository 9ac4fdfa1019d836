import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareTraffic } from '../../runner/traffic/traffic.ts';
import { laneOf } from '../traffic/run-lanes.ts';
import { startArrivalServer } from './arrival-server.ts';

/**
 * By hand: `node test/bench/memory.ts --requests 1000000`, and again with 5000000: the peak resident memory of this process
 * while it sends so many, unpaced on 50 kept connections.
 */
const { values } = parseArgs({ options: { requests: { type: 'string', default: '1000000' } } });
const folder = mkdtempSync(join(tmpdir(), 'hitless-memory-'));
const server = await startArrivalServer(folder);
try {
  const lane = laneOf({
    connection: 'kept',
    connections: 50,
    rate: 'unpaced',
    requests: Number(values.requests),
    expect: { statuses: [], headers: {}, minBytes: null, maxBytes: null, json: { required: ['name'] } },
  });
  const traffic = await prepareTraffic({
    lanes: [lane],
    identity: { replica: 'body:/name' },
    route: { kind: 'address', url: server.url },
    seed: 1,
    attemptsFile: join(folder, 'attempts.arrows'),
    onEvent: () => {},
    onError: (error) => console.error(error),
  });
  const from = performance.now();
  traffic.start();
  await traffic.finished;
  await traffic.stop();
  const perSecond = Math.round(Number(values.requests) / ((performance.now() - from) / 1000));
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${JSON.stringify(traffic.counts()[0])}\npeak ${peakMb} MB, ${perSecond} a second`);
} finally {
  server.stop();
  rmSync(folder, { recursive: true });
}
