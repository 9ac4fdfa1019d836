import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findIsolation, refusalOf } from '../targets/local/namespaces-allowed.ts';
import { Volumes } from '../targets/local/volumes.ts';
import { envoyBinary } from './paths/fronts/envoy.ts';
import { withServers } from './paths/fronts/process.ts';

/** The Python to use; HITLESS_PYTHON names one that has what the machine's own lacks. */
export const python = process.env.HITLESS_PYTHON ?? 'python3';

/**
 * What some tests need and a user's machine may lack. A test that needs one is declared with
 * `test.skipIf(lacks('browser'))`: the reason is printed once, and where HITLESS_REQUIRE names the need (as CI does),
 * lacking it is an error instead.
 */
const probes = {
  root: () => process.getuid?.() === 0,
  // The local target's own questions.
  pidns: () => findIsolation() !== 'none',
  rootns: () => refusalOf('root') === undefined,
  userns: () => refusalOf('user') === undefined,
  volumes: seesVolumes,
  // Files of the system can be others for one process; needs root.
  mountns: () =>
    process.platform === 'linux' &&
    spawnSync('unshare', ['--mount', 'mount', '--bind', '/dev/null', '/etc/resolv.conf']).status === 0,
  realtime: () => spawnSync('chrt', ['--rr', '1', 'true']).status === 0,
  browser: () => existsSync('/usr/bin/chromium'),
  go: () => spawnSync('go', ['version']).status === 0,
  python: () => spawnSync('python3', ['--version']).status === 0,
  nginx: () => spawnSync('nginx', ['-v'], { env: withServers }).status === 0,
  haproxy: () => spawnSync('haproxy', ['-v'], { env: withServers }).status === 0,
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

function seesVolumes(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  try {
    new Volumes(folder).requireViews(findIsolation());
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

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
