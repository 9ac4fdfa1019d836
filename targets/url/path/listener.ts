import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** LISTEN (Linux, include/net/tcp_states.h). */
const listening = '0A';

/** ESTABLISHED. */
const established = '01';
/** Of thousands of rows most can be of connections that are over (TIME_WAIT). */
const told = / (?:01|0A) /;

export interface Listener {
  /** Its name. */
  program: string;
  /** Where it has connections to that it opened itself: `127.0.0.1:3000`. IPv4 alone. */
  opened: string[];
}

/**
 * The program of this machine that listens at an address, with its processes; undefined where none does, or it may not be
 * seen. Linux alone tells.
 */
export function listenerAt(address: string, port: number): (Listener & { pids: string[] }) | undefined {
  const rows = allRows();
  const wanted = [hexOf(address), '00000000', '0'.repeat(32)];
  const heard = new Set(
    rows.filter((row) => row.state === listening && row.port === port && wanted.includes(row.at)).map(socketOf),
  );
  if (heard.size === 0) return undefined;
  const holders = entries('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, sockets: socketsOf(pid) }))
    .filter(({ sockets }) => sockets.some((socket) => heard.has(socket)));
  const [first] = holders;
  const program = first === undefined ? undefined : nameOf(first.pid);
  if (program === undefined) return undefined;
  return { program, opened: openedOf(rows, holders), pids: holders.map(({ pid }) => pid) };
}

/** Where these processes have connections to now; quick enough to be asked again and again. */
export function openedBy(pids: readonly string[]): string[] {
  // The quicker of the two first: a connection may be gone a moment later.
  const holders = pids.map((pid) => ({ sockets: socketsOf(pid) }));
  return openedOf(allRows(), holders);
}

function openedOf(rows: readonly Row[], holders: readonly { sockets: string[] }[]): string[] {
  const own = new Set(holders.flatMap(({ sockets }) => sockets));
  const ports = new Set(rows.filter((row) => row.state === listening && own.has(socketOf(row))).map((row) => row.port));
  const opened = rows.filter((row) => row.state === established && own.has(socketOf(row)) && !ports.has(row.port));
  return [...new Set(opened.flatMap(({ remote }) => addressOf(remote) ?? []))];
}

function allRows(): Row[] {
  return [...rowsOf('/proc/net/tcp'), ...rowsOf('/proc/net/tcp6')];
}

interface Row {
  at: string;
  port: number;
  remote: string;
  state: string;
  inode: string;
}

function socketOf({ inode }: Row): string {
  return `socket:[${inode}]`;
}

/** Addresses are hexadecimal words in the machine's own order (proc(5)). */
function rowsOf(file: string): Row[] {
  return textOf(file)
    .split('\n')
    .filter((line) => told.test(line))
    .map((line) => {
      const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
      const [at = '', port = ''] = local.split(':');
      return { at, port: Number.parseInt(port, 16), remote, state, inode };
    });
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

function socketsOf(pid: string): string[] {
  return entries(`/proc/${pid}/fd`)
    .map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))
    .filter((link) => link.startsWith('socket:'));
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
  return basename(linkOf(`/proc/${pid}/exe`)) || textOf(`/proc/${pid}/comm`).trim() || undefined;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
