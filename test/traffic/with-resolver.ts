import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nowUs } from '../../record/clock.ts';
import { laneOf, runLanes } from './run-lanes.ts';

/**
 * Traffic to a name whose resolver is ours: it knows two addresses, and holds one of its answers back. Run where
 * /etc/resolv.conf names 127.0.0.153; prints what came of it as JSON.
 */
export interface Resolved {
  rows: {
    outcome: string;
    phase: string | null;
    detail: string | null;
    handled: string;
    address: string | null;
    readyUs: number;
    sentUs: number;
    endUs: number;
    resolveUs: number | null;
  }[];
  /** When the held question came and when it was answered. */
  held: { fromUs: number; toUs: number };
  /** Questions for addresses of IPv4 while there was traffic. */
  questions: number;
  durationMs: number;
}

const holdMs = 2_500;
const addresses = ['127.0.0.1', '127.0.0.2'];

/** An answer to a question for A records (RFC 1035, 4.1); to any other, that there are none. */
function answerTo(question: Buffer): Buffer {
  const end = question.indexOf(0, 12) + 5;
  const isA = question.readUInt16BE(end - 4) === 1;
  const records = isA ? addresses.map((address) => record(address)) : [];
  const head = Buffer.from(question.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...records]);
}

/** Of the name in the question (a pointer to byte 12), good for 0 s. */
function record(address: string): Buffer {
  return Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
}

async function main(): Promise<void> {
  const servers = addresses.map(() => createServer((_, response) => response.end('ok')));
  const [first, second] = servers as [(typeof servers)[0], (typeof servers)[0]];
  await new Promise<void>((resolve) => first.listen(0, addresses[0], resolve));
  const { port } = first.address() as AddressInfo;
  await new Promise<void>((resolve) => second.listen(port, addresses[1], resolve));

  const held = { fromUs: 0, toUs: 0 };
  let questions = 0;
  let isTraffic = false;
  const resolver = createSocket('udp4', (question, { port: from, address }) => {
    const tell = () => resolver.send(answerTo(question), from, address);
    if (isTraffic) questions++;
    if (!isTraffic || questions !== 2) {
      tell();
      return;
    }
    held.fromUs = nowUs();
    setTimeout(() => {
      held.toUs = nowUs();
      tell();
    }, holdMs);
  });
  await new Promise<void>((resolve) => resolver.bind(53, '127.0.0.153', resolve));

  const limits = { connectUs: 1e6, tlsUs: 30e6, headersUs: 30e6, bodyUs: 30e6 };
  const startedUs = nowUs();
  const { rows } = await runLanes({
    lanes: [laneOf({ rate: 60, limits })],
    route: { kind: 'address', url: `http://shop.test:${port}` },
    until: async (traffic) => {
      isTraffic = true;
      while (held.toUs === 0 || nowUs() - held.toUs < 1_500_000)
        await new Promise((resolve) => setTimeout(resolve, 20));
      await traffic.stop();
    },
  });
  const resolved = { rows, held, questions, durationMs: (nowUs() - startedUs) / 1000 };
  process.stdout.write(JSON.stringify(resolved), () => process.exit(0));
}

await main();
