import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unpackInto } from './packed.ts';

const folder = mkdtempSync(join(tmpdir(), 'hitless-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let bin = '';
beforeAll(() => {
  bin = unpackInto(folder);
}, 120_000);

function hitless(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the package, installed in an empty folder', () => {
  test('holds no TypeScript that would have to run, and its schemas', () => {
    const files = readdirSync(join(folder, 'node_modules/hitless/dist'), { recursive: true }).map(String);
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(['schemas/scenario.json', 'schemas/result.json', 'schemas/config.json', 'index.d.ts']),
    );
  });

  test('has a schema of scenarios that is JSON', () => {
    const file = join(folder, 'node_modules/hitless/dist/schemas/scenario.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ title: 'A hitless scenario' });
  });

  test('knows what ships', () => {
    expect(hitless('list')).toMatchObject({ status: 0, stdout: expect.stringContaining('rolling-update'), stderr: '' });
  });

  test("runs a scenario of the user's in TypeScript", () => {
    const manifest = join(folder, 'node_modules/hitless/manifests/05-hitless');
    const text = `import { defineScenario } from 'hitless';
export default defineScenario({
  name: 'mine',
  app: {
    manifests: [${JSON.stringify(manifest)}],
    images: { 'mimuc/helloworld:v0.0.1': { context: '.', command: ['node', 'server.js'] } },
  },
  lanes: [{ name: 'visitors', rate: 5 }],
  steps: [{ deploy: {} }, { name: 'look around', run: async () => {} }],
});
`;
    writeFileSync(join(folder, 'mine.ts'), text);
    const { status, stdout } = hitless('run', 'mine.ts', '--dry-run');
    expect(stdout).toContain('2. look around');
    expect(status).toBe(0);
  });

  test('runs what ships', { timeout: 120_000 }, () => {
    const { status, stdout } = hitless('run', 'load-balancing');
    expect(stdout).toMatch(/PASS/);
    expect(status).toBe(0);
  });
});
