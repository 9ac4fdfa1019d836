import { type Check, defineScenario, HitlessError, type RunView, type StepContext } from 'hitless';

/** From manifests/cdn: there and back, and how long the style sheet of a fixed name may be kept. */
const roundTripMs = 80;
const maxAgeMs = 12_000;
/** Caches count in whole seconds, and one more for the answers under way on a busy machine. */
const slackMs = 2_000;

const regions = ['eu', 'us'] as const;
const leastHits = 0.9;

/** Places of steps, from 0. */
const afterPurge = 4;
const withoutPurge = 5;

const origin = (version: string) => ({
  context: '../helloworld',
  dockerfile: 'Dockerfile.origin',
  args: { VERSION: version },
  command: ['node', 'src/origin.ts'],
  env: { VERSION: version },
});
const style = { connection: 'kept', connections: 4, rate: 25, request: { path: '/style.css' } } as const;
const visit = { connection: 'session', rate: 5, service: 'edge-us' } as const;

export default defineScenario({
  name: 'cdn',
  description:
    'An origin in the eu, an edge that caches in the eu and in the us, 80 ms between them. How long do visitors wait with and ' +
    'without an edge, and what do they get after a new version of the origin: with a purge, without one, by hashed names?',
  targets: ['local', 'kubernetes'],
  app: {
    manifests: ['../manifests/cdn'],
    service: 'origin',
    images: {
      'mimuc/origin:v0.0.1': origin('v0.0.1'),
      'mimuc/origin:v0.0.2': origin('v0.0.2'),
      'mimuc/origin:v0.0.3': origin('v0.0.3'),
      'mimuc/distance:v0.0.1': {
        context: '../helloworld',
        dockerfile: 'Dockerfile.distance',
        command: ['node', 'src/distance.ts'],
      },
      'mimuc/edge:v0.0.1': {
        context: '../helloworld',
        dockerfile: 'Dockerfile.edge',
        // It installs nginx.
        network: 'host',
        command: ['node', 'src/edge.ts'],
      },
    },
  },
  identity: { replica: 'header:x-served-by', version: 'header:x-version' },
  lanes: [
    { name: 'eu-origin', service: 'origin', ...style },
    { name: 'us-origin', service: 'to-eu', ...style },
    { name: 'eu-edge', service: 'edge-eu', ...style },
    { name: 'us-edge', service: 'edge-us', ...style },
    { name: 'fixed-names', session: { page: '/', assets: 'auto' }, ...visit },
    { name: 'hashed-names', session: { page: '/hashed', assets: 'auto' }, ...visit },
  ],
  steps: [
    { deploy: { timeout: '120s' } },
    { hold: '1s' },
    { rollout: { deployment: 'origin', image: 'mimuc/origin:v0.0.2', settle: '0', timeout: '60s' } },
    { name: 'purge the edges', run: purge },
    { hold: '2s' },
    { rollout: { deployment: 'origin', image: 'mimuc/origin:v0.0.3', settle: '0', timeout: '60s' } },
    { hold: '7s' },
  ],
  checks: [
    'zero-failed',
    latencyCheck(),
    { name: 'hit ratio', assertRun: edgesAnswerThemselves },
    { name: 'fresh after a purge', assertRun: freshAfterPurge },
    { name: 'stale without a purge', assertRun: staleWithoutPurge },
    { name: 'hashed names', assertRun: hashedNamesNeverMix },
  ],
});

/** How an edge is told to forget is its own business: nginx's cache is files. */
async function purge({ target }: StepContext): Promise<void> {
  const command = target.kind === 'local' ? ['node', 'src/purge.ts'] : ['find', '/tmp/cache', '-type', 'f', '-delete'];
  const edges = target.state().replicas.filter(({ deployment, ready }) => deployment.startsWith('edge-') && ready);
  await Promise.all(
    edges.map(async ({ pod }) => {
      const { code, stderr } = await target.exec(pod, command);
      if (code !== 0) throw new HitlessError('CDN_PURGE', `${pod} was not purged: ${stderr}`, { blame: 'environment' });
    }),
  );
}

/** Visitors in the us must wait for at least half a round trip less where they have an edge. */
function latencyCheck(): Check {
  return {
    name: 'latency with and without an edge',
    summary: 'how long a visitor waits for a style sheet',
    options: {},
    falseAlarm: 0,
    fold: () => {
      const ms = new Map<string, number[]>();
      return {
        batch: (rows) => {
          for (let i = 0; i < rows.length; i++) {
            if (rows.outcome.at(i) !== 'ok') continue;
            const lane = rows.lane.at(i) ?? '';
            const all = ms.get(lane) ?? [];
            ms.set(lane, all);
            all.push(((rows.endUs[i] ?? 0) - (rows.readyUs[i] ?? 0)) / 1000);
          }
        },
        done: () => {
          const p50 = (lane: string) => median(ms.get(lane) ?? []);
          const [without, edge] = [p50('us-origin'), p50('us-edge')];
          const [near, nearEdge] = [p50('eu-origin'), p50('eu-edge')];
          const message = `us: ${without} ms without an edge, ${edge} ms with one; eu: ${near} ms and ${nearEdge} ms (medians)`;
          const expected = `us: at least ${roundTripMs / 2} ms less with an edge`;
          const actual = { us: { without, edge }, eu: { without: near, edge: nearEdge } };
          const verdict = without - edge >= roundTripMs / 2 ? ('pass' as const) : ('fail' as const);
          return { result: { verdict, message, expected, actual } };
        },
      };
    },
  };
}

function median(values: readonly number[]): number {
  return Math.round((values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN) * 10) / 10;
}

/** An answer that names an edge is the edge's own: it did not ask the origin for it. */
function edgesAnswerThemselves(run: RunView) {
  const ratios = regions.map((region) => {
    const { ok, byReplica } = run.tally({ lane: `${region}-edge` });
    const hits = [...byReplica].filter(([name]) => name.startsWith('edge-')).reduce((sum, [, count]) => sum + count, 0);
    return { region, hits, ok, ratio: hits / Math.max(1, ok) };
  });
  const words = ratios.map(({ region, hits, ok, ratio }) => `${region} ${hits} of ${ok} (${percent(ratio)})`);
  return {
    verdict: ratios.every(({ ratio }) => ratio >= leastHits) ? 'pass' : 'fail',
    message: `The edges answered by themselves: ${words.join(', ')}.`,
    expected: `at least ${percent(leastHits)} each`,
    actual: Object.fromEntries(ratios.map(({ region, ratio }) => [region, ratio])),
  } as const;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

/** For how long an edge gave out a version after the origin itself had done so last; negative where the origin did so for longer. */
function staleMs(run: RunView, version: string): { region: string; ms: number; lastUs: number }[] {
  const lastUs = (lane: string) => run.tally({ lane }).byVersion.get(version)?.lastEndUs ?? Number.NaN;
  const origins = Math.max(...regions.map((region) => lastUs(`${region}-origin`)));
  return regions.map((region) => {
    const last = lastUs(`${region}-edge`);
    return { region, ms: Math.round((last - origins) / 1000), lastUs: last };
  });
}

const staleWords = (stale: readonly { region: string; ms: number }[]) =>
  stale.map(({ region, ms }) => `${region} ${(Math.max(0, ms) / 1000).toFixed(1)} s`).join(', ');

function freshAfterPurge(run: RunView) {
  const stale = staleMs(run, 'v0.0.1');
  const versions = regions.flatMap((region) => [
    ...run.tally({ lane: `${region}-edge`, step: afterPurge }).byVersion.keys(),
  ]);
  const isFresh = versions.length > 0 && versions.every((version) => version === 'v0.0.2');
  const wasStale = stale.some(({ ms }) => ms > 0);
  const message = `Until the purge the edges gave out the old version (${staleWords(stale)} after the origin had), then ${[...new Set(versions)].join(', ')} alone.`;
  if (isFresh && !wasStale)
    return {
      verdict: 'inconclusive',
      message: 'The copies had expired before the purge.',
      hint: 'Run it again.',
    } as const;
  return {
    verdict: isFresh ? 'pass' : 'fail',
    message,
    expected: 'v0.0.2 alone',
    actual: { versions, stale },
  } as const;
}

function staleWithoutPurge(run: RunView) {
  const stale = staleMs(run, 'v0.0.2');
  const last = run.facts.steps[withoutPurge]?.toUs ?? Number.NaN;
  const inTime = stale.every(({ lastUs }) => (lastUs - last) / 1000 <= maxAgeMs + slackMs);
  const isOver = regions.every((region) => run.tally({ lane: `${region}-edge` }).byVersion.has('v0.0.3'));
  const wasStale = stale.some(({ ms }) => ms > 0);
  const message = `Without a purge the edges gave out the old version for longer than the origin: ${staleWords(stale)}.`;
  const expected = `at most ${(maxAgeMs + slackMs) / 1000} s after the last old replica of the origin`;
  if (inTime && !(isOver && wasStale))
    return {
      verdict: 'inconclusive',
      message: `${message} The end of it was not seen.`,
      expected,
      hint: 'Run it again.',
    } as const;
  return { verdict: inTime ? 'pass' : 'fail', message, expected, actual: stale } as const;
}

/** A visit mixes versions where the style sheet is not of the page's version. */
function hashedNamesNeverMix(run: RunView) {
  const [fixed, hashed] = ['fixed-names', 'hashed-names'].map((lane) => {
    const whole = run.visits
      .filter((one) => one.lane === lane)
      .map(({ answers }) => answers.map(({ version }) => version))
      .filter(([page, asset]) => page && asset);
    return {
      visits: whole.length,
      mixed: whole.filter(([page, asset]) => page !== asset).length,
      versions: new Set(whole.map(([page]) => page)).size,
    };
  }) as [Visits, Visits];
  const message =
    `A page and a style sheet of two versions: ${hashed.mixed} of ${hashed.visits} visitors where its name is its hash, ` +
    `${fixed.mixed} of ${fixed.visits} where its name stays.`;
  const common = { message, expected: 'none by hashed names', actual: { fixed, hashed } };
  if (hashed.versions < 3) return { ...common, verdict: 'inconclusive', hint: 'Hold for longer.' } as const;
  return { ...common, verdict: hashed.mixed === 0 ? 'pass' : 'fail' } as const;
}

interface Visits {
  visits: number;
  mixed: number;
  versions: number;
}
