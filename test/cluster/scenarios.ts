/**
 * Runs what ships on the targets, one after the other, and makes a table of what was seen:
 *
 *   node test/cluster/scenarios.ts --targets local,docker,kubernetes --scenarios shared|third|all|NAME,...
 *     [--seen FILE] [--out FILE] [--charts FOLDER] [--keep FOLDER]
 *
 * `third`: of those that are not shared, another third each day. Scenarios that are not made for a target are not run on
 * it. The exit code is 1 where one did not end as expected. The table goes to the output, and with --out to a page too;
 * --seen keeps what was seen in a file, so that targets can be run at different times and still stand in one table.
 * --charts keeps the timeline of each scenario's first run that ended as expected, small, for its page in docs; --keep all
 * that was run, in a folder, each as TARGET-SCENARIO.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { targetNames } from '../../cli/targets.ts';
import { keepTimeline } from './everything/charts.ts';
import { lastRun, runScenario, type Seen } from './everything/run-scenario.ts';
import { candidates, dayOfYear, select, selections } from './everything/selection.ts';
import { isAsExpected, page, table } from './everything/table.ts';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: 'local' },
    scenarios: { type: 'string', default: 'shared' },
    seen: { type: 'string' },
    out: { type: 'string' },
    charts: { type: 'string' },
    keep: { type: 'string' },
  },
});
const targets = values.targets.split(',');
const selection = selections.find((word) => word === values.scenarios) ?? values.scenarios.split(',');
const unknownTarget = targets.find((target) => !targetNames.includes(target));
if (unknownTarget !== undefined)
  throw new Error(
    `usage: scenarios.ts --targets ${targetNames.join(',')} --scenarios ${selections.join('|')} [--out FILE] [--charts FOLDER]`,
  );

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true));

async function runAll(): Promise<Seen[]> {
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'hitless-everything-'));
  mkdirSync(folder, { recursive: true });
  const all = await candidates();
  const plan = targets.flatMap((target) =>
    select(all, selection, target, dayOfYear(new Date())).map((scenario) => ({ scenario, target })),
  );
  const unknown = selections.includes(values.scenarios as never)
    ? undefined
    : values.scenarios.split(',').find((name) => !all.some((candidate) => candidate.name === name));
  if (unknown !== undefined)
    throw new Error(`no scenario ${unknown} ships; there are ${all.map(({ name }) => name).join(', ')}`);
  // Nothing to run would else be nothing that went wrong.
  if (plan.length === 0) throw new Error(`${values.targets}: none of ${values.scenarios} is made for it`);
  const seen: Seen[] = [];
  for (const { scenario, target } of plan) {
    if (interrupted) break;
    console.log(`\n-- ${seen.length + 1} of ${plan.length}: ${scenario} on ${target}`);
    const one = await runScenario(scenario, target, folder);
    const isFirst = !seen.some((before) => before.scenario === scenario && isAsExpected(before));
    if (values.charts !== undefined && isFirst && isAsExpected(one))
      console.log(`kept ${(await keepTimeline(lastRun(one, folder), scenario, values.charts)) ?? 'no timeline'}`);
    seen.push(one);
  }
  if (seen.every(isAsExpected) && values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  else console.log(`the runs are kept in ${folder}`);
  return seen;
}

/** What earlier runs saw, but of those that were run again. */
function withEarlier(file: string, now: readonly Seen[]): Seen[] {
  const earlier: Seen[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const isAgain = (one: Seen) => now.some(({ scenario, target }) => scenario === one.scenario && target === one.target);
  const all = [...earlier.filter((one) => !isAgain(one)), ...now];
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  return all;
}

const seen = await runAll();
console.log(`\n${table(seen)}`);
const all = values.seen === undefined ? seen : withEarlier(values.seen, seen);
if (values.out !== undefined) writeFileSync(values.out, page(all, new Date()));
process.exitCode = seen.every(isAsExpected) && !interrupted ? 0 : 1;
