import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckOutcome, Result } from '../record/result.ts';
import { escaped } from './markup.ts';
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
  const cases = [
    ...verdictCase(result, name),
    ...expectationCase(result, name),
    ...result.checks.map((check) => checkCase(check, name, expected)),
    ...result.steps.map((step) => stepCase(step, name, expected)),
  ];
  const counts = sum(cases.map((each) => ({ tests: 1, failures: 0, errors: 0, skipped: 0, ...counter(each.kind) })));
  const head = attributes({ name, ...counts, time: seconds(result.durationMs), timestamp: result.startedAt });
  const xml = [`  <testsuite${head}>`, properties(result), ...cases.map(({ xml }) => xml), '  </testsuite>'].join('\n');
  return { xml, counts };
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
  const why = result.reasons.map((reason) => plain(reason, 500)).join('\n');
  const kind = result.verdict === 'fail' ? 'failure' : 'error';
  return [testcase({ name: 'verdict', classname: `${suiteName}.run` }, kind, result.verdict, why, why)];
}

/** A scenario that expects its verdict (a fault of the gallery) is judged by that alone, as the exit code is. */
function expectationCase({ expectation, verdict }: Result, suiteName: string) {
  if (!expectation) return [];
  const where = { name: 'expectation', classname: `${suiteName}.run` };
  const message = `expected the verdict ${expectation.verdict}, saw ${verdict}`;
  return [testcase(where, expectation.met ? 'ok' : 'failure', verdict, message, message)];
}

function checkCase(check: CheckOutcome, suiteName: string, expected: boolean) {
  const name = check.lane === null ? plain(check.name) : `${plain(check.name)} [${plain(check.lane)}]`;
  const message = plain(check.message, 500);
  const body = [message, `expected: ${plainValue(check.expected, 500)}`, `actual: ${plainValue(check.actual, 500)}`];
  if (check.hint) body.push(plain(check.hint, 500));
  const where = { name, classname: `${suiteName}.checks` };
  return testcase(where, kindOf(check.verdict, check.asked && !expected), check.verdict, message, body.join('\n'));
}

function stepCase(step: Step, suiteName: string, expected: boolean) {
  const where = { name: plain(step.name), classname: `${suiteName}.steps`, time: seconds(step.toMs - step.fromMs) };
  const message = plain(step.message ?? '', 500);
  return testcase(where, kindOf(step.verdict, !expected), step.verdict, message, message);
}

/** JUnit knows no `inconclusive`: nobody was proved wrong, but a CI must not be green, so it is an error. */
function kindOf(verdict: CheckOutcome['verdict'], decides: boolean): Kind {
  if (verdict === 'not-applicable') return 'skipped';
  if (verdict === 'pass' || verdict === 'warn' || !decides) return 'ok';
  return verdict === 'fail' ? 'failure' : 'error';
}

function testcase(where: Record<string, string>, kind: Kind, type: string, message: string, body: string) {
  const open = `    <testcase${attributes(where)}`;
  if (kind === 'skipped') return { kind, xml: `${open}><skipped${attributes({ message })}/></testcase>` };
  if (kind !== 'ok') {
    const inner = `<${kind}${attributes({ message, type })}>${escaped(body)}</${kind}>`;
    return { kind, xml: `${open}>${inner}</testcase>` };
  }
  const said = type === 'pass' ? message : `${type}: ${message}`;
  return { kind, xml: said ? `${open}><system-out>${escaped(said)}</system-out></testcase>` : `${open}/>` };
}

function properties(result: Result): string {
  const { traffic } = result;
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
