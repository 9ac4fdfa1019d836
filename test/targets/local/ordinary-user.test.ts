import { chownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { lacks } from '../../available.ts';
import { type CliEnd, scratch, startCli } from '../../e2e/run-cli.ts';
import { manifestOf } from '../deployed.ts';
import { withVolumes } from '../with-volumes.ts';

const node = dirname(process.execPath);
/** As Debian gives it to who is not root: without the folders sbin. */
const ordinaryPath = [node, '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);

interface Wish {
  path?: string;
  /** What starts it. */
  by?: string[];
}

/** One that deploys an app that mounts volumes, and no more. */
function writeScenario(folder: string): void {
  writeFileSync(join(folder, 'app.yml'), manifestOf(withVolumes));
  const image = { context: join(import.meta.dirname, '..'), command: ['node', 'app.ts'], env: { VERSION: 'v1' } };
  const scenario = {
    name: 'mounts',
    app: { manifests: ['app.yml'], images: { 'test/app:v1': image } },
    lanes: [{ name: 'visitors', rate: 20 }],
    steps: [{ deploy: {} }, { hold: '1s' }],
  };
  writeFileSync(join(folder, 'mounts.yml'), stringify(scenario));
}

async function deploy({ path = ordinaryPath, by = [] }: Wish): Promise<CliEnd> {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  writeScenario(folder);
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  // Its record goes to .hitless of where it was started, as by default: which is not where the app runs.
  return startCli(['run', 'mounts.yml'], { by, cwd: folder, env: { PATH: path, TMPDIR: temporary, HOME: folder } }).end;
}

/** A folder with all programs of /usr/bin but some. */
function pathWithout(...programs: string[]): string {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  for (const name of readdirSync('/usr/bin'))
    if (!programs.includes(name)) symlinkSync(join('/usr/bin', name), join(folder, name));
  return [node, folder].join(delimiter);
}

test.skipIf(lacks('volumes'))(
  'volumes need no program that only root has on its PATH',
  { timeout: 180_000 },
  async () => {
    const { code, stdout, stderr } = await deploy({});
    // A busy machine may hold up what sends; what was deployed was deployed.
    expect([0, 4], stdout + stderr).toContain(code);
    expect(stdout).toMatch(/deploy/);
  },
);

test.skipIf(lacks('volumes') || lacks('mountns'))(
  'volumes need no right to write to the list of mounts',
  { timeout: 180_000 },
  async () => {
    const { folder, remove } = scratch();
    onTestFinished(remove);
    // As it is for who is not root: somebody else's. libmount keeps it where the system began with it (mount(8), utab).
    const list = join(folder, 'utab');
    writeFileSync(list, '');
    for (const path of [folder, list]) chownSync(path, 12_345, 12_345);
    const shell = `mkdir -p /run/mount && mount --no-mtab --bind "$0" /run/mount && exec unshare --user --map-root-user "$@"`;
    const { code, stdout, stderr } = await deploy({ by: ['unshare', '--mount', 'sh', '-c', shell, folder] });
    expect([0, 4], stdout + stderr).toContain(code);
  },
);

test.each([['run', 'mounts.yml'], ['clean']])(
  '%s where nothing can be noted says so, and what to set',
  async (...words) => {
    // Root can write everywhere, but not below a file.
    const file = join(import.meta.dirname, 'ordinary-user.test.ts');
    const { folder, remove } = scratch();
    onTestFinished(remove);
    writeScenario(folder);
    const { code, stdout, stderr } = await startCli(words, { cwd: folder, env: { TMPDIR: file } }).end;
    expect(code, stdout + stderr).toBe(3);
    expect(stderr).toMatch(/^cannot write .*\/hitless-\d+, where a run notes what it uses: E[A-Z]+/m);
    expect(stderr).toContain('Set TMPDIR to a folder that you can write to.');
  },
);

describe.skipIf(process.platform !== 'linux')('volumes that cannot be', { timeout: 180_000 }, () => {
  const said = async (wish: Wish) => {
    const { code, stdout, stderr } = await deploy(wish);
    expect(code, stdout + stderr).toBe(3);
    expect(stderr).not.toMatch(/^ +at /m);
    return stderr;
  };

  test.each([
    ['unshare', 'util-linux'],
    ['mount', 'mount'],
  ])('for want of %s: it is named, and where it comes from', async (program, from) => {
    const stderr = await said({ path: pathWithout(program) });
    expect(stderr).toMatch(
      new RegExp(`^no replica can have a volume to itself here: there is no ${program} in .*${node}`, 'm'),
    );
    expect(stderr).toContain(`Install ${from}, or add the folder of ${program} to the PATH.`);
  });

  describe.skipIf(lacks('userns'))('for want of rights', () => {
    test('as root of a container: by the capability', async () => {
      const by = ['unshare', '--user', '--map-root-user', 'setpriv', '--bounding-set=-all', '--inh-caps=-all'];
      const stderr = await said({ by });
      expect(stderr).toMatch(/to itself here: unshare: .*Operation not permitted\n/);
      expect(stderr).toMatch(/capability SYS_ADMIN/);
    });

    test('as a user: by the setting that forbids it', async () => {
      // In a namespace of its own the setting is the namespace's own; then the rights to change it are given up.
      const forbid = 'echo 0 > /proc/sys/user/max_user_namespaces';
      const shell = `${forbid} && exec setpriv --ambient-caps=-all --inh-caps=-all "$@"`;
      const by = ['unshare', '--user', '--map-user=1000', '--keep-caps', 'sh', '-c', shell, 'sh'];
      const stderr = await said({ by });
      expect(stderr).toMatch(/to itself here: unshare: unshare failed: No space left on device\n/);
      expect(stderr).toContain('Run as root, or let users make namespaces: sudo sysctl -w user.max_user_namespaces=');
    });
  });
});
