import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import { loadScenario } from '../../runner/scenario/load.ts';
import { lacks } from '../available.ts';
import { attempt, every, facts, judge, lane, step } from '../check/run.ts';
import { localRuns } from './local-runs.ts';

const shipped = (name: string) => join(import.meta.dirname, '../../scenarios', `${name}.ts`);

/** What a check of a scenario says of a run that never was. */
async function findingOf(scenario: string, check: string, run: RunFacts, attempts: readonly Attempt[]) {
  const { checks } = await loadScenario(shipped(scenario));
  const found = checks?.find((one) => one.check?.name === check)?.check;
  if (found === undefined) throw new Error(`${scenario} has no check ${check}`);
  return judge(found, {}, run, attempts);
}

describe('volumes', () => {
  const run = facts({
    lanes: [lane('in-memory'), lane('on-claim')],
    steps: [step('hold', 0, 1000), step('kill', 1000, 2000), step('hold', 2000, 3000), step('scale', 3000, 4000)],
  });
  /** An answer each 100 ms for 5 s, each with the count that is given for its place. */
  const counted = (name: string, count: (index: number) => number) =>
    every(100, 50, (index) => ({ lane: name, counter: count(index) }));
  const of = (name: string, count: (index: number) => number) =>
    findingOf('volumes', `counter ${name}`, run, counted(name, count));

  test('a counter on the claim must go on, and one in memory must start again', async () => {
    const on = (index: number) => index + 1;
    const again = (index: number) => (index % 10) + 1;
    expect(await of('on-claim', on)).toMatchObject({
      verdict: 'pass',
      actual: { killed: { last: 10, next: 11 }, replaced: { last: 30, next: 31 }, wentBack: false },
    });
    expect(await of('in-memory', again)).toMatchObject({ verdict: 'pass', actual: { wentBack: true } });
    expect(await of('on-claim', again)).toMatchObject({ verdict: 'fail' });
    expect(await of('in-memory', on)).toMatchObject({ verdict: 'fail' });
  });

  test('a number that was given out twice is one that went back', async () => {
    expect(await of('on-claim', (index) => (index < 45 ? index + 1 : index))).toMatchObject({
      verdict: 'fail',
      message: expect.stringMatching(/it went back in between/),
    });
  });

  test('without an answer nothing is said', async () => {
    expect(await findingOf('volumes', 'counter on-claim', run, [])).toMatchObject({ verdict: 'inconclusive' });
  });
});

describe('cdn', () => {
  const steps = [
    step('deploy', -1000, 0),
    step('hold', 0, 1000),
    step('rollout', 1000, 6000),
    step('custom', 6000, 6100),
    step('hold', 6100, 8000),
    step('rollout', 8000, 13_000),
    step('hold', 13_000, 30_000),
  ].map((one, index) => ({ ...one, index, name: `${index}` }));
  const names = ['eu-origin', 'us-origin', 'eu-edge', 'us-edge', 'fixed-names', 'hashed-names'];
  const run = facts({ steps, lanes: names.map((name) => lane(name)), trafficToUs: facts().trafficFromUs + 30_000_000 });
  const versionAt = (at: number, secondMs: number, thirdMs: number) =>
    at < secondMs ? 'v0.0.1' : at < thirdMs ? 'v0.0.2' : 'v0.0.3';
  /** The origin changes at 5 s and 12 s, its edges when they are told to, or at 20 s. */
  const answers = (edgesMs: readonly [number, number]) =>
    ['eu', 'us'].flatMap((region) => [
      ...every(100, 290, (_, at) => ({ lane: `${region}-origin`, version: versionAt(at, 5000, 12_000) })),
      ...every(100, 290, (_, at) => ({ lane: `${region}-edge`, version: versionAt(at, ...edgesMs) })),
    ]);
  const of = (check: string, edgesMs: readonly [number, number]) => findingOf('cdn', check, run, answers(edgesMs));

  test('after a purge the old version is gone, or it has failed', async () => {
    expect(await of('fresh after a purge', [6050, 20_000])).toMatchObject({ verdict: 'pass' });
    expect(await of('fresh after a purge', [7000, 20_000])).toMatchObject({ verdict: 'fail' });
    expect(await of('fresh after a purge', [5000, 20_000])).toMatchObject({ verdict: 'inconclusive' });
  });

  test('without a purge it may stay for as long as it may be kept, and no longer', async () => {
    expect(await of('stale without a purge', [6050, 20_000])).toMatchObject({
      verdict: 'pass',
      actual: [
        { region: 'eu', ms: 8000 },
        { region: 'us', ms: 8000 },
      ],
    });
    expect(await of('stale without a purge', [6050, 28_000])).toMatchObject({ verdict: 'fail' });
    expect(await of('stale without a purge', [6050, 12_000])).toMatchObject({ verdict: 'inconclusive' });
  });

  test('a page and a style sheet of two versions are a mix', async () => {
    const visit = (name: string, at: number, page: string, asset: string) => {
      const session = `${name}-${at}`;
      const common = { lane: name, session };
      return [
        attempt({ at, ...common, version: page }),
        attempt({ at: at + 5, ...common, path: '/a', version: asset }),
      ];
    };
    const visits = (asset: string) => [
      ...visit('fixed-names', 5100, 'v0.0.2', 'v0.0.1'),
      ...visit('hashed-names', 100, 'v0.0.1', 'v0.0.1'),
      ...visit('hashed-names', 5100, 'v0.0.2', asset),
      ...visit('hashed-names', 12_100, 'v0.0.3', 'v0.0.3'),
    ];
    expect(await findingOf('cdn', 'hashed names', run, visits('v0.0.2'))).toMatchObject({
      verdict: 'pass',
      actual: { fixed: { visits: 1, mixed: 1 }, hashed: { visits: 3, mixed: 0 } },
    });
    expect(await findingOf('cdn', 'hashed names', run, visits('v0.0.1'))).toMatchObject({ verdict: 'fail' });
  });

  test('an edge that asks the origin for each tenth answer or more is none', async () => {
    const served = (misses: number) =>
      ['eu-edge', 'us-edge'].flatMap((name) =>
        every(100, 100, (index) => ({ lane: name, replica: index < misses ? 'origin-1' : `edge-${name}` })),
      );
    expect(await findingOf('cdn', 'hit ratio', run, served(10))).toMatchObject({
      verdict: 'pass',
      actual: { eu: 0.9 },
    });
    expect(await findingOf('cdn', 'hit ratio', run, served(11))).toMatchObject({ verdict: 'fail' });
  });

  test('an edge has to save half a round trip', async () => {
    const took = (ms: number) => [
      ...every(100, 50, () => ({ lane: 'us-origin', took: 90 })),
      ...every(100, 50, () => ({ lane: 'us-edge', took: ms })),
    ];
    const name = 'latency with and without an edge';
    expect(await findingOf('cdn', name, run, took(5))).toMatchObject({ verdict: 'pass' });
    expect(await findingOf('cdn', name, run, took(60))).toMatchObject({ verdict: 'fail' });
    expect(await findingOf('cdn', name, run, [])).toMatchObject({ verdict: 'fail' });
  });
});

describe('on local', () => {
  const needsVolumes = lacks('volumes');
  const results = localRuns(needsVolumes ? ['cdn'] : ['volumes', 'cdn']);
  const verdicts = (scenario: string) =>
    Object.fromEntries(
      (results.get(scenario)?.checks ?? []).filter(({ asked }) => asked).map(({ name, verdict }) => [name, verdict]),
    );

  test.skipIf(needsVolumes)('volumes: what is on the claim goes on, what is in memory does not', () => {
    expect(verdicts('volumes')).toEqual({
      'counter in-memory': 'pass',
      'counter on-emptydir': 'pass',
      'counter on-claim': 'pass',
    });
  });

  test('cdn: nothing is lost, edges answer themselves, hashed names never mix', () => {
    expect(verdicts('cdn')).toMatchObject({ 'zero-failed': 'pass', 'hit ratio': 'pass', 'hashed names': 'pass' });
    // On a machine that is too busy the copies expire before the old version has gone: then they say so.
    for (const name of ['fresh after a purge', 'stale without a purge'])
      expect(['pass', 'inconclusive']).toContain(verdicts('cdn')[name]);
  });
});
