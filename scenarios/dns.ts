import { defineScenario, HitlessError, type RunFinding, type RunView, type StepContext } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

/** What helloworld/src/visitor.ts tells. */
interface Report {
  /** Addresses, by the form of the name. */
  names: Record<string, string[]>;
  ways: Record<string, { visits: number; lost: number; staleMs: number; errors: Record<string, number> }>;
}

const replicas = 3;
let report: Report | undefined;

async function askVisitor({ target }: StepContext): Promise<Report> {
  const visitor = target.state().replicas.find(({ deployment, ready }) => deployment === 'visitor' && ready);
  const ask = `fetch('http://127.0.0.1:3000/report').then((answer) => answer.text()).then(console.log)`;
  const { code, stdout, stderr } = await target.exec(visitor?.pod ?? '', ['node', '-e', ask]);
  if (code === 0) return JSON.parse(stdout) as Report;
  throw new HitlessError(
    'HITLESS_VISITOR',
    `the visitor in the cluster does not answer: ${stderr.trim().slice(-200)}`,
    {
      blame: 'app',
    },
  );
}

/** All forms of a name lead to the same: to one address of the Service, or to those of its pods. */
async function lookUp(context: StepContext): Promise<string> {
  const { names } = await askVisitor(context);
  const of = (prefix: string) => Object.entries(names).filter(([form]) => form.startsWith(prefix));
  for (const [prefix, expected] of [
    ['mimuc-service', 1],
    ['mimuc-headless', replicas],
  ] as const) {
    const [first, ...others] = of(prefix);
    const odd = [first, ...others].find(
      (entry) => entry?.[1].length !== expected || entry[1].join() !== first?.[1].join(),
    );
    if (odd !== undefined)
      throw new HitlessError('HITLESS_NAMES', `${odd[0]} leads to ${odd[1].join(', ') || 'nothing'}`, {
        blame: 'environment',
        hint: `It was to lead to ${expected} as ${first?.[0]} does. Does the cluster have a DNS?`,
      });
  }
  const [[, service = []] = []] = of('mimuc-service');
  const [[, pods = []] = []] = of('mimuc-headless');
  return `mimuc-service is ${service.join()}, mimuc-headless is ${pods.join(', ')}, in each of 4 forms`;
}

async function ask(context: StepContext): Promise<string> {
  report = await askVisitor(context);
  const told = Object.entries(report.ways).map(
    ([way, { visits, lost, staleMs }]) =>
      `${way}: ${lost} of ${visits} lost, a stale address for ${(staleMs / 1000).toFixed(1)} s`,
  );
  return told.join('; ');
}

/** The name of a Service, or one that is asked for again, follows a rollout; an address that is kept does not. */
function whoFollows(_run: RunView): RunFinding {
  if (report === undefined) return { verdict: 'inconclusive', message: 'The visitor was not asked.' };
  const lost = (way: string) => report?.ways[way]?.lost ?? Number.NaN;
  const follow = lost('service, resolved each time') + lost('headless, resolved each time');
  const kept = lost('headless, resolved once');
  const numbers = Object.entries(report.ways).map(([way, { visits, lost }]) => `${way}, ${lost} of ${visits}`);
  return {
    verdict: follow === 0 && kept > 0 ? 'pass' : 'fail',
    message: `Lost by a client in the cluster: ${numbers.join('; ')}.`,
    expected: 'none by those that resolve each time, some by the one that resolved once',
    actual: report.ways,
  };
}

export default defineScenario({
  name: 'dns',
  description:
    'A client in the cluster knows the app by name, through a rollout that replaces every address behind it. The name of ' +
    'a Service, and a headless one that is resolved each time, lose nothing; addresses that a client keeps lead nowhere.',
  targets: ['kubernetes'],
  app: {
    manifests: ['../manifests/dns'],
    service: 'mimuc-service',
    images: helloworld('v0.0.1', 'v0.0.2'),
  },
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    {
      name: 'visitors',
      connection: 'fresh',
      rate: 50,
      expect: hello,
    },
  ],
  steps: [
    { deploy: { timeout: '90s' } },
    { name: 'look the names up', run: lookUp },
    { hold: '3s' },
    { rollout: { deployment: 'mimuc-app', image: 'mimuc/helloworld:v0.0.2', timeout: '120s' } },
    { hold: '12s' },
    { name: 'ask the visitor', run: ask },
  ],
  checks: ['zero-failed', { name: 'who follows the rollout', assertRun: whoFollows }],
});
