import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../reports/reporter.ts';
import { screenOn } from '../../reports/screen.ts';
import { list } from '../../reports/terminal/list.ts';
import { summary } from '../../reports/terminal/summary.ts';
import { widthOf, wrap } from '../../reports/terminal/width.ts';
import { type FixtureName, fixtures } from './fixtures.ts';

function recording({ isTTY = false, columns = 100, environment = {} as NodeJS.ProcessEnv } = {}) {
  const output = { text: '', isTTY, columns, write };
  function write(text: string) {
    output.text += text;
  }
  return { output, screen: screenOn(output, environment) };
}

const names = Object.keys(fixtures) as FixtureName[];
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/;

describe('the end of a run', () => {
  for (const columns of [110, 60]) {
    test.each(names)(`%s, ${columns} columns`, async (name) => {
      const { screen } = recording({ columns });
      const text = summary(fixtures[name](), '.hitless/run', screen);
      await expect(text).toMatchFileSnapshot(`golden/${name}-${columns}.txt`);
      expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThan(columns);
    });
  }

  test('says nothing that a terminal obeys, whatever an answer was called', () => {
    expect(summary(fixtures.hostile(), '.hitless/run', recording().screen)).not.toMatch(unsafe);
  });

  test('counts answers as `sort | uniq -c` does where nothing was rolled out', () => {
    const text = summary(fixtures.balanced(), '.hitless/run', recording().screen);
    expect(text).toContain('\n     37 D7P73SSxPS\n     31 MdQIiVyhKU\n     32 ODgqddk90k\n');
  });

  test('says how many failures it could not tell of', () => {
    expect(summary(fixtures.huge(), 'x', recording().screen)).toMatch(/lists 1,000 of these 4,\d+ requests/);
  });

  test('says what was still open when the run ended', () => {
    const text = summary(fixtures.incomplete(), 'x', recording().screen);
    expect(text).toContain('Requests without an answer\n  3 requests had no answer yet when the run ended.\n');
  });

  test('names the report only where there is one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hitless-report-'));
    expect(summary(fixtures.healthy(), folder, recording().screen)).not.toContain('report.html');
    writeFileSync(join(folder, 'report.html'), '');
    const text = summary(fixtures.healthy(), folder, recording().screen);
    expect(text.trimEnd().split('\n').at(-1)).toBe(`✓ PASS  Report: ${join(folder, 'report.html')}`);
  });
});

describe('colours', () => {
  const colored = (isTTY: boolean, environment: NodeJS.ProcessEnv) => {
    const { screen } = recording({ isTTY, environment });
    return summary(fixtures.failing(), 'x', screen).includes('\u001b[');
  };
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { TERM: 'dumb' }, false],
  ])('terminal %s, %o: %s', (isTTY, environment, there) => {
    expect(colored(isTTY, environment)).toBe(there);
  });
});

const info = {
  scenario: { name: 'rolling-update', description: 'nothing lost', file: 'scenarios/rolling-update.yml', seed: 1 },
  target: 'local',
  folder: '.hitless/run',
  steps: ['deploy', 'hold 2s', 'rollout', 'hold 2s'],
};

function progress(index: number, failed = 0): Progress {
  return {
    step: { index, count: 4, name: info.steps[index] ?? '' },
    trafficMs: index === 0 ? null : 2000 * (index - 1),
    leftMs: 9000,
    ratePerS: 401.2,
    lanes: [
      {
        lane: 'visitors\u001b[2J',
        planned: 4000,
        sent: 1234,
        ok: 1234 - failed,
        failed,
        unanswered: 0,
        unsent: 0,
        ...(failed > 0 && { lastFailure: { outcome: 'refused', trafficMs: 1950 } }),
      },
    ],
    replicas: [
      { pod: 'a', version: 'v0.0.1', phase: 'running', ready: true, routed: true },
      { pod: 'b', version: 'v0.0.1', phase: 'terminating', ready: true, routed: true },
      { pod: 'c', version: 'v0.0.2', phase: 'starting', ready: false, routed: false },
      { pod: 'd', version: 'v0.0.2', phase: 'exited', ready: false, routed: false },
    ],
  };
}

describe('while it runs, without a terminal', () => {
  test('a line at each step and at the first failure in it, without an escape', () => {
    const { output, screen } = recording();
    const reporter = list(screen);
    reporter.onStart?.(info);
    for (const [index, failed] of [
      [0, 0],
      [0, 0],
      [1, 0],
      [1, 3],
      [1, 9],
      [2, 9],
      [2, 9],
      [2, 12],
    ] as const)
      reporter.onProgress?.(progress(index, failed));
    reporter.onNotice?.('a \u001b[31mnotice');
    expect(output.text).toMatchInlineSnapshot(`
      "rolling-update on local
      nothing lost
      4 steps, seed 1
                step 1 of 4: deploy
         0.0 s  step 2 of 4: hold 2s
         0.0 s  requests of visitors fail; the last one was refused
         2.0 s  step 3 of 4: rollout
         2.0 s  requests of visitors fail; the last one was refused
      a notice
      "
    `);
  });
});

describe('while it runs, on a terminal', () => {
  test('a frame says the step, the time left, the requests and the replicas', () => {
    const { output, screen } = recording({ isTTY: true, environment: { NO_COLOR: '1' } });
    list(screen).onProgress?.(progress(2, 3));
    expect(unescaped(output.text)).toMatchInlineSnapshot(`
      "
      Step 3 of 4  rollout  2.0 s of traffic, about 9 s left
      401 requests/s  1,231 ok  3 failed
      v0.0.1           ■▽ 1 ready, 1 terminating
      v0.0.2           △ 1 starting
      Last failure: at 1.9 s a request of visitors was refused
      "
    `);
  });

  test('before there is traffic there is no time, and before the first step no step', () => {
    const { output, screen } = recording({ isTTY: true, environment: { NO_COLOR: '1' } });
    list(screen).onProgress?.({ ...progress(0), step: { index: -1, count: 4, name: 'prepare' }, lanes: [] });
    expect(unescaped(output.text)).toContain('4 steps  prepare  no traffic yet, about 9 s left\n');
  });

  test.each([20, 40, 60, 100])('no line is wider than %i columns', (columns) => {
    const { output, screen } = recording({ isTTY: true, columns, environment: { NO_COLOR: '1' } });
    list(screen).onProgress?.(progress(2, 3));
    expect(Math.max(...unescaped(output.text).split('\n').map(widthOf))).toBeLessThan(Math.max(columns, 21));
  });

  test('the cursor is never hidden, and nothing of a frame stays above the verdict', async () => {
    const { output, screen } = recording({ isTTY: true });
    const reporter = list(screen);
    reporter.onStart?.(info);
    reporter.onProgress?.(progress(2));
    await reporter.onEnd(fixtures.healthy(), 'x');
    expect(output.text).not.toContain('\u001b[?25');
    expect(showing(output.text, 100).join('\n')).not.toContain('Step 3 of 4');
    expect(showing(output.text, 100).join('\n')).toContain('PASS');
  });

  test('a notice stays above the frames, which replace one another', async () => {
    const { output, screen } = recording({ isTTY: true, environment: { NO_COLOR: '1' } });
    const reporter = list(screen);
    reporter.onProgress?.(progress(1));
    reporter.onNotice?.('a port was taken');
    reporter.onProgress?.(progress(2));
    const shown = showing(output.text, 100);
    expect(shown.filter((line) => line.includes('a port was taken'))).toHaveLength(1);
    expect(shown.filter((line) => line.includes('Step '))).toHaveLength(1);
    expect(shown.findIndex((line) => line.includes('a port'))).toBeLessThan(
      shown.findIndex((line) => line.includes('Step 3')),
    );
  });

  test('a terminal that gets narrower keeps no rest of the old frame', async () => {
    const { output, screen } = recording({ isTTY: true, columns: 100, environment: { NO_COLOR: '1' } });
    const reporter = list(screen);
    const long = { ...progress(2, 3), step: { index: 2, count: 4, name: 'rollout '.repeat(20).trim() } };
    reporter.onProgress?.(long);
    const before = output.text;
    output.text = '';
    output.columns = 50;
    reporter.onNotice?.('narrower');
    const shown = showing(before, 50);
    expect(showing(`${shown.join('\n')}${output.text}`, 50).filter((line) => line.includes('Step'))).toEqual([]);
  });
});

test('lines are broken between words, not between a number and its unit, and within words that are too long', () => {
  expect(wrap('lasted for 12 ms in all', 13)).toEqual(['lasted for', '12 ms in all']);
  expect(wrap('abcdefghijklmnopqrstuvwxyz', 10)).toEqual(['abcdefghij', 'klmnopqrst', 'uvwxyz']);
});

test('wide characters take two columns, combining ones none', () => {
  expect(widthOf('日本')).toBe(4);
  expect(widthOf('e\u0301')).toBe(1);
  expect(widthOf('🎉')).toBe(2);
});

function unescaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: how a frame is drawn
  return text.replace(/\u001b\[[KJ]/g, '');
}

/** What a terminal of so many columns shows after this text: just the escapes that a frame uses. */
function showing(text: string, columns: number): string[] {
  const rows: string[] = [''];
  let [row, column] = [0, 0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is the terminal
  for (const [token, up] of text.matchAll(/\u001b\[(\d*)[A-Za-z]|[\s\S]/g)) {
    const line = rows[row] ?? '';
    if (token.endsWith('A') && up) row = Math.max(0, row - Number(up));
    else if (token === '\u001b[J') rows.splice(row, rows.length, line.slice(0, column));
    else if (token === '\u001b[K') rows[row] = line.slice(0, column);
    else if (token === '\r') column = 0;
    else if (token === '\n' || column === columns) {
      row++;
      column = 0;
      rows[row] ??= '';
    }
    if (token.startsWith('\u001b') || token === '\r' || token === '\n') continue;
    const now = rows[row] ?? '';
    rows[row] = now.slice(0, column) + token + now.slice(column + 1);
    column++;
  }
  return rows;
}
