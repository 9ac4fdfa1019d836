import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dialOf, findEngine } from '../../../targets/docker/engine/address.ts';
import { openEngine } from '../../../targets/docker/engine/engine.ts';

/** A folder as docker's own: two contexts, one of them with certificates, `far` chosen by `docker context use`. */
const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function addContext(name: string, docker: object, files: Record<string, string> = {}): void {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = join(folder, 'contexts', 'meta', id);
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }));
  const tls = join(folder, 'contexts', 'tls', id, 'docker');
  mkdirSync(tls, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(tls, file), text);
}

addContext('near', { Host: 'unix:///run/near.sock' });
addContext('far', { Host: 'tcp://far:2376' }, { 'ca.pem': 'the ca', 'cert.pem': 'the cert', 'key.pem': 'the key' });
addContext('empty', {});
writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: 'far' }));
const there = { DOCKER_CONFIG: folder };

describe('the engine', () => {
  test.each([
    ['of DOCKER_HOST goes before the contexts', undefined, { DOCKER_HOST: 'unix:///a.sock' }, 'unix:///a.sock'],
    [
      'of the context that was asked for goes before DOCKER_HOST',
      'near',
      { DOCKER_HOST: 'unix:///a.sock' },
      'unix:///run/near.sock',
    ],
    ['of DOCKER_CONTEXT goes before the current one', undefined, { DOCKER_CONTEXT: 'near' }, 'unix:///run/near.sock'],
    ['of the current context', undefined, {}, 'tcp://far:2376'],
  ])('%s', (_name, asked, environment, host) => {
    expect(findEngine(asked, { ...there, ...environment }).host).toBe(host);
  });

  test('of the context default is at a socket of this machine', () => {
    expect(findEngine('default', there).host).toMatch(/^unix:\/\//);
  });

  test('has the certificates of its context', () => {
    expect(findEngine('far', there).tls).toEqual({
      ca: Buffer.from('the ca'),
      cert: Buffer.from('the cert'),
      key: Buffer.from('the key'),
    });
  });

  test('has those of DOCKER_CERT_PATH where DOCKER_TLS_VERIFY asks for them', () => {
    const certificates = join(folder, 'certificates');
    mkdirSync(certificates);
    writeFileSync(join(certificates, 'ca.pem'), 'another ca');
    const environment = { ...there, DOCKER_HOST: 'tcp://far:2376', DOCKER_CERT_PATH: certificates };
    expect(findEngine(undefined, environment).tls).toBeUndefined();
    expect(findEngine(undefined, { ...environment, DOCKER_TLS_VERIFY: '1' }).tls).toEqual({
      ca: Buffer.from('another ca'),
    });
  });

  test.each([
    ['neer', /there is no docker context neer: did you mean near\?/],
    ['empty', /the docker context empty has no docker endpoint/],
  ])('of the context %s is not found', (name, message) => {
    expect(() => findEngine(name, there)).toThrow(message);
  });

  test.each([
    ['unix:///a.sock', undefined, { origin: 'http://docker', socketPath: '/a.sock' }],
    ['tcp://far', undefined, { origin: 'http://far:2375' }],
    ['tcp://far', {}, { origin: 'https://far:2376' }],
    ['tcp://[::1]:4000', undefined, { origin: 'http://[::1]:4000' }],
  ])('at %s with tls %j is dialled', (host, tls, dial) => {
    expect(dialOf({ host, source: 'test', ...(tls && { tls }) })).toEqual(dial);
  });

  test.each([
    ['ssh://me@far', /not reached over ssh/],
    ['nonsense', /no address of a Docker engine/],
  ])('at %s is refused with the way out', (host, message) => {
    expect(() => dialOf({ host, source: 'DOCKER_HOST' })).toThrow(message);
  });
});

test('where nobody listens, it is said where and what to do', async () => {
  const before = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = `unix://${folder}/nobody.sock`;
  try {
    await expect(openEngine()).rejects.toMatchObject({
      code: 'HITLESS_NO_ENGINE',
      blame: 'environment',
      message: expect.stringMatching(/no Docker engine answers at unix:.*nobody\.sock \(DOCKER_HOST\): ENOENT/),
      hint: expect.stringMatching(/DOCKER_HOST/),
    });
  } finally {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  }
});
