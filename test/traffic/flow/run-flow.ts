import type { Attempt } from '../../../record/attempt.ts';
import type { Lane } from '../../../runner/traffic/lane.ts';
import type { Traffic } from '../../../runner/traffic/traffic.ts';
import { addressOf, laneOf, type Ran, runLanes } from '../run-lanes.ts';
import { good, type Request, SmallServer } from '../small-server.ts';
import { flowOf } from './flows.ts';

type Name = Parameters<typeof flowOf>[0];

/** A lane of visitors with one of the flows of these tests. */
export function flowLane(name: Name, differences: Partial<Lane> = {}): Lane {
  return laneOf({ name, connection: 'session', flow: flowOf(name), rate: 50, requests: 1, ...differences });
}

/** An answer with a body, and further lines for its head. */
export function answerOf(status: string, body: string, ...lines: string[]): string {
  const head = [`HTTP/1.1 ${status}`, ...lines, `content-length: ${Buffer.byteLength(body)}`];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

export interface RanFlow extends Ran {
  /** As the server saw them. */
  requests: Request[];
}

interface Options {
  answer?: (request: Request) => void;
  until?: (traffic: Traffic, server: SmallServer) => Promise<void>;
  seed?: number;
  threads?: number;
}

/** Lets visitors meet a server in this process. */
export async function runFlow(lanes: Lane | Lane[], { answer, until, ...rest }: Options = {}): Promise<RanFlow> {
  const server = new SmallServer(answer ?? (({ socket }) => socket.write(good)));
  const port = await server.listen();
  try {
    const ran = await runLanes({
      lanes: [lanes].flat(),
      route: addressOf(port),
      ...(until && { until: (traffic) => until(traffic, server) }),
      ...rest,
    });
    return { ...ran, requests: server.requests };
  } finally {
    server.close();
  }
}

export const inOrder = (rows: readonly Attempt[]): Attempt[] => [...rows].sort((a, b) => a.intendedUs - b.intendedUs);

export async function reached(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
