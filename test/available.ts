import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { envoyBinary } from './paths/fronts/envoy.ts';

/** The Python to use; HITLESS_PYTHON names one that has what the machine's own lacks. */
export const python = process.env.HITLESS_PYTHON ?? 'python3';

/**
 * What some tests need and a user's machine may lack. A test that needs one is declared with
 * `test.skipIf(lacks('browser'))`: the reason is printed once, and where HITLESS_REQUIRE names the need (as CI does),
 * lacking it is an error instead.
 */
const probes = {
  pidns: () => process.platform === 'linux' && spawnSync('unshare', ['--pid', 'true']).status === 0,
  // Files of the system can be others for one process; needs root.
  mountns: () => process.platform === 'linux' && spawnSync('unshare', ['--mount', 'true']).status === 0,
  realtime: () => spawnSync('chrt', ['--rr', '1', 'true']).status === 0,
  browser: () => existsSync('/usr/bin/chromium'),
  go: () => spawnSync('go', ['version']).status === 0,
  python: () => spawnSync('python3', ['--version']).status === 0,
  nginx: () => spawnSync('nginx', ['-v']).status === 0,
  haproxy: () => spawnSync('haproxy', ['-v']).status === 0,
  envoy: () => envoyBinary() !== undefined,
  docker: () => spawnSync('docker', ['version']).status === 0,
  // KUBECONFIG has to be set: nobody's everyday cluster is taken because kubectl would find it.
  cluster: () =>
    process.env.KUBECONFIG !== undefined && spawnSync('kubectl', ['version', '--request-timeout=20s']).status === 0,
  helm: () => spawnSync('helm', ['version']).status === 0,
  // The user's own; no machine of ours has one.
  k6: () => spawnSync(process.env.K6 || 'k6', ['version']).status === 0,
  pyarrow: () => spawnSync(python, ['-c', 'import pyarrow']).status === 0,
} as const;

export type Need = keyof typeof probes;

const known = new Map<Need, boolean>();

/** True where the machine lacks it, after a line that says so; throws where HITLESS_REQUIRE says that it may not. */
export function lacks(need: Need): boolean {
  let there = known.get(need);
  if (there === undefined) {
    there = probes[need]();
    known.set(need, there);
    if (!there) {
      if ((process.env.HITLESS_REQUIRE ?? '').split(',').includes(need))
        throw new Error(`HITLESS_REQUIRE names ${need}, which this machine lacks`);
      console.warn(`skipped: tests that need ${need}, which this machine lacks`);
    }
  }
  return !there;
}
