import { type Check, defineScenario, type RunFacts } from 'hitless';

/** The same app three times. Does its counter go on when its container is killed, and when its pod is replaced? */
const apps = {
  'in-memory': { killed: false, replaced: false },
  'on-emptydir': { killed: true, replaced: false },
  'on-claim': { killed: true, replaced: true },
};
const names = Object.keys(apps) as (keyof typeof apps)[];
const events = ['killed', 'replaced'] as const;

export default defineScenario({
  name: 'volumes',
  description:
    'The same app three times: its counter in memory, on an emptyDir, on a PersistentVolumeClaim. The container of each is ' +
    'killed, later its pod is replaced. Only what is on the claim goes on over both.',
  targets: ['local', 'docker', 'kubernetes'],
  app: {
    manifests: ['../manifests/volumes'],
    service: 'on-claim',
    images: {
      'mimuc/helloworld:v0.0.2': {
        context: '../helloworld',
        dockerfile: 'Dockerfile.hitless',
        args: { VERSION: 'v0.0.2' },
        command: ['node', 'src/server.ts'],
        env: { VERSION: 'v0.0.2' },
      },
    },
  },
  identity: { replica: 'body:/name', version: 'header:x-version', counter: 'body:/counter' },
  lanes: names.map((name) => ({ name, service: name, connection: 'fresh', rate: 20, expect: { status: 200 } })),
  steps: [
    { deploy: { timeout: '90s' } },
    { hold: '2s' },
    ...names.map((deployment) => ({ kill: { deployment, timeout: '30s' } })),
    ...names.map((deployment) => ({ wait: { deployment, until: 'available' as const, timeout: '60s' } })),
    { hold: '2s' },
    ...names.map((deployment) => ({ scale: { deployment, replicas: 0, settle: '0', timeout: '60s' } })),
    ...names.map((deployment) => ({ scale: { deployment, replicas: 1, settle: '0', timeout: '60s' } })),
    { hold: '2s' },
  ],
  checks: names.map(counterCheck),
});

interface Count {
  sentUs: number;
  endUs: number;
  value: number;
}

/** Passes where the counter of an app went on, and started again, as it should. */
function counterCheck(app: keyof typeof apps): Check {
  return {
    name: `counter ${app}`,
    summary: 'whether a counter went on when its container was killed, and when its pod was replaced',
    options: {},
    falseAlarm: 0,
    fold: (_, facts) => {
      const counts: Count[] = [];
      return {
        batch: (rows) => {
          for (let i = 0; i < rows.length; i++)
            if (rows.lane.at(i) === app && rows.outcome.at(i) === 'ok') counts.push(countOf(rows.attempt(i)));
        },
        done: () => ({ result: finding(app, counts, facts) }),
      };
    },
  };
}

function countOf({ sentUs, endUs, counter }: { sentUs: number | null; endUs: number; counter: number | null }): Count {
  return { sentUs: sentUs ?? endUs, endUs, value: counter ?? Number.NaN };
}

function finding(app: keyof typeof apps, counts: readonly Count[], facts: RunFacts): ReturnType<typeof verdictOf> {
  const spans = spansOf(facts);
  const seen = events.map((event) => {
    const { fromUs, atUs, toUs } = spans[event];
    const before = counts.filter(({ sentUs, endUs }) => sentUs >= fromUs && endUs < atUs);
    const after = counts.filter(({ sentUs, endUs }) => sentUs >= atUs && endUs < toUs);
    const last = Math.max(...before.map(({ value }) => value));
    const next = Math.min(...after.map(({ value }) => value));
    return { event, last, next, isSeen: before.length > 0 && after.length > 0, wentOn: next > last };
  });
  return verdictOf(app, seen, goesBack(counts));
}

/** Of each event: from when on the counter was the one before it, when it began, and until when its consequences are looked at. */
function spansOf({ steps, trafficFromUs, trafficToUs }: RunFacts) {
  const of = (verb: string) => steps.filter((step) => step.verb === verb);
  const killedUs = of('kill')[0]?.fromUs ?? Number.NaN;
  const betweenUs = of('hold')[1]?.fromUs ?? Number.NaN;
  const replacedUs = of('scale')[0]?.fromUs ?? Number.NaN;
  return {
    killed: { fromUs: trafficFromUs, atUs: killedUs, toUs: replacedUs },
    replaced: { fromUs: betweenUs, atUs: replacedUs, toUs: trafficToUs },
  };
}

/** Whether a number was given out that was not above all that had come when it was asked for: a step back, or a number twice. */
function goesBack(counts: readonly Count[]): boolean {
  const ended = counts.toSorted((a, b) => a.endUs - b.endUs);
  let highest = 0;
  let known = 0;
  return counts
    .toSorted((a, b) => a.sentUs - b.sentUs)
    .some(({ sentUs, value }) => {
      for (; (ended[known]?.endUs ?? Number.POSITIVE_INFINITY) < sentUs; known++)
        highest = Math.max(highest, ended[known]?.value ?? 0);
      return !(value > highest);
    });
}

interface Seen {
  event: (typeof events)[number];
  last: number;
  next: number;
  isSeen: boolean;
  wentOn: boolean;
}

function verdictOf(app: keyof typeof apps, seen: readonly Seen[], isBack: boolean) {
  const words = seen.map(({ event, last, next, wentOn }) => {
    return `${event}, it ${wentOn ? 'went on' : 'started again'} (${last}, then ${next})`;
  });
  const asExpected = seen.every(({ event, wentOn }) => wentOn === apps[app][event]);
  // What goes on over both must not have gone back at any time in between.
  const isSteady = !(apps[app].killed && apps[app].replaced && isBack);
  const actual = Object.fromEntries(seen.map(({ event, last, next }) => [event, { last, next }]));
  const common = { expected: apps[app], actual: { ...actual, wentBack: isBack } };
  if (!seen.every(({ isSeen }) => isSeen)) {
    const hint = 'Give it a higher rate, or hold for longer.';
    return { ...common, verdict: 'inconclusive' as const, message: 'no answers before or after an event', hint };
  }
  const message = `${app}: ${words.join('; ')}${isSteady ? '' : '; and it went back in between'}`;
  return { ...common, verdict: asExpected && isSteady ? ('pass' as const) : ('fail' as const), message };
}
