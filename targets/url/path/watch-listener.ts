import { setImmediate as nextTurn } from 'node:timers/promises';
import { procLink, procNames, socketsOf } from '../../proc.ts';
import { openedBy } from './listener.ts';
import { askOver, connectTo, type Place } from './probe.ts';

/** What a program opened while it was asked. */
export interface Watched {
  /** Where to, as far as that was seen. */
  opened: string[];
  /** It opened connections for what it was asked, wherever to. */
  opens: boolean;
}

/** One at a time: what a busy machine hides of many at once it hides of all of them. */
const mostRequests = 200;
/** With so many of them it had another socket, and with none while it was asked nothing, for twice as long: of others that come steadily this is seen in 1 of 700 (3^-6). */
const fewestWithOwn = 6;
const idleTimes = 2;
/** Where all connections of the machine are read, which takes long. */
const mostRead = 3;
/** A program that is slow is asked less often: what it opens for a request is there for longer, too. */
const longestMs = 5_000;
/** Looked at without a pause for so long after each request: a proxy on the same machine has opened its connection by then. */
const spinMs = 2;
/** Within which a program takes the connection that it is offered, unless it stands still. */
const takenMs = 1_000;

/**
 * Watches a program of this machine while it answers. A proxy may open a connection for a request and close it with the
 * answer: that is over before all connections of a busy machine have been read, but not before the program's own sockets
 * have. So it is asked over a connection that it has taken already: what it has beside that leads onward, unless others
 * come to it, which shows while it is asked nothing.
 */
export async function watchListener(place: Place, pids: readonly string[], signal: AbortSignal): Promise<Watched> {
  const endMs = performance.now() + longestMs;
  let withOwn = 0;
  let answeredInMs = 0;
  for (let asked = 0; asked < mostRequests && withOwn < fewestWithOwn && performance.now() < endMs; asked++) {
    const before = new Set(pids.flatMap(socketsOf));
    const connection = await connectTo(place, signal);
    if (connection === null) break;
    await until(() => pids.flatMap(socketsOf).some((socket) => !before.has(socket)));
    // Who passes on bytes, and not requests, opens its own now.
    let opened = asked < mostRead ? openedBy(pids) : [];
    const files = new OpenFiles(pids);
    const idleToMs = performance.now() + idleTimes * answeredInMs;
    const othersCame = await seesNewSocket(files, () => performance.now() >= idleToMs);
    const askedMs = performance.now();
    let isAnswered = false;
    const answer = askOver(connection, 'ordinary', place).finally(() => {
      isAnswered = true;
      answeredInMs = performance.now() - askedMs;
    });
    const hasOwn = await seesNewSocket(files, () => isAnswered);
    if (hasOwn && withOwn < mostRead && opened.length === 0) opened = openedBy(pids);
    await answer;
    if (opened.length > 0) return { opened, opens: true };
    if (othersCame) break;
    if (hasOwn) withOwn++;
  }
  return { opened: [], opens: withOwn >= fewestWithOwn };
}

/** The files that processes have open, by their numbers: to list them takes a tenth of what it takes to read what they are. */
class OpenFiles {
  readonly #pids: readonly string[];
  readonly #known: ReadonlySet<string>;

  constructor(pids: readonly string[]) {
    this.#pids = pids;
    this.#known = new Set(this.#list());
  }

  hasNewSocket(): boolean {
    return this.#list().some((file) => !this.#known.has(file) && procLink(file).startsWith('socket:'));
  }

  #list(): string[] {
    return this.#pids.flatMap((pid) => procNames(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`));
  }
}

/** Whether there is one before it is over. At first without a turn of the event loop, which would take as long as some looks. */
async function seesNewSocket(files: OpenFiles, isOver: () => boolean): Promise<boolean> {
  const spinToMs = performance.now() + spinMs;
  while (!isOver()) {
    if (files.hasNewSocket()) return true;
    if (performance.now() > spinToMs) await nextTurn();
  }
  return files.hasNewSocket();
}

async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + takenMs;
  while (!isSo() && performance.now() < endMs) await nextTurn();
}
