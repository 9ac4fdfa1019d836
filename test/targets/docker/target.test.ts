import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, vi } from 'vitest';
import type { Event } from '../../../record/event.ts';
import { createDockerTarget } from '../../../targets/docker/docker.ts';
import { cleanDeadRunsOf } from '../../../targets/docker/removal.ts';
import { ownerLabel, runLabel, thisOwner } from '../../../targets/owner.ts';
import { lacks } from '../../available.ts';
import { manifestOf } from '../deployed.ts';
import { readBoth, withVolumes, writeBoth } from '../with-volumes.ts';
import { test, testLabel } from './with-engine.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const helloworld = path('../../../helloworld');
const manifests = path('../../../manifests/05-hitless');
const patience = { timeout: 50_000, interval: 50 };

function deployment(images: Record<string, string>, manifest = manifests) {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  const events: Event[] = [];
  const runId = `test-${process.pid}-${folder.slice(-6)}`;
  const target = createDockerTarget({
    app: {
      manifests: [manifest],
      images: Object.fromEntries(
        Object.entries(images).map(([image, version]) => [
          image,
          { context: helloworld, dockerfile: 'Dockerfile.hitless', args: { VERSION: version } },
        ]),
      ),
    },
    runId,
    folder,
    seed: 1,
    onEvent: (event) => events.push(event),
    onNotice: () => {},
  });
  onTestFinished(async () => {
    await target.cleanup();
    rmSync(folder, { recursive: true, force: true });
  });
  const of = (kind: Event['kind'], pod: string) =>
    events.filter((event) => event.kind === kind && event.subject.name === pod);
  return { target, events, of, runId, mine: [`${runLabel}=${runId}`] };
}

const complete = { progress: 'complete', ready: 3 };

describe.skipIf(lacks('docker'))('replicas as containers', () => {
  test('serve, are started again at their old address when one is killed, and go with the run', {
    timeout: 120_000,
  }, async ({ engine }) => {
    const { target, of, mine } = deployment({ 'mimuc/helloworld:v0.0.1': 'v0.0.1' });
    await target.prepare();
    await target.apply();
    await vi.waitFor(() => expect(target.state().deployments[0]).toMatchObject(complete), patience);
    const route = await target.route();
    if (route.kind !== 'choice') throw new Error('expected endpoints to choose from');
    await vi.waitFor(() => expect(route.endpoints()).toHaveLength(3), patience);
    const addresses = new Set(route.endpoints().map(({ host, port }) => `${host}:${port}`));
    for (const address of addresses)
      expect(await (await fetch(`http://${address}`)).json()).toMatchObject({ hello: 'world' });

    const pod = await target.kill('mimuc-app');
    await vi.waitFor(() => expect(of('ready', pod)).toHaveLength(2), patience);
    expect(of('killed', pod)[0]).toMatchObject({ signal: 'SIGKILL', reason: 'Requested' });
    expect(of('exited', pod)[0]).toMatchObject({ exitCode: 137, signal: 'SIGKILL', reason: 'Error' });
    const [killed, exited, restarted] = (['killed', 'exited', 'restarted'] as const).map((kind) => of(kind, pod)[0]);
    expect(killed?.latestUs).toBeLessThan(exited?.latestUs ?? 0);
    expect(exited?.latestUs).toBeLessThan(restarted?.latestUs ?? 0);
    await vi.waitFor(() => expect(route.endpoints()).toHaveLength(3), patience);
    expect(new Set(route.endpoints().map(({ host, port }) => `${host}:${port}`))).toEqual(addresses);

    const used = () => target.usage?.read(new AbortController().signal);
    expect((await used())?.every(({ memoryBytes }) => (memoryBytes ?? 0) > 5_000_000)).toBe(true);
    const again = await used();
    expect(again).toHaveLength(3);
    expect(again?.every(({ cpuCores }) => (cpuCores ?? -1) >= 0)).toBe(true);

    expect(await target.exec(pod, ['node', '-p', 'process.env.HITLESS_RUN'])).toMatchObject({ code: 0 });
    await expect(target.exec(pod, ['no-such-command'])).rejects.toThrow(/no-such-command/);
    // One that holds its network and one that runs the app, for each pod.
    expect(await engine.listContainers(mine)).toHaveLength(6);
    await target.cleanup();
    expect(await engine.listContainers(mine)).toEqual([]);
  });

  test('have volumes: a claim outlives its pods, an emptyDir its containers, and none the run', {
    timeout: 180_000,
  }, async ({ engine, contextOf }) => {
    const image = 'mimuc/helloworld:v0.0.1';
    const container = { ...withVolumes.container, image };
    const manifest = join(contextOf({ 'app.yml': manifestOf({ ...withVolumes, container }) }), 'app.yml');
    const { target, of, mine } = deployment({ [image]: 'v0.0.1' }, manifest);
    const running = () => target.state().replicas.filter(({ phase, ready }) => phase === 'running' && ready);
    const sh = async (script: string) => {
      await vi.waitFor(() => expect(running()).toHaveLength(1), patience);
      const { stdout, stderr } = await target.exec(running()[0]?.pod ?? '', ['sh', '-c', script]);
      return stdout + stderr;
    };
    await target.prepare();
    await target.apply();
    expect(await sh('cat /etc/hitless-test/greeting; id -u')).toBe('costs $5 $(PORT)1000\n');
    expect(await sh('echo x > /etc/hitless-test/greeting')).toMatch(/Read-only/);
    await sh(writeBoth);
    expect(await sh(readBoth)).toBe('a\n-\na\n');

    const pod = await target.kill('app');
    await vi.waitFor(() => expect(of('ready', pod)).toHaveLength(2), patience);
    expect(await sh(readBoth)).toBe('a\n-\na\n');

    await target.scale('app', 0);
    const phase = () => target.state().replicas.find((replica) => replica.pod === pod)?.phase;
    await vi.waitFor(() => expect(phase()).toBe('exited'), patience);
    await target.scale('app', 1);
    expect(await sh(readBoth)).toMatch(/^a\n-\n.*No such file/);

    expect(await engine.listVolumes(mine)).not.toEqual([]);
    await target.cleanup();
    expect(await engine.listVolumes(mine)).toEqual([]);
  });

  test('of an image that is nowhere stay away, and say why', { timeout: 120_000 }, async ({ contextOf }) => {
    const manifest = manifestOf({ container: { image: '127.0.0.1:1/nowhere:v1' } });
    const { target, events } = deployment({}, join(contextOf({ 'app.yml': manifest }), 'app.yml'));
    await target.prepare();
    await target.apply();
    const failed = () => events.find(({ kind }) => kind === 'failed-create');
    await vi.waitFor(() => expect(failed()).toBeDefined(), patience);
    expect(failed()?.message).toMatch(/^127\.0\.0\.1:1\/nowhere:v1 cannot be pulled: its registry does not answer/);
  });
});

interface Owner {
  process: ChildProcess;
  said(line: string): Promise<void>;
}

function startOwner(runId: string): Owner {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  const owner = spawn(process.execPath, [path('owner.ts'), runId, folder, manifests, helloworld], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = new Set<string>();
  createInterface({ input: owner.stdout }).on('line', (line) => lines.add(line));
  onTestFinished(() => {
    owner.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return { process: owner, said: (line) => vi.waitFor(() => expect(lines).toContain(line), patience) };
}

describe.skipIf(lacks('docker'))('a run', () => {
  test('that is killed leaves no container', { timeout: 180_000 }, async ({ engine }) => {
    const runId = `killed-${process.pid}`;
    const mine = [`${runLabel}=${runId}`];
    const owner = startOwner(runId);
    await owner.said('deployed');
    expect((await engine.listContainers(mine)).length).toBeGreaterThanOrEqual(6);
    owner.process.kill('SIGKILL');
    await vi.waitFor(async () => expect(await engine.listContainers(mine)).toEqual([]), patience);
  });

  test('that is interrupted in the middle of its start leaves none, and ends by itself', { timeout: 180_000 }, async ({
    engine,
  }) => {
    const runId = `interrupted-${process.pid}`;
    const owner = startOwner(runId);
    await owner.said('prepared');
    const exit = once(owner.process, 'exit');
    owner.process.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    expect(await engine.listContainers([`${runLabel}=${runId}`])).toEqual([]);
  });

  test('that lives keeps its containers when those of dead ones are removed', async ({ engine }) => {
    const dead = JSON.stringify({ ...JSON.parse(thisOwner()), start: 'another process had this pid' });
    const elsewhere = JSON.stringify({ ...JSON.parse(thisOwner()), host: 'another machine' });
    const longAgo = JSON.stringify({ ...JSON.parse(elsewhere), startedAt: '2020-01-01T00:00:00Z' });
    const owners = { living: thisOwner(), dead, elsewhere, longAgo, unreadable: 'nonsense' };
    const made = await Promise.all(
      Object.entries(owners).map(async ([name, owner]) => {
        const labels = { [testLabel]: 'owners', [runLabel]: `${name}-${process.pid}`, [ownerLabel]: owner };
        await engine.createVolume(`hitless-${name}-${process.pid}`, labels);
        return [name, await engine.createContainer({ image: 'node:alpine', labels })] as const;
      }),
    );
    const lines = await cleanDeadRunsOf(engine);
    const ours = lines.filter((line) => Object.keys(owners).some((name) => line.includes(` ${name}-${process.pid} `)));
    expect(ours.sort()).toEqual([
      expect.stringMatching(
        /^removed what run dead-.* left: 1 container and 1 volume at .* \(its owner, pid \d+ on .*, is gone\)$/,
      ),
      expect.stringMatching(/^removed what run longAgo-/),
    ]);
    const left = await Promise.all(made.map(async ([name, id]) => ((await engine.inspectContainer(id)) ? name : [])));
    for (const [name, id] of made) {
      await engine.removeContainer(id);
      await engine.removeVolume(`hitless-${name}-${process.pid}`);
    }
    expect(left.flat()).toEqual(['living', 'elsewhere', 'unreadable']);
  });
});
