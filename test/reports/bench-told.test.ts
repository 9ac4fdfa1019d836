import { describe, expect, test } from 'vitest';
import type { BenchLoad, BenchResult, BenchStage } from '../../record/bench-result.ts';
import { benchDocument } from '../../reports/bench/html/document.ts';
import { benchPageOf } from '../../reports/bench/html/model.ts';
import { latencyBySteps } from '../../reports/bench/html/page/steps-chart.ts';
import { benchMarkdown } from '../../reports/bench/markdown/bench.ts';
import { benchSummary } from '../../reports/bench/terminal/summary.ts';
import { trendMarkdown } from '../../reports/bench/trend/markdown.ts';
import { trendLines } from '../../reports/bench/trend/terminal.ts';
import { axisTexts, nothingText, runsText, trendText } from '../../reports/bench/trend/words.ts';
import { screenOn } from '../../reports/screen.ts';
import { trendOf } from '../../runner/bench/effect/trend.ts';
import { notesOf } from '../../runner/bench/notes.ts';
import { summaryOf } from '../../runner/bench/summary.ts';
import { benchOf, type Made } from '../bench/effect/benches.ts';

const summaryText = (bench: BenchResult) => benchSummary(bench, '.hitless/x', screenOn({ write: () => {} }, {}));
const headOf = (bench: BenchResult) => /<header class="(\w+)">[\s\S]*<h1>(.*)<\/h1>/.exec(benchDocument(bench)) ?? [];

function stageOf(made: Made, name: string, load?: BenchLoad): BenchStage {
  const [stage] = benchOf(made).stages;
  if (stage === undefined) throw new Error('a bench has a stage');
  return { ...stage, name, load: load ?? stage.load };
}

describe('a bench that nobody set a limit', () => {
  test('looks good where all was answered', () => {
    const bench = benchOf({ rates: [1000] });
    expect(headOf(bench).slice(1)).toEqual(['pass', 'Measured']);
    expect(summaryText(bench)).toContain('✓ MEASURED  ');
    expect(benchMarkdown(bench, 'x')).toMatch(/### ✅ bench of `.*`\n/);
  });

  test('never looks like a pass where requests failed', () => {
    const bench = benchOf({ rates: [1000], failed: 3 });
    expect(headOf(bench).slice(1)).toEqual(['inconclusive', 'Measured, 3 requests failed']);
    expect(summaryText(bench)).toContain('? MEASURED, 3 requests failed  ');
    expect(benchMarkdown(bench, 'x')).toMatch(/### ❔ bench of `.*`, 3 requests failed\n/);
  });
});

describe('what is told of a scenario', () => {
  const part = (of: 'step' | 'before' | 'change' | 'after'): BenchLoad => ({
    model: 'scenario',
    part: of,
    lanes: ['visitors'],
  });
  const bench: BenchResult = {
    ...benchOf({ rates: [1000] }),
    kind: 'scenario',
    target: { scenario: 'rolling-update' },
    stages: [
      stageOf({ rates: [1000] }, 'before', part('before')),
      stageOf({ rates: [500], failed: 7 }, 'change', part('change')),
      stageOf({ rates: [1000] }, 'after', part('after')),
      stageOf({ rates: [1000] }, '2. hold 2s', part('step')),
      stageOf({ rates: [500], failed: 7 }, '3. rollout', part('step')),
      stageOf({ rates: [1000] }, '4. hold 2s', part('step')),
    ],
  };

  test('first is what the change did, and every request counts once', () => {
    const page = benchPageOf(bench);
    expect(page.stages[page.foremost ?? -1]?.name).toBe('change');
    expect(page).toMatchObject({ failed: 7, sent: 25_007 });
    expect(benchMarkdown(bench, 'x').match(/7 reset/g)).toHaveLength(1);
  });

  test('latency is drawn step by step, and of a URL it is not', () => {
    expect(latencyBySteps.has(benchPageOf(bench))).toBe(true);
    expect(latencyBySteps.tell(benchPageOf(bench))).toMatch(
      /^2\. hold 2s: half within .* 3\. rollout: .* 4\. hold 2s: /,
    );
    expect(latencyBySteps.has(benchPageOf(benchOf({ rates: [1000] })))).toBe(false);
  });

  test('in curves are its phases, none of them left out', () => {
    const { percentiles, otherStages } = benchPageOf(bench);
    expect(Object.keys(percentiles)).toEqual(['before', 'change', 'after']);
    expect(otherStages).toBe(3);
  });
});

test('failures of all stages are counted, not those of the last one', () => {
  const stages = [stageOf({ rates: [100], failed: 5 }, 'open-10'), stageOf({ rates: [100] }, 'open-20')];
  const page = benchPageOf({ ...benchOf({ rates: [100] }), stages });
  expect(page).toMatchObject({ foremost: 1, failed: 5 });
});

test('bytes go with the rate, where answers came after the end of the plan too', () => {
  const stage = stageOf({ rates: [1000] }, 'open-1000000');
  const rounds = stage.rounds.map((round) => ({ ...round, ok: 100_000, bytes: 20_000_000 }));
  const bench = { ...benchOf({ rates: [1000] }), stages: [{ ...stage, rounds, summary: summaryOf(rounds) }] };
  expect(summaryText(bench)).toContain('1,000 good answers/s, 200 kB/s');
});

test('a trend draws no table of runs that tell nothing of the server', () => {
  const result = benchOf({ rates: [1000], generatorLimited: true });
  const trend = trendOf([{ name: 'x', result }], { folder: '.hitless', tolerance: 0.02, skipped: [] });
  const lines = trendLines(trend, screenOn({ write: () => {} }, {}));
  expect(lines.at(-2)).toContain('Nothing to show');
  expect(lines.join('\n')).not.toContain('first');
  expect(trendMarkdown(trend)).not.toContain('|');
});

describe('a trend in words', () => {
  const runs = (count: number, generatorLimited = 0) =>
    Array.from({ length: count + generatorLimited }, (_, index) => ({
      name: `run-${index}`,
      result: benchOf({ rates: [1000 + (index % 3)], generatorLimited: index >= count }),
    }));
  const trendOfRuns = (count: number, generatorLimited = 0) =>
    trendOf(runs(count, generatorLimited), { folder: '.hitless', tolerance: 0.02, skipped: [] });

  test('does not say that nothing changed where there are too few runs to see it', () => {
    expect(trendText(trendOfRuns(10, 5))).toContain('Too few runs');
    expect(trendText(trendOfRuns(11))).toContain('No change of level is clear enough');
  });

  test('counts the runs that are no points', () => {
    const [series] = trendOfRuns(3, 2).series;
    expect(series && runsText(series)).toMatch(/^5 runs \(2 without a point/);
    expect(series && nothingText(series)).toContain('3 of the 11 runs');
  });

  test('names runs by their days, and by their times where days come twice', () => {
    const at = (day: number, hour: number) => `2026-11-0${day}T0${hour}:30:00.000Z`;
    expect(axisTexts([at(1, 1), at(2, 1)])).toEqual(['2026-11-01', '2026-11-02']);
    expect(axisTexts([at(1, 1), at(1, 2)])).toEqual(['01:30', '02:30']);
    expect(axisTexts([at(1, 1), at(1, 2), at(2, 1)])).toEqual(['11-01 01:30', '11-01 02:30', '11-02 01:30']);
  });
});

describe('notes', () => {
  const noise = { before: null, idle: null, steal: null };

  test('say nothing of figures that are not there', () => {
    const stage = stageOf({ rates: [1000] }, 'closed-10');
    const rounds = stage.rounds.map((round) => ({ ...round, ok: 0, measured: 0, warmUpFound: false }));
    const stages = [{ ...stage, rounds, summary: summaryOf(rounds) }];
    expect(notesOf({ stages, noise }, null)).toEqual([]);
    expect(summaryText({ ...benchOf({ rates: [1000] }), stages })).not.toContain('steady');
  });

  test('say once of all stages that no steady state was found', () => {
    const unsteady = (name: string) => {
      const stage = stageOf({ rates: [1000] }, name);
      const rounds = stage.rounds.map((round) => ({ ...round, warmUpFound: false }));
      return { ...stage, rounds, summary: summaryOf(rounds) };
    };
    const told = notesOf({ stages: [unsteady('open-10'), unsteady('open-20')], noise }, null);
    expect(told.filter((note) => note.includes('no steady state'))).toHaveLength(1);
    expect(told.join()).toContain('open-10, open-20: no steady state');
  });

  test('ask for no rounds where two targets take turns', () => {
    const stage = stageOf({ rates: [1000] }, 'closed-4');
    const told = (stages: BenchStage[]) => notesOf({ stages, noise }, null).join(' ');
    expect(told([stage])).toContain('--rounds 5');
    expect(told([{ ...stage, subject: 'A' }])).not.toContain('--rounds');
  });
});
