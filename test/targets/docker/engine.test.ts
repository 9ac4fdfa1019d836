import { createServer } from 'node:net';
import { describe, expect } from 'vitest';
import { lacks } from '../../available.ts';
import { test, testLabel } from './with-engine.ts';

const noEngine = lacks('docker');
const sleeps = { entrypoint: ['sleep', '600'], labels: { [testLabel]: 'engine' } };

describe.skipIf(noEngine)('a build', () => {
  test('takes what .dockerignore lets in, its arguments and its labels', async ({ engine, contextOf, imageName }) => {
    const context = contextOf({
      Dockerfile: 'FROM node:alpine\nARG WORD\nENV WORD=$WORD\nWORKDIR /app\nCOPY . .\nCMD ["sleep", "600"]\n',
      '.dockerignore': 'secret\nDockerfile\nnode_modules\n!node_modules/kept\n',
      secret: 'a password',
      'node_modules/kept': 'kept',
      'node_modules/other': 'other',
      'src/app.js': '1',
    });
    const id = await engine.buildImage({ context, tag: imageName, args: { WORD: 'one two' }, labels: { of: 'test' } });
    const image = await engine.inspectImage(imageName);
    expect(image).toMatchObject({ id, tags: [imageName], command: ['sleep', '600'], labels: { of: 'test' } });
    expect(image?.env.WORD).toBe('one two');
    const container = await engine.createContainer({ image: imageName, labels: { [testLabel]: 'engine' } });
    await engine.startContainer(container);
    const { stdout } = await engine.exec(container, ['sh', '-c', 'find . -type f | sort; echo $WORD']);
    expect(stdout.split('\n').filter(Boolean)).toEqual([
      './.dockerignore',
      './node_modules/kept',
      './src/app.js',
      'one two',
    ]);
  });

  test('that fails names its step and quotes its last lines', async ({ engine, contextOf, imageName }) => {
    const context = contextOf({ Dockerfile: 'FROM node:alpine\nRUN echo there is no such thing >&2; exit 3\n' });
    await expect(engine.buildImage({ context, tag: imageName })).rejects.toMatchObject({
      code: 'HITLESS_BUILD',
      blame: 'usage',
      message: expect.stringMatching(
        /cannot be built at Step 2\/2 ?: RUN echo.*\n {2}there is no such thing\n.*\b3\b/i,
      ),
    });
    expect(await engine.inspectImage(imageName)).toBeUndefined();
  });

  test('without a Dockerfile, or with one outside of its context, is refused', async ({
    engine,
    contextOf,
    imageName: tag,
  }) => {
    const context = contextOf({ file: '' });
    for (const dockerfile of [undefined, '../Dockerfile'])
      await expect(engine.buildImage({ context, tag, ...(dockerfile && { dockerfile }) })).rejects.toMatchObject({
        code: 'HITLESS_DOCKERFILE',
      });
  });
});

describe.skipIf(noEngine)('a container', () => {
  test('runs commands beside its first process, their output kept apart', async ({ engine }) => {
    const id = await engine.createContainer({ image: 'node:alpine', ...sleeps });
    try {
      await engine.startContainer(id);
      expect(await engine.exec(id, ['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
        code: 3,
        stdout: 'out\n',
        stderr: 'err\n',
      });
      const much = await engine.exec(id, ['sh', '-c', 'head -c 300000 /dev/zero | tr "\\0" x']);
      expect(much).toMatchObject({ code: 0, stdout: 'x'.repeat(64 * 1024) });
    } finally {
      await engine.removeContainer(id);
    }
  });

  test('ends with its code, and leaves what it wrote', async ({ engine }) => {
    const command = ['sh', '-c', 'echo last words; exit 7'];
    const id = await engine.createContainer({ image: 'node:alpine', entrypoint: command, labels: sleeps.labels });
    try {
      await engine.startContainer(id);
      expect(await engine.waitContainer(id)).toBe(7);
      expect(await engine.inspectContainer(id)).toMatchObject({ status: 'exited', exitCode: 7, running: false });
      const written: string[] = [];
      for await (const { name, chunk } of engine.logs(id)) written.push(`${name}: ${chunk}`);
      expect(written).toEqual(['stdout: last words\n']);
    } finally {
      await engine.removeContainer(id);
    }
  });

  test('that is killed has code 137; killed and removed twice it is no error', async ({ engine }) => {
    const id = await engine.createContainer({ image: 'node:alpine', ...sleeps });
    await engine.startContainer(id);
    await engine.killContainer(id, 'SIGKILL');
    expect(await engine.waitContainer(id)).toBe(137);
    await engine.killContainer(id, 'SIGKILL');
    await engine.removeContainer(id);
    await engine.removeContainer(id);
    expect(await engine.inspectContainer(id)).toBeUndefined();
  });

  test('of an image that is not there is refused', async ({ engine }) => {
    await expect(engine.createContainer({ image: 'hitless-test/nowhere:v1' })).rejects.toMatchObject({
      code: 'HITLESS_IMAGE',
      message: 'the engine has no image hitless-test/nowhere:v1',
    });
  });

  test('tells what happens to it', async ({ engine }) => {
    const label = `${testLabel}=events-${process.pid}`;
    const ended = new AbortController();
    const seen: string[] = [];
    const listening = (async () => {
      for await (const { type, action } of engine.events([label], ended.signal)) {
        seen.push(`${type} ${action}`);
        if (action === 'destroy') return;
      }
    })();
    // The engine tells what comes after it was asked, and it says nothing when it has begun to listen.
    const probe = { image: 'node:alpine', entrypoint: ['true'], labels: { [testLabel]: `events-${process.pid}` } };
    while (seen.length === 0) await engine.removeContainer(await engine.createContainer(probe));
    await listening;
    ended.abort();
    expect(seen).toContain('container create');
    expect(seen).toContain('container destroy');
  });
});

describe.skipIf(noEngine)('a registry', () => {
  test('that is not there is named, with what to do', async ({ engine, contextOf, imageName }) => {
    const port = await closedPort();
    const image = `127.0.0.1:${port}/test/app:v1`;
    await expect(engine.pull(image)).rejects.toMatchObject({
      code: 'HITLESS_REGISTRY',
      blame: 'environment',
      message: expect.stringMatching(/cannot be pulled: its registry does not answer the engine/),
    });
    await engine.buildImage({ context: contextOf({ Dockerfile: 'FROM scratch\nLABEL a=b\n' }), tag: imageName });
    await engine.tag(imageName, image);
    await expect(engine.push(image)).rejects.toMatchObject({ code: 'HITLESS_REGISTRY' });
    await engine.removeImage(image);
  });

  test.skipIf(process.env.CLUSTER_REGISTRY === undefined)(
    'gives back by its digest what was pushed',
    async ({ engine, contextOf, imageName }) => {
      const remote = `${process.env.CLUSTER_REGISTRY}/hitless-test/pushed:v1`;
      const context = contextOf({ Dockerfile: `FROM node:alpine\nLABEL now="${process.pid}"\n` });
      const id = await engine.buildImage({ context, tag: imageName });
      await engine.tag(imageName, remote);
      const digest = await engine.push(remote);
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      await engine.removeImage(remote);
      await engine.removeImage(imageName);
      expect(await engine.inspectImage(id)).toBeUndefined();
      const pinned = `${remote.replace(/:v1$/, '')}@${digest}`;
      await engine.pull(pinned);
      expect(await engine.inspectImage(pinned)).toMatchObject({ id, digests: [pinned] });
      await engine.removeImage(pinned);
    },
  );
});

/** A port of this machine that nothing listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
