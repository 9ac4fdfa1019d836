import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BenchResult } from '../../record/bench-result.ts';
import { benchDocument } from '../../reports/bench/html/document.ts';
import { benchMarkdown } from '../../reports/bench/markdown/bench.ts';
import { trendMarkdown } from '../../reports/bench/trend/markdown.ts';
import { trendPage } from '../../reports/bench/trend/page.ts';
import { effectOf } from '../../runner/bench/effect/effect.ts';
import { trendOf } from '../../runner/bench/effect/trend.ts';
import { lacks } from '../available.ts';
import { benchOf } from '../bench/effect/benches.ts';
import { simulatedGroups } from '../bench/effect/simulated.ts';

const hostile = '</script><script>globalThis.pwned=1</script><img src=x onerror=pwned=1>';

/** A comparison in which every name would like to be markup. */
function againstBench(): BenchResult {
  const bench = benchOf({ rates: [1000] });
  const effect = effectOf(simulatedGroups({ slower: 0.05, seed: 1 }), {
    tolerance: 0.02,
    decides: ['rate', 'cpu'],
    seed: 1,
    baseline: { name: `http://localhost:1/${hostile}`, processes: [hostile] },
    candidate: { name: hostile, processes: ['node 1'] },
    generatorLimit: null,
  });
  const order = 'ABBA'.repeat(60);
  const each = [...order].map((_, index) => 1000 + index);
  const [stage] = bench.stages;
  if (stage === undefined) throw new Error('a bench has a stage');
  return {
    ...bench,
    verdict: 'fail',
    reasons: [hostile, ...effect.reasons],
    target: { url: hostile, method: 'GET', against: hostile },
    stages: [
      { ...stage, subject: 'A' },
      { ...stage, subject: 'B' },
    ],
    effect: {
      ...effect,
      blocks: { ms: 200, restMs: 20, warmUpMs: 6000, order, ratePerS: each, cpuUs: each, p50Ms: each, p99Ms: each },
    },
  };
}

function steps(): BenchResult {
  const bench = benchOf({ rates: [1000, 1010] });
  const open = (rate: number) => {
    const [stage] = benchOf({ rates: [rate, rate] }).stages;
    if (stage === undefined) throw new Error('a bench has a stage');
    return {
      ...stage,
      name: `open-${rate}`,
      load: { model: 'open', rate, arrivals: 'constant', connections: 50 } as const,
    };
  };
  return { ...bench, stages: [100, 200, 300, 400, 500, 600, 700].map(open) };
}

function trend() {
  const runs = Array.from({ length: 16 }, (_, day) => ({
    name: `${day}-${hostile}`,
    result: benchOf({
      rates: [day < 8 ? 1000 + day : 800 + day, 900],
      startedAt: new Date(Date.UTC(2026, 10, 1 + day)).toISOString(),
      url: `http://localhost:1/?q=${hostile}`,
    }),
  }));
  return trendOf(runs, { folder: hostile, tolerance: 0.02, skipped: [{ run: hostile, why: hostile }] });
}

const pages: Record<string, () => string> = {
  single: () => benchDocument(benchOf({ rates: [1000] })),
  rounds: () => benchDocument(benchOf({ rates: [1000, 1010, 990] })),
  against: () => benchDocument(againstBench()),
  rates: () => benchDocument(steps()),
  trend: () => trendPage(trend()),
};
/** Of axes of rounds or blocks, how many there are. */
const lastLabels: Record<string, Record<string, number>> = { rounds: { rounds: 3 }, against: { blocks: 240 } };
const canvases: Record<string, number> = { single: 2, rounds: 3, against: 4, rates: 3, trend: 2 };

test.each(Object.keys(pages))('the page %s points nowhere, and no name in it is markup', (name) => {
  const page = pages[name]?.() ?? '';
  expect(page.length).toBeLessThan(1_500_000);
  expect(page.match(/<script\b[^>]*>/g)).toEqual([
    '<script type="application/json" id="result">',
    '<script>',
    '<script>',
  ]);
  expect(page.match(/<\/script>/g)).toHaveLength(3);
  expect(page.match(/<img/g)).toBeNull();
  expect(page.match(/<(?:link|img|script|iframe|a)\b[^>]*(?:src|href)="(?!data:)[^>]*>/g)).toBeNull();
});

test('no name is markup in Markdown', () => {
  for (const text of [benchMarkdown(againstBench(), hostile), trendMarkdown(trend())]) {
    // In code nothing is read as markup.
    const outside = text.replace(/(`+)[^`]*?\1/g, '');
    expect(outside).not.toMatch(/<(?:script|img)/);
  }
});

test('Markdown says of a comparison what a page says', () => {
  const text = benchMarkdown(againstBench(), '.hitless/x');
  expect(text).toMatch(/^<!-- hitless:compare -->\n### ❌ Worse\n/);
  expect(text).toMatch(/\| rate \| [\d,]+\/s \| [\d,]+\/s \| -[45](?:\.\d)? %/);
  expect(text).toMatch(/\| candidate \| closed loop on 10 connections \|/);
});

describe.skipIf(lacks('browser'))('in a browser', () => {
  test.each(Object.keys(pages))('the page %s is drawn without complaint, at 1280 and 420 pixels', async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'hitless-bench-page-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'page.html');
    writeFileSync(file, pages[name]?.() ?? '');
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    });
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(file).href);
    // The page's own policy forbids what playwright's waitForFunction does to look again.
    const within = { timeout: 10_000 };
    await expect.poll(() => page.evaluate("document.querySelectorAll('canvas').length"), within).toBe(canvases[name]);
    for (const width of [1280, 420]) {
      await page.setViewportSize({ width, height: 900 });
      // Charts follow their boxes a frame later.
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth'), within).toBe(width);
    }
    // No round and no block stands on an axis that is not in the bench.
    for (const [id, last] of Object.entries(lastLabels[name] ?? {})) {
      const ticks = `Chart.getChart('chart-${id}').scales.x.ticks.map(({ label }) => label).filter((label) => label !== '')`;
      const labels = (await page.evaluate(ticks)) as string[];
      expect(Math.max(...labels.map((label) => Number(label.split(' ')[1])))).toBeLessThanOrEqual(last);
    }
    expect(complaints).toEqual([]);
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
  });
});
