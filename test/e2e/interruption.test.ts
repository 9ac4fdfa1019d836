import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readAttempts } from '../../record/attempts-reader.ts';
import type { Result } from '../../record/result.ts';
import { descendantsOf, type RunningCli, scratch, startCli, stillAlive } from './run-cli.ts';

const { folder, remove } = scratch();
afterAll(remove);

/** Resolves once the run has printed this; rejects when it ends before. */
async function printed(cli: RunningCli, text: string): Promise<void> {
  while (!cli.printed().includes(text)) {
    if (cli.child.exitCode !== null) throw new Error(`ended before it printed "${text}":\n${cli.printed()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves once so many replicas have been ready, by the run's own record. */
async function haveBeenReady(out: string, count: number): Promise<void> {
  const ready = () => readFileSync(join(out, 'events.ndjson'), 'utf8').match(/"kind":"ready"/g)?.length ?? 0;
  await expect.poll(ready, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
}

/** What the run had started and still lives, after it had time to die. */
async function left(started: ReturnType<typeof descendantsOf>): Promise<string[]> {
  const end = performance.now() + 5000;
  while (stillAlive(started).length > 0 && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return stillAlive(started);
}

const phases = [
  { phase: 'while deploying', text: 'deploy', traffic: false },
  { phase: 'while traffic holds', text: 'hold', traffic: true },
  { phase: 'in the middle of a rollout', text: 'rollout', traffic: true, ready: 4 },
];

describe('an interrupted run', () => {
  test.each(phases)(
    'Ctrl-C $phase: partial result, marked, exit 130, nothing left',
    async ({ phase, text, traffic, ready = 0 }) => {
      const out = join(folder, phase.replaceAll(' ', '-'));
      const cli = startCli(['run', 'rolling-update', '--out', out, '--reporter', 'list,json,html,junit']);
      await printed(cli, text);
      if (ready > 0) await haveBeenReady(out, ready);
      const started = descendantsOf(cli.child.pid ?? 0);
      cli.child.kill('SIGINT');
      const end = await cli.end;
      expect(end.code, end.stdout + end.stderr).toBe(130);
      const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
      expect(result.complete).toBe(false);
      // What the rest of the run would have shown is not held against the app.
      expect(result.verdict, result.reasons.join('\n')).toBe('inconclusive');
      if (traffic) expect(result.traffic.reduce((sum, lane) => sum + lane.planned, 0)).toBeGreaterThan(0);
      for (const lane of result.traffic) {
        expect(lane.planned).toBe(lane.sent + lane.unsent);
        expect(lane.sent).toBe(lane.ok + lane.failed + lane.unanswered);
      }
      expect(existsSync(join(out, 'report.html'))).toBe(true);
      expect(await left(started)).toEqual([]);
    },
  );

  test('a second signal does not wait, and says what there is to judge', async () => {
    const out = join(folder, 'at-once');
    const cli = startCli(['run', 'rolling-update', '--out', out]);
    await printed(cli, 'hold');
    cli.child.kill('SIGINT');
    cli.child.kill('SIGTERM');
    const { code, stderr } = await cli.end;
    // Which of two that are there at the same time is told first the system decides.
    expect([130, 143]).toContain(code);
    expect(stderr).toMatch(/^Ended at once\. What was seen is in .*at-once; hitless report .*at-once judges it\.\n$/);
    expect(existsSync(join(out, 'result.json'))).toBe(false);
    expect((await startCli(['report', out]).end).code).toBe(4);
  });

  test('SIGTERM ends it with 143', async () => {
    const cli = startCli(['run', 'rolling-update', '--out', join(folder, 'term')]);
    await printed(cli, 'hold');
    cli.child.kill('SIGTERM');
    expect((await cli.end).code).toBe(143);
  });

  test('kill -9: no process is left, and the record has what had ended 100 ms before', async () => {
    const out = join(folder, 'killed');
    const cli = startCli(['run', 'rolling-update', '--out', out]);
    await printed(cli, 'rollout');
    const started = descendantsOf(cli.child.pid ?? 0);
    expect(started.length).toBeGreaterThan(3);
    const killedUs = Number(process.hrtime.bigint() / 1000n);
    cli.child.kill('SIGKILL');
    await cli.end;
    expect(await left(started)).toEqual([]);

    let lastEndUs = 0;
    let rows = 0;
    for (const batch of readAttempts(join(out, 'attempts.arrows'))) {
      rows += batch.length;
      for (const endUs of batch.endUs) lastEndUs = Math.max(lastEndUs, endUs);
    }
    expect(rows).toBeGreaterThan(100);
    // At 400 attempts a second the last one before the 100 ms ended a few ms before them.
    expect(lastEndUs).toBeGreaterThan(killedUs - 100_000 - 20_000);
  });

  test('two runs side by side leave each other alone', async () => {
    const runs = ['left', 'right'].map((name) => startCli(['run', 'rolling-update', '--out', join(folder, name)]));
    const ends = await Promise.all(runs.map((cli) => cli.end));
    for (const [index, end] of ends.entries()) {
      // On two cores one run may keep the other from sending, and then says so; but nobody's requests are lost.
      expect([0, 4], end.stdout + end.stderr).toContain(end.code);
      const out = join(folder, index === 0 ? 'left' : 'right');
      const { traffic } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
      for (const lane of traffic) expect(lane).toMatchObject({ planned: lane.ok, failed: 0, unanswered: 0, unsent: 0 });
    }
  });
});
