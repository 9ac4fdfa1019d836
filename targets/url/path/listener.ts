import { basename } from 'node:path';
import { processIds, procLink, procText, socketsOf, type TcpRow, tcpRows } from '../../proc.ts';

export interface Listener {
  /** Its name. */
  program: string;
  /** Where it has connections to that it opened itself: `127.0.0.1:3000`. IPv4 alone. */
  opened: string[];
  /** It opened connections as it was asked, wherever to. */
  opens: boolean;
}

/**
 * The program of this machine that listens at an address, with its processes; undefined where none does, or it may not be
 * seen. Linux alone tells.
 */
export function listenerAt(address: string, port: number): (Listener & { pids: string[] }) | undefined {
  const rows = tcpRows();
  const wanted = [hexOf(address), '00000000', '0'.repeat(32)];
  const heard = new Set(
    rows
      .filter((row) => row.state === 'listening' && row.port === port && wanted.includes(row.at))
      .map(({ socket }) => socket),
  );
  if (heard.size === 0) return undefined;
  const holders = processIds()
    .map((pid) => ({ pid, sockets: socketsOf(pid) }))
    .filter(({ sockets }) => sockets.some((socket) => heard.has(socket)));
  const [first] = holders;
  const program = first === undefined ? undefined : nameOf(first.pid);
  if (program === undefined) return undefined;
  return {
    program,
    opened: openedOf(
      rows,
      holders.flatMap(({ sockets }) => sockets),
    ),
    opens: false,
    pids: holders.map(({ pid }) => pid),
  };
}

/** Where these processes have connections to now. Takes some 20 ms where thousands of connections are over. */
export function openedBy(pids: readonly string[]): string[] {
  // A connection may be gone a moment later, and another be there.
  const before = pids.flatMap(socketsOf);
  const rows = tcpRows();
  return openedOf(rows, [...before, ...pids.flatMap(socketsOf)]);
}

function openedOf(rows: readonly TcpRow[], sockets: readonly string[]): string[] {
  const own = new Set(sockets);
  const theirs = rows.filter(({ socket }) => own.has(socket));
  const ports = new Set(theirs.filter(({ state }) => state === 'listening').map(({ port }) => port));
  const opened = theirs.filter(({ state, port }) => state === 'connected' && !ports.has(port));
  return [...new Set(opened.flatMap(({ remote }) => addressOf(remote) ?? []))];
}

/** `0100007F:0BB8` is 127.0.0.1:3000; undefined of IPv6. */
function addressOf(hex: string): string | undefined {
  const [word = '', port = ''] = hex.split(':');
  if (word.length !== 8) return undefined;
  const bytes = word.match(/../g) ?? [];
  return `${bytes
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.')}:${Number.parseInt(port, 16)}`;
}

function hexOf(address: string): string | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4) return undefined;
  return parts
    .toReversed()
    .map((part) => part.toString(16).padStart(2, '0').toUpperCase())
    .join('');
}

/** The main thread of a program may call itself something else. */
function nameOf(pid: string): string | undefined {
  return basename(procLink(`/proc/${pid}/exe`)) || procText(`/proc/${pid}/comm`).trim() || undefined;
}
