import { openSync, writeSync } from 'node:fs';

/** Keeps the id of a request that was handled. */
export type Ledger = (id: string) => void;

/**
 * A file with a line for each handled id, shared by all replicas that were given the same path: each line is one write
 * in append mode. The write is done when the call returns, so what was answered is in it even after a SIGKILL.
 * @throws the file system's error, on opening and on writing
 */
export function openLedger(path: string): Ledger {
  const file = openSync(path, 'a');
  return (id) => {
    writeSync(file, `${id}\n`);
  };
}
