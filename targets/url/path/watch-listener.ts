import { setImmediate as nextTurn } from 'node:timers/promises';
import { socketsOf } from '../../proc.ts';
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
const idleLooks = 2;
/** Where all connections of the machine are read, which takes long. */
const mostRead = 3;
/** Within which a program takes the connection that it is offered, unless it stands still. */
const longestMs = 1_000;

/**
 * Watches a program of this machine while it answers. A proxy may open a connection for a request and close it with the
 * answer: that is over before all connections of a busy machine have been read, but not before the program's own sockets
 * have. So it is asked over a connection that it has taken already: what it has beside that leads onward, unless others
 * come to it, which shows while it is asked nothing.
 */
export async function watchListener(place: Place, pids: readonly string[], signal: AbortSignal): Promise<Watched> {
  const sockets = new Set(pids.flatMap(socketsOf));
  const hasAnother = () => {
    const number = sockets.size;
    for (const socket of pids.flatMap(socketsOf)) sockets.add(socket);
    return sockets.size > number;
  };
  let withOwn = 0;
  let looks = 0;
  for (let asked = 0; asked < mostRequests && withOwn < fewestWithOwn; asked++) {
    const connection = await connectTo(place, signal);
    if (connection === null) break;
    await until(hasAnother);
    // Who passes on bytes, and not requests, opens its own now.
    let opened = asked < mostRead ? openedBy(pids) : [];
    let othersCame = false;
    for (let idle = looks * idleLooks; idle > 0 && !othersCame; idle--) {
      await nextTurn();
      othersCame = hasAnother();
    }
    let isAnswered = false;
    const answer = askOver(connection, 'ordinary', place).finally(() => {
      isAnswered = true;
    });
    let hasOwn = false;
    for (looks = 0; !isAnswered; looks++) {
      await nextTurn();
      if (!hasAnother()) continue;
      if (!hasOwn && withOwn < mostRead && opened.length === 0) opened = openedBy(pids);
      hasOwn = true;
    }
    await answer;
    if (opened.length > 0) return { opened, opens: true };
    if (othersCame) break;
    if (hasAnother() || hasOwn) withOwn++;
  }
  return { opened: [], opens: withOwn >= fewestWithOwn };
}

async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + longestMs;
  while (!isSo() && performance.now() < endMs) await nextTurn();
}
