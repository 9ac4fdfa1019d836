import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HistogramLogReader } from 'hdr-histogram-js';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readAttempts } from '../../record/attempts-reader.ts';
import { type BenchResult, readBench } from '../../record/bench-result.ts';
import { type CliEnd, scratch, startCli } from '../e2e/run-cli.ts';
import { good, type Request, SmallServer } from '../traffic/small-server.ts';

// Each starts a command line, which on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const exitCodes = { pass: 0, fail: 1, error: 3, inconclusive: 4 };
let server: SmallServer | undefined;
afterEach(() => server?.close());

async function urlOf(answer: (request: Request) => void): Promise<string> {
  server = new SmallServer(answer);
  return `http://127.0.0.1:${await server.listen()}/`;
}

interface Bench extends CliEnd {
  result: BenchResult;
  out: string;
}

/** Where a busy machine was the limit the result says so, and the exit code with it. */
async function bench(...args: string[]): Promise<Bench> {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const out = join(folder, 'bench');
  const end = await startCli(['bench', ...args, '--out', out]).end;
  if (!existsSync(join(out, 'bench.json'))) throw new Error(`no bench.json; it printed:\n${end.stdout}${end.stderr}`);
  const result = readBench(join(out, 'bench.json'));
  return { ...end, result, out };
}

const quick = ['-d', '1s', '--rate', '50', '-c', '5'];
const answering = ({ socket }: Request) => socket.write(good);

test('shows at a glance how fast a server is, in 80 columns, and leaves it for programs', async () => {
  const { code, stdout, result, out } = await bench(await urlOf(answering), ...quick);
  expect(code).toBe(exitCodes[result.verdict]);
  expect(result).toMatchObject({ complete: true, kind: 'url', engine: 'builtin' });
  for (const word of ['rate', 'answers', 'p50', 'p75', 'p90', 'p99', 'p99.9', 'p99.99', 'max', 'late', 'limit'])
    expect(stdout).toContain(word);
  expect(stdout).toMatch(/█/);
  const [stage] = result.stages;
  expect(stage?.summary).toMatchObject({
    failed: 0,
    unsent: 0,
    unanswered: 0,
    ok: server?.requests.filter(isGet).length,
  });
  expect(result.environment).toMatchObject({ hitless: expect.any(String), cpu: expect.any(String) });
  expect(result.noise.before?.ms).toBeGreaterThan(300);
  expect(result.notes.join(' ')).toContain('--rounds 5 gives intervals');
  expect(readdirSync(out)).not.toContain('attempts');
});

function isGet({ method }: Request): boolean {
  return method === 'GET';
}

test('says of a closed loop what it hides', async () => {
  const { result } = await bench(await urlOf(answering), '-d', '500ms', '-c', '2');
  expect(result.stages.map(({ name }) => name)).toEqual(['closed-2']);
  expect(result.notes.join(' ')).toContain('A closed loop sends less while the server is slow');
});

test('repeats its stages in rounds, and gives intervals', async () => {
  const { result, stdout } = await bench(await urlOf(answering), '-d', '400ms', '--rates', '50,100', '--rounds', '3');
  expect(result.stages.map(({ name, rounds }) => [name, rounds.length])).toEqual([
    ['open-50', 3],
    ['open-100', 3],
  ]);
  // A round of all stages before the next one.
  const order = result.stages.flatMap(({ name, rounds }) =>
    rounds.map(({ fromMs, round }) => ({ name, fromMs, round })),
  );
  expect(order.toSorted((a, b) => a.fromMs - b.fromMs).map(({ name }) => name)).toEqual([
    'open-50',
    'open-100',
    'open-50',
    'open-100',
    'open-50',
    'open-100',
  ]);
  const estimate = result.stages[0]?.summary.latencyMs.p50;
  expect(estimate?.low).toBeLessThanOrEqual(estimate?.mean ?? 0);
  expect(stdout).toMatch(/± /);
});

test('what fails is shown, and decides only where there is an objective', async () => {
  const url = await urlOf(({ socket, method }) =>
    socket.write(method === 'GET' ? 'HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n' : good),
  );
  const shown = await bench(url, ...quick);
  expect(shown.code).toBe(4);
  expect(shown.stdout).toMatch(/failed: \d+ bad status \(500\)/);
  expect(shown.result.reasons.join(' ')).toMatch(/no request had a good answer|limited/);
  const decided = await bench(url, ...quick, '--objective', 'failed=0');
  expect(decided).toMatchObject({ code: 1, result: { verdict: 'fail' } });
  expect(decided.result.reasons[0]).toMatch(/^failed=0 is broken in open-50: (\d+) of \1 requests failed$/);
});

describe('other programs get', () => {
  test.each([
    ['json', (text: string) => expect(JSON.parse(text)).toMatchObject({ schema: 'hitless/bench@1' })],
    [
      'csv',
      (text: string) => {
        const [head, row, ...rest] = text.split('\r\n');
        expect(rest).toEqual(['']);
        expect(head?.split(',').length).toBe(row?.split(',').length);
        expect(row).toMatch(/^open-50,,1,open,50,5,/);
      },
    ],
    [
      'hdr',
      (text: string) => {
        const reader = new HistogramLogReader(text);
        const histogram = reader.nextIntervalHistogram() as { totalCount: number; tag: string };
        expect(histogram.tag).toBe('open-50');
        expect(histogram.totalCount).toBeGreaterThan(20);
        expect(reader.nextIntervalHistogram()).toBeNull();
      },
    ],
  ] as const)('%s on the standard output, and nothing else there', async (format, check) => {
    const { stdout, stderr } = await bench(await urlOf(answering), ...quick, '--output', format);
    check(stdout);
    expect(stderr).toContain('p99');
  });

  test('arrow in a file: every request of every round, and the same reader reads it', async () => {
    const { folder, remove } = scratch();
    onTestFinished(remove);
    const file = join(folder, 'all.arrows');
    const { result, out } = await bench(
      await urlOf(answering),
      ...['-d', '400ms', '--rate', '50', '--rounds', '2', '--output', `arrow=${file}`],
    );
    const reader = readAttempts(file);
    const lanes = new Map<string, number>();
    for (const batch of reader)
      for (let row = 0; row < batch.length; row++) {
        const lane = batch.lane.at(row) as string;
        lanes.set(lane, (lanes.get(lane) ?? 0) + 1);
      }
    expect(reader.ended).toBe(true);
    const planned = result.stages[0]?.rounds.map((round) => [`open-50.${round.round}`, round.planned]);
    expect([...lanes]).toEqual(planned);
    expect(readdirSync(out)).not.toContain('attempts');
  });

  test('a file in a folder that is made for it', async () => {
    const { folder, remove } = scratch();
    onTestFinished(remove);
    const file = join(folder, 'of/today/bench.csv');
    await bench(await urlOf(answering), ...quick, '--output', `csv=${file}`);
    expect(readFileSync(file, 'utf8')).toMatch(/^stage,subject,/);
  });

  test('the records where they are to be kept', async () => {
    const { out, result } = await bench(await urlOf(answering), ...quick, '--keep-attempts');
    expect(readdirSync(join(out, 'attempts'))).toEqual(['open-50.1.arrows']);
    let rows = 0;
    for (const batch of readAttempts(join(out, 'attempts/open-50.1.arrows'))) rows += batch.length;
    expect(rows).toBe(result.stages[0]?.summary.planned);
  });
});

test('another engine sends, and what it does not see is said', async () => {
  const { result, stdout } = await bench(await urlOf(answering), ...quick, '--engine', 'autocannon');
  expect(result).toMatchObject({ engine: 'autocannon', stages: [{ name: 'open-50' }] });
  expect(result.stages[0]?.summary.ok).toBeGreaterThan(0);
  expect(stdout).toContain('The engine does not see');
});

test('Ctrl-C leaves what was measured until then', async () => {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const out = join(folder, 'bench');
  const url = await urlOf(answering);
  const { child, end } = startCli(['bench', url, '-d', '10m', '--rate', '100', '-c', '5', '--out', out]);
  await expect.poll(() => server?.requests.filter(isGet).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(50);
  child.kill('SIGINT');
  const { code } = await end;
  const result = readBench(join(out, 'bench.json'));
  expect(code).toBe(130);
  expect(result).toMatchObject({ complete: false, verdict: 'inconclusive' });
  expect(result.stages[0]?.summary.ok).toBeGreaterThan(20);
  expect(readdirSync(out)).not.toContain('attempts');
});

test('values of headers and bodies are nowhere', async () => {
  const args = ['-H', 'x-key: open-sesame', '--data', 'open-sesame', '--method', 'POST'];
  const { out, stdout, stderr, result } = await bench(await urlOf(answering), ...quick, ...args);
  expect(server?.requests.some(({ headers }) => headers.get('x-key') === 'open-sesame')).toBe(true);
  expect(result.command).toContain('***');
  expect(readFileSync(join(out, 'bench.json'), 'utf8') + stdout + stderr).not.toContain('open-sesame');
});

describe('whoever interrupts a second time does not wait', () => {
  /** Two signals of which the second is there when the first has been seen: of two alike the system may make one. */
  const endedAtOnce = async (wordsOf: (url: string) => string[]) => {
    const { folder, remove } = scratch();
    onTestFinished(remove);
    const url = await urlOf(answering);
    const words = ['-d', '60s', ...wordsOf(url)];
    const cli = startCli(['bench', url, '--out', 'bench', ...words], { cwd: folder });
    await vi.waitFor(() => expect(readdirSync(join(folder, 'bench/attempts'))).not.toEqual([]), { timeout: 60_000 });
    cli.child.kill('SIGINT');
    cli.child.kill('SIGTERM');
    const { code, stderr } = await cli.end;
    // Which of two that are there at the same time is told first the system decides.
    expect([130, 143]).toContain(code);
    return { folder, stderr };
  };

  test.each([
    ['of one URL', () => []],
    ['of two', (url: string) => ['--against', url]],
  ])('a bench %s leaves nothing', async (_, wordsOf) => {
    const { folder, stderr } = await endedAtOnce(wordsOf);
    expect({ stderr, left: readdirSync(folder) }).toEqual({ stderr: '', left: [] });
  });

  test('the attempts that were to be kept are left, and said', async () => {
    const { folder, stderr } = await endedAtOnce(() => ['--keep-attempts']);
    expect(stderr).toBe('Ended at once. What there is: bench (attempts, and no bench.json)\n');
    expect(readdirSync(join(folder, 'bench'))).toEqual(['attempts']);
  });
});

describe('what cannot be measured is told in words, and leaves nothing', () => {
  const refused = async (args: string[], code: number, message: RegExp) => {
    const { folder, remove } = scratch();
    onTestFinished(remove);
    const end = await startCli(['bench', ...args], { cwd: folder }).end;
    expect(end.stderr).toMatch(message);
    expect(end.stderr).not.toMatch(/\n\s+at /);
    expect(end.code).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
  };

  test('an address at which nobody listens', () =>
    refused(['http://127.0.0.1:9/'], 3, /^nobody listens at 127\.0\.0\.1:9/));

  test('a server that speaks no HTTP', async () => {
    const url = await urlOf(({ socket }) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
    await refused([url], 3, /does not speak HTTP/);
  });

  test('a server without TLS behind https', async () => {
    const url = await urlOf(answering);
    await refused([url.replace('http:', 'https:')], 3, /speaks plain http, and no TLS/);
  });

  test('wrong use', () => refused(['http://127.0.0.1:9/', '--rate', '0'], 2, /--rate: expected a number above 0/));

  test('a host without http://, which could be a scenario', () =>
    refused(['localhost:8080'], 2, /http:\/\/localhost:8080/));

  test.each([
    [
      'a file that cannot be written',
      ['--output', 'csv=/dev/null/a.csv'],
      /^--output: cannot write .*\/dev\/null is a file/,
    ],
    ['a folder in the place of a file', ['--output', 'csv=/'], /^--output: \/ is a folder/],
    ['a file in the place of a folder', ['--out', '/dev/null'], /^cannot use \/dev\/null for the run: it is a file/],
  ])('%s', async (_, words, message) => {
    await refused([await urlOf(answering), ...words], 2, message);
    expect(server?.requests.filter(isGet)).toEqual([]);
  });

  test('flags of a URL with a scenario', () =>
    refused(['rolling-update', '--rate', '5'], 2, /--rate: it is for a URL/));
});
