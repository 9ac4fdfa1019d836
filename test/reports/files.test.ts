import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { formatResult } from '../../reports/json.ts';
import { formatJunit } from '../../reports/junit.ts';
import { reporterNames } from '../../reports/reporter-names.ts';
import { createReporters, endReporters } from '../../reports/reporters.ts';
import { screenOn } from '../../reports/screen.ts';
import { lacks } from '../available.ts';
import { fixtures } from './fixtures.ts';

const screen = screenOn({ write: () => {} }, {});

describe('result.json', () => {
  test.each(Object.entries(fixtures))('%s is read back as it was', (_name, make) => {
    expect(JSON.parse(formatResult(make()))).toEqual(make());
  });

  test('its fields come in the order of the schema, whatever order they were made in', () => {
    const result = fixtures.failing();
    const turned = reversed(result) as Result;
    expect(Object.keys(turned)).toEqual(Object.keys(result).reverse());
    expect(JSON.parse(formatResult(turned), ordered)).toEqual(JSON.parse(formatResult(result), ordered));
    expect(Object.keys(JSON.parse(formatResult(turned)) as object).slice(0, 3)).toEqual([
      'schema',
      'complete',
      'verdict',
    ]);
  });
});

test('junit.xml counts no request that went to a control lane', () => {
  const result = fixtures.healthy();
  const [lane] = result.traffic;
  if (lane === undefined) throw new Error('a run has a lane');
  result.traffic = [
    { ...lane, sent: 100, failed: 3 },
    { ...lane, lane: 'control', role: 'control', sent: 900, failed: 400 },
  ];
  const text = formatJunit([result]);
  expect(text).toContain('<property name="sent" value="100"/>');
  expect(text).toContain('<property name="failed" value="3"/>');
});

describe.skipIf(lacks('python'))('junit.xml, as another parser reads it', () => {
  test.each(Object.entries(fixtures))('%s is well-formed, and its counts are those of its cases', (_name, make) => {
    const suites = parse(formatJunit([make()]));
    expect(suites.tag).toBe('testsuites');
    const [suite] = suites.children;
    const cases = suite?.children.filter(({ tag }) => tag === 'testcase') ?? [];
    const having = (tag: string) => cases.filter(({ children }) => children[0]?.tag === tag).length;
    for (const element of [suites, suite]) {
      expect(element?.attributes).toMatchObject({
        tests: String(cases.length),
        failures: String(having('failure')),
        errors: String(having('error')),
        skipped: String(having('skipped')),
      });
    }
  });

  const failuresOf = (result: Result) => {
    const suite = parse(formatJunit([result])).children[0];
    const bad = suite?.children.filter(({ children }) => ['failure', 'error'].includes(children[0]?.tag ?? ''));
    return bad?.map(({ attributes, children }) => `${attributes.name}: ${children[0]?.tag}`);
  };

  test('names the checks that failed', () => {
    expect(failuresOf(fixtures.failing())).toEqual(['zero-failed: failure', 'max-outage: failure']);
    expect(failuresOf(fixtures.healthy())).toEqual([]);
  });

  test('is never green when the run is not, though no check and no step says so', () => {
    const result = { ...fixtures.healthy(), verdict: 'inconclusive' as const, reasons: ['the generator stalled'] };
    expect(failuresOf(result)).toEqual(['verdict: error']);
    expect(failuresOf(fixtures.incomplete())).toContain('verdict: error');
    expect(failuresOf(fixtures.empty())).toEqual(['verdict: error']);
  });

  test('an inconclusive run that was pardoned turns nothing red, and still says what it was', () => {
    const onInconclusive = { asked: 'warn', done: 'warn' as const, try: 1, tries: 1, message: 'It is a warning here.' };
    const result: Result = { ...fixtures.inconclusive(), toConclude: ['lower the rate'], onInconclusive };
    expect(failuresOf(result)).toEqual([]);
    expect(formatJunit([result])).toMatch(/name="max-outage".*<skipped message="/);
    const unshown = { ...result, checks: [] };
    expect(failuresOf(unshown)).toEqual([]);
    expect(formatJunit([unshown])).toMatch(
      /<skipped.*To find out: lower the rate\.\nIt is a warning here\.<\/skipped>/s,
    );
    expect(failuresOf({ ...unshown, onInconclusive: { ...onInconclusive, done: 'nothing' } })).toEqual([
      'verdict: error',
    ]);
  });

  test('no name is there twice: readers look at the first alone', () => {
    const result = fixtures.healthy();
    result.steps = [...result.steps, ...result.steps];
    const { children } = parse(formatJunit([result])).children[0] as Element;
    const names = children
      .filter(({ tag }) => tag === 'testcase')
      .map(({ attributes }) => `${attributes.classname} ${attributes.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('a check that nobody asked for fails nothing', () => {
    const result = fixtures.healthy();
    for (const check of result.checks) Object.assign(check, { asked: false, verdict: 'fail' });
    expect(failuresOf(result)).toEqual([]);
  });

  test('a scenario that expects its verdict is judged by that', () => {
    const expecting = (met: boolean): Result => ({
      ...fixtures.failing(),
      expectation: { verdict: 'fail', causes: [], met },
    });
    expect(failuresOf(expecting(true))).toEqual([]);
    expect(failuresOf(expecting(false))).toContain('expectation: failure');
  });
});

describe('reporters', () => {
  test('an unknown one is refused, with the word that was meant', () => {
    expect(() => createReporters(['jnuit'], screen)).toThrow(/no reporter "jnuit"; did you mean "junit"\?/);
    expect(() => createReporters(['constructor'], screen)).toThrow(/no reporter "constructor"/);
  });

  test('the terminal ends after all that leave a file, and one that fails does not keep the others from ending', async () => {
    const reporters = createReporters(['list', ...reporterNames], screen);
    expect(reporters.slice(-2).map(({ name }) => name)).toEqual(['list', 'github']);
    const folder = mkdtempSync(join(tmpdir(), 'hitless-report-'));
    const broken = { name: 'broken', onEnd: () => Promise.reject(new Error('disk full')) };
    const files = reporters.filter(({ name }) => name === 'json' || name === 'junit');
    const problems = await endReporters([broken, ...files], fixtures.healthy(), folder);
    expect(problems).toEqual(['the broken report could not be written: disk full']);
    expect(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))).toEqual(fixtures.healthy());
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toContain('<testsuites');
  });
});

interface Element {
  tag: string;
  attributes: Record<string, string>;
  children: Element[];
}

function parse(xml: string): Element {
  const script = `import json,sys,xml.etree.ElementTree as T
def e(n): return {"tag":n.tag,"attributes":n.attrib,"children":[e(c) for c in n]}
print(json.dumps(e(T.fromstring(sys.stdin.buffer.read()))))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: xml, encoding: 'utf8' });
  if (stderr) throw new Error(stderr);
  return JSON.parse(stdout) as Element;
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

/** Objects as lists of their fields, so that their order counts; not of those records whose order is their own. */
function ordered(key: string, value: unknown): unknown {
  const free = [
    'byVersion',
    'byReplica',
    'failedByLane',
    'byOutcome',
    'percentiles',
    'environment',
    'expected',
    'actual',
  ];
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !free.includes(key)
    ? Object.entries(value)
    : value;
}
