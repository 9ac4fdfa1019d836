import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { good, SmallServer } from '../traffic/small-server.ts';
import { runScenarioByCli, scratch, startCli } from './run-cli.ts';

const { folder, remove } = scratch();
afterAll(remove);
let server: SmallServer;
afterEach(() => server.close());

/** Without those that find out before the run what is there. */
const asked = () => server.requests.filter(({ headers }) => headers.get('x-hitless-id')?.includes('-buyers-'));

async function scenarioWith(name: string, flow: string): Promise<string> {
  server = new SmallServer(({ socket }) => socket.write(good));
  const port = await server.listen();
  const file = join(folder, `${name}.ts`);
  writeFileSync(
    file,
    `import { defineScenario, type FlowVisit } from 'hitless';
const paths = ['/a', '/b'];
async function look(visit: FlowVisit) {
  for (const path of paths) await visit.get(path);
}
export default defineScenario({
  name: '${name}',
  app: { url: 'http://127.0.0.1:${port}' },
  lanes: [{ name: 'buyers', rate: 50, flow: async (visit) => {
    await look(visit);
    ${flow}
  } }],
  steps: [{ hold: '2s' }],
  checks: ['zero-failed'],
});
`,
  );
  return file;
}

test('visitors of a scenario in a file of its own pass, with all that they asked for in the record', async () => {
  const file = await scenarioWith('shop', 'await visit.think(10, 20); await visit.get("/c");');
  const { code, result, stdout, stderr } = await runScenarioByCli(file, join(folder, 'shop'));
  // A busy machine may be blind for a moment; what it saw it saw.
  expect([0, 4], stdout + stderr).toContain(code);
  const [lane] = result.traffic;
  expect(lane).toMatchObject({ lane: 'buyers', connection: 'session', failed: 0, unanswered: 0, unsent: 0 });
  expect(lane?.ok).toBe(asked().length);
  expect(result.checks.find(({ name }) => name === 'asset-consistency')?.verdict).toBe('not-applicable');
  expect(new Set(asked().map(({ path }) => path))).toEqual(new Set(['/a', '/b', '/c']));
});

test('a flow that throws makes the run an error at its line, and ends it', async () => {
  const file = await scenarioWith('broken', "throw new RangeError('no such cart');");
  const { code, result, stdout, stderr } = await runScenarioByCli(file, join(folder, 'broken'));
  expect(code, stdout + stderr).toBe(3);
  expect(result.verdict).toBe('error');
  expect(result.reasons[0]).toContain('broken.ts:11:11: the flow of lane buyers: it threw RangeError: no such cart');
  expect(result.traffic[0]).toMatchObject({ failed: 0 });
});

test('a flow that hangs at the end makes a run that is complete an error', async () => {
  const file = await scenarioWith('hanging', 'await new Promise(() => {});');
  const { code, result, stdout, stderr } = await runScenarioByCli(file, join(folder, 'hanging'));
  expect(code, stdout + stderr).toBe(3);
  expect(result.complete).toBe(true);
  expect(result.reasons[0]).toContain('the flow of lane buyers: ');
  expect(result.traffic[0]).toMatchObject({ failed: 0, unanswered: 0, ok: asked().length });
});

test('Ctrl-C ends visitors wherever they are', async () => {
  const file = await scenarioWith('stopped', 'await visit.think(60_000);');
  const out = join(folder, 'stopped');
  const cli = startCli(['run', file, '--out', out]);
  while (asked().length < 10) await new Promise((resolve) => setTimeout(resolve, 10));
  cli.child.kill('SIGINT');
  const end = await cli.end;
  expect(end.code, end.stdout + end.stderr).toBe(130);
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
  const [lane] = result.traffic;
  expect(lane?.sent).toBe((lane?.ok ?? 0) + (lane?.failed ?? 0) + (lane?.unanswered ?? 0));
  expect(lane?.failed).toBe(0);
});
