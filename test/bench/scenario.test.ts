import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readAttempts } from '../../record/attempts-reader.ts';
import { readBench } from '../../record/bench-result.ts';
import { readResult } from '../../record/result-file.ts';
import { scratch, startCli } from '../e2e/run-cli.ts';
import { good, later, SmallServer } from '../traffic/small-server.ts';

const slowMs = 120;

test('shows what a scenario did to latency, step by step, every request in one of them', async () => {
  let delayMs = 0;
  const server = new SmallServer(({ path, socket }) => {
    if (path === '/slower') delayMs = slowMs;
    if (path === '/faster') delayMs = 0;
    later(delayMs, () => socket.write(good));
  });
  const url = `http://127.0.0.1:${await server.listen()}`;
  const { folder, remove } = scratch();
  onTestFinished(() => {
    server.close();
    remove();
  });
  const file = join(folder, 'change.yml');
  const deploy = `curl -s ${url}/slower; sleep 1; curl -s ${url}/faster`;
  writeFileSync(
    file,
    [
      'name: change',
      `app: { url: "${url}" }`,
      'lanes: [{ name: visitors, connection: kept, connections: 20, rate: 100 }]',
      'steps:',
      '  - hold: 1s',
      `  - run: { command: [sh, -c, "${deploy}"] }`,
      '  - hold: 1s',
      'checks: [zero-failed]',
    ].join('\n'),
  );
  const out = join(folder, 'out');
  const end = await startCli(['bench', file, '--out', out, '--objective', 'failed=0'], { cwd: folder }).end;
  const result = readBench(join(out, 'bench.json'));
  const run = readResult(join(out, 'result.json'));
  expect(result.kind).toBe('scenario');
  expect(result.target).toMatchObject({ scenario: 'change', kind: 'url' });
  expect(result.verdict, result.reasons.join('\n')).toBe(run.verdict);
  expect(end.code).toBe({ pass: 0, fail: 1, error: 3, inconclusive: 4 }[result.verdict]);
  const parts = result.stages.map(({ load }) => (load.model === 'scenario' ? load.part : ''));
  expect(parts).toEqual(['before', 'change', 'after', 'step', 'step', 'step']);
  expect(result.stages.slice(3).map(({ name }) => name)).toEqual(run.steps.map(({ name }, at) => `${at + 1}. ${name}`));
  // Most of what was due while the server was slow.
  expect(result.stages[1]?.summary.allLatencyMs.p90).toBeGreaterThanOrEqual(slowMs - 2);
  let rows = 0;
  for (const batch of readAttempts(join(out, 'attempts.arrows'))) rows += batch.length;
  const planned = (of: string) =>
    result.stages.reduce((sum, { summary }, at) => sum + (parts[at] === of ? summary.planned : 0), 0);
  expect(planned('before') + planned('change') + planned('after')).toBe(rows);
  expect(end.stdout).toContain('change');
  expect(end.stdout).toMatch(/late p99|p99\.9/);
}, 120_000);
