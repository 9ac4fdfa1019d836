import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What Linux tells of processes and sockets in files (proc(5)). Where a file is not there, or not ours to read: nothing. */
export function procText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function procLink(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

export function procNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of all processes that can be seen. */
export function processIds(): string[] {
  return procNames('/proc').filter((name) => /^\d+$/.test(name));
}

/** `socket:[12345]` of each that a process has open. */
export function socketsOf(pid: string | number): string[] {
  return procNames(`/proc/${pid}/fd`)
    .map((fd) => procLink(`/proc/${pid}/fd/${fd}`))
    .filter((link) => link.startsWith('socket:'));
}

export interface TcpRow {
  /** connected: it has another end, be it one that has hung up already. */
  state: 'listening' | 'connected';
  /** The local address in hexadecimal, in the machine's own order of bytes. */
  at: string;
  port: number;
  /** Address and port of the other end, in hexadecimal. */
  remote: string;
  /** `socket:[12345]` */
  socket: string;
}

/** Linux, include/net/tcp_states.h: LISTEN, and ESTABLISHED, SYN_SENT, FIN_WAIT1 and 2, CLOSE_WAIT, LAST_ACK, CLOSING. Most of thousands of rows can be in TIME_WAIT. */
const states: Partial<Record<string, TcpRow['state']>> = {
  '0A': 'listening',
  ...Object.fromEntries(['01', '02', '04', '05', '08', '09', '0B'].map((code) => [code, 'connected'])),
};
const told = / (?:01|02|04|05|08|09|0A|0B) /;

/** TCP of this machine, or of this process's network namespace. */
export function tcpRows(): TcpRow[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    procText(file)
      .split('\n')
      .filter((line) => told.test(line))
      .flatMap((line) => {
        const [, local = '', remote = '', code = '', , , , , , inode = ''] = line.trim().split(/\s+/);
        const [at = '', port = ''] = local.split(':');
        const state = states[code];
        return state === undefined
          ? []
          : [{ state, at, port: Number.parseInt(port, 16), remote, socket: `socket:[${inode}]` }];
      }),
  );
}
