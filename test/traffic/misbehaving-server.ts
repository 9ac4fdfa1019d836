import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { nowUs } from '../../record/clock.ts';
import { seededRandom } from '../../runner/traffic/random.ts';

/**
 * A server that does to each request what a die says, and keeps a ledger of it by x-hitless-id: [id, what, idle us].
 * Started as a child process with its orders as the argument; it tells its port, and its books when it is asked.
 */
export interface Orders {
  mode: 'good' | 'mixed' | 'every-third' | 'every-third-reset' | 'idle-race';
  /** Closes the listener for `closedMs` every `everyMs`; 0: never. */
  closedMs: number;
  everyMs: number;
}

/** A stretch in which the listener was closed: surely from b to c, perhaps from a, perhaps to d. */
export interface Closure {
  aUs: number;
  bUs: number;
  cUs: number;
  dUs: number;
}

export interface Books {
  ledger: [id: string, what: Behaviour, idleUs: number | null][];
  closures: Closure[];
}

const json = '{"hello":"world","name":"Z2vTvgmxb0"}';
const head = (length: number, more = '') =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${more}content-length: ${length}\r\n\r\n`;
const good = head(json.length) + json;
const zipped = gzipSync(json);

const behaviours = {
  good: (socket: Socket) => socket.write(good),
  fin: (socket: Socket) => socket.end(),
  rst: (socket: Socket) => socket.resetAndDestroy(),
  'mid-headers': (socket: Socket) => socket.end(good.slice(0, 30)),
  'mid-body': (socket: Socket) => socket.end(good.slice(0, -10)),
  'mid-chunk': (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"a":'),
  never: () => {},
  'status-500': (socket: Socket) => socket.write('HTTP/1.1 500 Oh\r\ncontent-length: 3\r\n\r\nno\n'),
  'wrong-json': (socket: Socket) => socket.write(`${head(15)}{"hello":"moon"`),
  'other-json': (socket: Socket) => socket.write(`${head(11)}{"hello":1}`),
  'too-long': (socket: Socket) => socket.write(head(json.length - 7) + json),
  'too-short': (socket: Socket) => socket.end(head(json.length + 7) + json),
  continue: (socket: Socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${good}`),
  'two-answers': (socket: Socket) => socket.write(good + good),
  gzip: (socket: Socket) =>
    socket.write(Buffer.concat([Buffer.from(head(zipped.length, 'content-encoding: gzip\r\n')), zipped])),
  garbage: (socket: Socket) => socket.write(`${good}\r\ngarbage`),
  'not-http': (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
  'bad-chunk': (socket: Socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n${json}\r\n0\r\n\r\n`),
  chunked: (socket: Socket) =>
    socket.write(
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`,
    ),
  'until-close': (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${json}`),
  'last-of-connection': (socket: Socket) => socket.end(head(json.length, 'connection: close\r\n') + json),
  /** Behind a whole answer, without a word: the next request must find another connection. */
  'good-then-fin': (socket: Socket) => socket.end(good),
  /** It came after the server had ended the connection. */
  'too-late': () => {},
  'idle-fin': (socket: Socket) => socket.end(),
  'idle-rst': (socket: Socket) => socket.resetAndDestroy(),
};
export type Behaviour = keyof typeof behaviours;

const mixed = Object.keys(behaviours).filter(
  (name) => !name.includes('idle') && name !== 'never' && name !== 'too-late',
) as Behaviour[];

function main(orders: Orders): void {
  const random = seededRandom(20_191_216);
  const books: Books = { ledger: [], closures: [] };

  const mixedTurn = (): Behaviour => {
    const die = random();
    if (die < 0.005) return 'never';
    return die < 0.4 ? 'good' : (mixed[Math.floor(random() * mixed.length)] as Behaviour);
  };
  const choose = (uses: number, idleUs: number | null): Behaviour => {
    if (orders.mode === 'good') return 'good';
    if (orders.mode === 'every-third') return uses % 3 === 0 ? 'fin' : 'good';
    if (orders.mode === 'every-third-reset') return uses % 3 === 0 ? 'rst' : 'good';
    if (orders.mode === 'mixed') return mixedTurn();
    if (idleUs === null || idleUs < 1_010_000) return 'good';
    return random() < 0.5 ? 'idle-fin' : 'idle-rst';
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let received = '';
    let uses = 0;
    let answeredUs: number | null = null;
    socket.on('data', (data) => {
      received += data.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const id = /x-hitless-id: (\S+)/.exec(received)?.[1] ?? 'none';
      received = received.slice(end + 4);
      uses++;
      const idleUs = answeredUs === null ? null : nowUs() - answeredUs;
      const what = socket.writableEnded ? 'too-late' : choose(uses, idleUs);
      books.ledger.push([id, what, idleUs]);
      behaviours[what](socket);
      answeredUs = nowUs();
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
  });

  const port = 20_000 + (process.pid % 10_000);
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', backlog: 4_096 }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  const closeFor = async () => {
    const aUs = nowUs();
    server.close();
    const bUs = nowUs();
    await new Promise((resolve) => setTimeout(resolve, orders.closedMs));
    const cUs = nowUs();
    await listen();
    books.closures.push({ aUs, bUs, cUs, dUs: nowUs() });
  };

  const closeAgainAndAgain = async () => {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, orders.everyMs - orders.closedMs));
      await closeFor();
    }
  };

  listen().then(
    () => {
      if (orders.closedMs > 0) void closeAgainAndAgain();
      process.send?.({ port });
    },
    (error) => {
      process.send?.({ error: String(error) });
      process.exit(1);
    },
  );
  process.on('message', () => process.send?.(books, () => process.exit(0)));
  process.on('disconnect', () => process.exit(0));
}

if (process.argv[2] !== undefined && process.send !== undefined) main(JSON.parse(process.argv[2]) as Orders);
