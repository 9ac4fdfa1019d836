import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { defineScenario, HitlessError, type RunFinding, type RunView, type StepContext } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

/**
 * How a node is made to stand still, and brought back: a command to which the node's name is added. By default as for
 * kind, whose nodes are containers; `cluster env` of the tests' own cluster sets all three.
 */
const {
  HITLESS_NODE: node = 'kind-worker',
  HITLESS_NODE_STOP: stop = 'docker pause',
  HITLESS_NODE_START: start = 'docker unpause',
} = process.env;

/** Until the node is given up (50 s by default), its pod evicted (5 s) and another one ready; with room for a slow cluster. */
const givenUpWithinMs = 150_000;
const backWithinMs = 60_000;
/** Of the steps, from 0. */
const afterwards = 3;

async function call(command: string): Promise<void> {
  const [file = '', ...words] = command.split(' ');
  try {
    await promisify(execFile)(file, [...words, node], { timeout: 30_000 });
  } catch (cause) {
    throw new HitlessError('HITLESS_NODE_COMMAND', `${command} ${node} failed: ${(cause as Error).message.trim()}`, {
      blame: 'environment',
      hint: 'Set HITLESS_NODE, and HITLESS_NODE_STOP and HITLESS_NODE_START to commands that take its name.',
      cause,
    });
  }
}

/** The node comes back whatever happens meanwhile, also on Ctrl-C. */
async function failNode(context: StepContext): Promise<string> {
  const { target, signal } = context;
  const before = new Set(target.state().replicas.map(({ pod }) => pod));
  const fromMs = performance.now();
  try {
    await call(stop);
    const replaced = () => {
      const ready = target.state().replicas.filter((replica) => replica.ready);
      return ready.length >= 3 && ready.some(({ pod }) => !before.has(pod));
    };
    while (!replaced()) {
      if (performance.now() - fromMs > givenUpWithinMs)
        throw new HitlessError(
          'HITLESS_NODE_NOT_REPLACED',
          `${givenUpWithinMs / 1000} s after ${node} stopped nothing had been replaced: had it a replica?`,
          { blame: 'app' },
        );
      await setTimeout(200, undefined, { signal });
    }
    const tookMs = performance.now() - fromMs;
    // Its last connections may still hang.
    await setTimeout(2000, undefined, { signal });
    return `${node} stopped answering, and after ${(tookMs / 1000).toFixed(1)} s three replicas were ready again`;
  } finally {
    await call(start);
  }
}

/** What was to be removed from the node while nobody could reach it goes now. */
async function nodeIsBack({ target, signal }: StepContext): Promise<void> {
  const untilMs = performance.now() + backWithinMs;
  while (target.state().replicas.some(({ phase }) => phase === 'terminating')) {
    if (performance.now() > untilMs)
      throw new HitlessError(
        'HITLESS_NODE_NOT_BACK',
        `${node} did not end its old pod within ${backWithinMs / 1000} s`,
        {
          blame: 'environment',
        },
      );
    await setTimeout(200, undefined, { signal });
  }
}

/** No platform can keep what a node had; how much it was is what one learns. */
function whatItCost(run: RunView): RunFinding {
  const { failed, sent, byOutcome } = run.tally();
  const { facts } = run;
  const failedAtUs = facts.steps[2]?.fromUs ?? 0;
  const after = (kind: string) => {
    const event = facts.events.find(({ kind: its, latestUs }) => its === kind && latestUs > failedAtUs);
    return event === undefined ? 'at a time that nobody told' : `${((event.latestUs - failedAtUs) / 1e6).toFixed(1)} s`;
  };
  const how = [...byOutcome].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return {
    verdict: 'pass',
    message:
      `The list of endpoints named the replica of ${node} for ${after('endpoint-removed')} more. ` +
      `Until then and in all ${failed} of ${sent} requests were lost${how === '' ? '' : `: ${how}`}.`,
    actual: { failed, sent },
  };
}

function wellAfterwards(run: RunView): string | true {
  const { failed, sent } = run.tally({ step: afterwards + 1 });
  return failed === 0 || `${failed} of ${sent} requests were lost after the node was back`;
}

export default defineScenario({
  name: 'node-failure',
  description:
    'A node stops answering, with a replica on it. Kubernetes gives it up after 40 to 50 s and puts another replica ' +
    'elsewhere; until then a third of the new connections lead nowhere. What is lost is shown; in the end all is well.',
  targets: ['kubernetes'],
  app: {
    manifests: ['../manifests/node-failure'],
    service: 'mimuc-service',
    images: helloworld('v0.0.1'),
  },
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    { name: 'visitors', connection: 'fresh', rate: 30, expect: hello },
    { name: 'regulars', connection: 'kept', connections: 6, rate: 30, expect: hello },
  ],
  steps: [
    { deploy: { timeout: '90s' } },
    { hold: '2s' },
    { name: `${node} stops answering`, run: failNode },
    { name: `${node} is back`, run: nodeIsBack },
    { hold: '4s' },
  ],
  checks: [
    { name: 'what it cost', assertRun: whatItCost },
    { name: 'all is well afterwards', assertRun: wellAfterwards },
  ],
});
