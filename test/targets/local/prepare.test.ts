import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLocalTarget } from '../../../targets/local/local.ts';
import type { AppSpec } from '../../../targets/target.ts';
import { manifestOf, type Wish } from '../deployed.ts';

const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const image = { context: folder, command: ['node', 'app.js'] };

/** What prepare says of an app; null where it is content. */
async function judged(wish: Wish & { text?: string }, app: Partial<AppSpec> = {}): Promise<unknown> {
  const manifest = join(folder, `${files++}.yml`);
  writeFileSync(manifest, wish.text ?? manifestOf(wish));
  const target = createLocalTarget({
    app: { manifests: [manifest], images: { 'test/app:v1': image }, ...app },
    runId: `prepare-${process.pid}-${files}`,
    folder,
    seed: 1,
    onEvent: () => {},
    onNotice: () => {},
  });
  try {
    await target.prepare();
    return null;
  } catch (error) {
    return error;
  } finally {
    await target.cleanup();
  }
}

test('what can be deployed is', async () => {
  expect(await judged({})).toBeNull();
});

const service = (name: string) => ({
  text: `${manifestOf({})}---\n${manifestOf({}).split('---\n')[1]?.replace('name: app', `name: ${name}`)}`,
});
const onlyDeployment = { text: manifestOf({}).split('---\n')[0] ?? '' };

test.each<[string, Wish & { text?: string }, Partial<AppSpec>, 'usage' | 'environment', RegExp]>([
  [
    'an unknown image',
    { container: { image: 'test/ap:v1' } },
    {},
    'usage',
    /the image test\/ap:v1 is not among app\.images: did you mean test\/app:v1\?/,
  ],
  [
    'an image without a command',
    {},
    { images: { 'test/app:v1': { context: folder } } },
    'usage',
    /does not know how to start test\/app:v1/,
  ],
  [
    'a missing executable',
    {},
    { images: { 'test/app:v1': { ...image, command: ['nodee'] } } },
    'environment',
    /there is no executable nodee/,
  ],
  [
    'a missing executable of a later image',
    {},
    { images: { 'test/app:v1': image, 'test/app:v2': { ...image, command: ['./start.sh'] } } },
    'environment',
    /test\/app:v2 cannot be started: there is no executable \.\/start\.sh/,
  ],
  [
    'a missing executable of the manifest',
    { container: { command: ['/no/such'] } },
    {},
    'environment',
    /no executable \/no\/such/,
  ],
  [
    'a missing context',
    {},
    { images: { 'test/app:v1': { ...image, context: join(folder, 'nowhere') } } },
    'usage',
    /the context of test\/app:v1 is not a folder: .*nowhere/,
  ],
  ['no Service', onlyDeployment, {}, 'usage', /no Service in .*: traffic needs one/],
  ['another Service', {}, { service: 'apq' }, 'usage', /no Service apq in the manifests: did you mean app\?/],
  ['two Services', service('second'), {}, 'usage', /hold 2 Services, name one as app\.service: app, second/],
  [
    'no Deployment',
    { text: 'apiVersion: v1\nkind: Namespace\nmetadata: { name: x }\n' },
    {},
    'usage',
    /no Deployment in/,
  ],
  [
    'too many replicas',
    { deployment: { replicas: 201 } },
    {},
    'usage',
    /replicas is 201, expected a whole number from 0 to 200/,
  ],
])('%s is refused', async (_name, wish, app, blame, message) => {
  const error = await judged(wish, app);
  expect(error).toMatchObject({ name: 'HitlessError', blame, message: expect.stringMatching(message) });
});

test('what was searched for an executable is said', async () => {
  const error = await judged({}, { images: { 'test/app:v1': { ...image, command: ['nodee'] } } });
  expect(error).toMatchObject({ hint: expect.stringContaining('Looked in ') });
});

test('one of two Services may be named', async () => {
  expect(await judged(service('second'), { service: 'second' })).toBeNull();
});
