import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appTraffic } from '../record/lane-roles.ts';
import type { CheckOutcome, Result } from '../record/result.ts';
import { escaped } from './markup.ts';
import { policyNotes, toConcludeText } from './notes.ts';
import { plain, plainValue } from './plain.ts';
import type { Reporter } from './reporter.ts';

type Step = Result['steps'][number];

/** Writes junit.xml, which every CI shows: a suite for the scenario, a case for each check and each step. */
export function junit(): Reporter {
  return {
    name: 'junit',
    onEnd: (result, folder) => writeFile(join(folder, 'junit.xml'), formatJunit([result])),
  };
}

/** JUnit's XML of one or more results, each a suite. Times are seconds. */
export function formatJunit(results: readonly Result[]): string {
  const suites = results.map(suite);
  const total = {
    ...sum(suites.map(({ counts }) => counts)),
    time: sumOf(results.map(({ durationMs }) => durationMs)),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'hitless', ...total, time: seconds(total.time) })}>`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>\n',
  ].join('\n');
}

function suite(result: Result) {
  const name = plain(result.scenario.name, 200);
  const expected = result.expectation?.met === true;
  const pardoned = isPardoned(result);
  const steps = distinct(result.steps);
  const cases = [
    ...verdictCase(result, name),
    ...expectationCase(result, name),
    ...result.checks.map((check) => checkCase(check, name, { decides: check.asked && !expected, pardoned })),
    ...steps.map((step) => stepCase(step, name, { decides: !expected, pardoned })),
  ];
  const counts = sum(cases.map((each) => ({ tests: 1, failures: 0, errors: 0, skipped: 0, ...counter(each.kind) })));
  const head = attributes({ name, ...counts, time: seconds(result.durationMs), timestamp: result.startedAt });
  const xml = [`  <testsuite${head}>`, properties(result), ...cases.map(({ xml }) => xml), '  </testsuite>'].join('\n');
  return { xml, counts };
}

/** Inconclusive was said to be no reason to stop (`--on-inconclusive warn` or `pass`): nor must it turn a CI red here. */
function isPardoned({ verdict, onInconclusive }: Result): boolean {
  return verdict === 'inconclusive' && (onInconclusive?.done === 'warn' || onInconclusive?.done === 'pass');
}

/** A reader that finds a name twice looks at the first alone (GitLab does): the second `hold 2s` is told apart. */
function distinct(steps: readonly Step[]): Step[] {
  const seen = new Map<string, number>();
  return steps.map((step) => {
    const times = (seen.get(step.name) ?? 0) + 1;
    seen.set(step.name, times);
    return times === 1 ? step : { ...step, name: `${step.name} (${times})` };
  });
}

type Kind = 'ok' | 'failure' | 'error' | 'skipped';

function counter(kind: Kind): Partial<Record<'failures' | 'errors' | 'skipped', number>> {
  return { ok: {}, failure: { failures: 1 }, error: { errors: 1 }, skipped: { skipped: 1 } }[kind];
}

/**
 * Checks and steps can all be fine while the run is not (it was cut short, the generator was blind): then the verdict is
 * a case of its own, for a CI that looks at nothing else must not be green.
 */
function verdictCase(result: Result, suiteName: string) {
  const asked = result.checks.filter((check) => check.asked);
  const shown = [...asked, ...result.steps].some(({ verdict }) => verdict === result.verdict);
  if (result.verdict === 'pass' || result.expectation || (shown && result.complete)) return [];
  const help = [toConcludeText(result) ?? '', ...policyNotes(result)].filter((line) => line !== '');
  const why = [...result.reasons.map((reason) => plain(reason, 500)), ...help].join('\n');
  const kind = isPardoned(result) ? 'skipped' : result.verdict === 'fail' ? 'failure' : 'error';
  return [testcase({ name: 'verdict', classname: `${suiteName}.run` }, kind, result.verdict, why, why)];
}

/** A scenario that expects its verdict (a fault of the gallery) is judged by that alone, as the exit code is. */
function expectationCase({ expectation, verdict }: Result, suiteName: string) {
  if (!expectation) return [];
  const where = { name: 'expectation', classname: `${suiteName}.run` };
  const message = `expected the verdict ${expectation.verdict}, saw ${verdict}`;
  return [testcase(where, expectation.met ? 'ok' : 'failure', verdict, message, message)];
}

/** decides: a verdict of it is the run's; pardoned: inconclusive is no reason to stop. */
interface Weight {
  decides: boolean;
  pardoned: boolean;
}

function checkCase(check: CheckOutcome, suiteName: string, weight: Weight) {
  const name = check.lane === null ? plain(check.name) : `${plain(check.name)} [${plain(check.lane)}]`;
  const message = plain(check.message, 500);
  const body = [message, `expected: ${plainValue(check.expected, 500)}`, `actual: ${plainValue(check.actual, 500)}`];
  if (check.hint) body.push(`to find out: ${plain(check.hint, 500)}`);
  const where = { name, classname: `${suiteName}.checks` };
  return testcase(where, kindOf(check.verdict, weight), check.verdict, message, body.join('\n'));
}

function stepCase(step: Step, suiteName: string, weight: Weight) {
  const where = { name: plain(step.name), classname: `${suiteName}.steps`, time: seconds(step.toMs - step.fromMs) };
  const message = plain(step.message ?? '', 500);
  const body = step.hint === undefined ? message : `${message}\nto find out: ${plain(step.hint, 500)}`;
  return testcase(where, kindOf(step.verdict, weight), step.verdict, message, body);
}

/** JUnit knows no `inconclusive`: nobody was proved wrong, but a CI must not be green, so it is an error. */
function kindOf(verdict: CheckOutcome['verdict'], { decides, pardoned }: Weight): Kind {
  if (verdict === 'not-applicable' || (verdict === 'inconclusive' && decides && pardoned)) return 'skipped';
  if (verdict === 'pass' || verdict === 'warn' || !decides) return 'ok';
  return verdict === 'fail' ? 'failure' : 'error';
}

function testcase(where: Record<string, string>, kind: Kind, type: string, message: string, body: string) {
  const open = `    <testcase${attributes(where)}`;
  // Some read the attribute (Jenkins), some what is inside (GitLab).
  if (kind === 'skipped')
    return { kind, xml: `${open}><skipped${attributes({ message })}>${escaped(body)}</skipped></testcase>` };
  if (kind !== 'ok') {
    const inner = `<${kind}${attributes({ message, type })}>${escaped(body)}</${kind}>`;
    return { kind, xml: `${open}>${inner}</testcase>` };
  }
  const said = type === 'pass' ? message : `${type}: ${message}`;
  return { kind, xml: said ? `${open}><system-out>${escaped(said)}</system-out></testcase>` : `${open}/>` };
}

function properties(result: Result): string {
  const traffic = appTraffic(result);
  const entries: Record<string, string | number> = {
    verdict: result.verdict,
    complete: String(result.complete),
    target: plain(result.target.kind),
    seed: result.scenario.seed,
    file: plain(result.scenario.file, 500),
    sent: sumOf(traffic.map(({ sent }) => sent)),
    ok: sumOf(traffic.map(({ ok }) => ok)),
    failed: sumOf(traffic.map(({ failed }) => failed)),
    unanswered: sumOf(traffic.map(({ unanswered }) => unanswered)),
    longestOutageMs: Math.max(0, ...result.outages.map(({ ms }) => ms)),
  };
  const lines = Object.entries(entries).map(([name, value]) => `      <property${attributes({ name, value })}/>`);
  return ['    <properties>', ...lines, '    </properties>'].join('\n');
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replace(/\n/g, '&#10;')}"`)
    .join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function sum(all: readonly Record<'tests' | 'failures' | 'errors' | 'skipped', number>[]) {
  const total = (key: 'tests' | 'failures' | 'errors' | 'skipped') => sumOf(all.map((counts) => counts[key]));
  return { tests: total('tests'), failures: total('failures'), errors: total('errors'), skipped: total('skipped') };
}
