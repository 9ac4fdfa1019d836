import { setTimeout } from 'node:timers/promises';
import type { CustomStep, RunView, ScenarioDefinition } from 'hitless';

type Lanes = ScenarioDefinition['lanes'];
type Image = NonNullable<ScenarioDefinition['app']['images']>[string];

/** The board, told so much; paths are as seen from a scenario. */
export function boardImage(args: Record<string, string> = {}): Image {
  return {
    context: '../helloworld',
    dockerfile: 'Dockerfile.board',
    args,
    command: ['node', 'src/board.ts'],
    env: args,
  };
}

/** For so long somebody sends posts without a text, one after the other. */
const attackMs = 4_000;
const pauseMs = 100;
/** The same name in both scenarios. */
const attack = 'send posts that end the app';

/** Who logs in, views and posts; `serviceOf`: where each part is an app of its own. */
export function lanesOfBoard(serviceOf: (part: string) => string | undefined = () => undefined): Lanes {
  const lane = (part: string, request: Lanes[number]['request'], status: number): Lanes[number] => {
    const service = serviceOf(part);
    return {
      name: part,
      connection: 'fresh',
      rate: 30,
      // This is about seconds, not about milliseconds.
      resolution: '500ms',
      ...(service === undefined ? {} : { service }),
      request: { path: `/${part}`, ...request },
      expect: { status, json: { type: 'object', required: ['part'], properties: { part: { const: part } } } },
    };
  };
  return [
    lane('login', {}, 200),
    lane('view', {}, 200),
    lane('post', { method: 'POST', body: '{"text":"hello"}', headers: { 'content-type': 'application/json' } }, 201),
  ];
}

/** A step: posts without a text go to the Service, each of which ends the process that gets it. */
export function breakPost(service: string): CustomStep {
  return {
    name: attack,
    run: async ({ target, signal, notice }) => {
      const { url } = await target.route(service);
      const endMs = performance.now() + attackMs;
      let sent = 0;
      while (performance.now() < endMs && !signal.aborted) {
        sent++;
        // No answer is what is expected: the app is gone.
        await fetch(`${url}/post`, {
          method: 'POST',
          body: '{}',
          headers: { connection: 'close' },
          signal: AbortSignal.any([signal, AbortSignal.timeout(1_000)]),
        }).catch(() => {});
        await setTimeout(pauseMs);
      }
      notice(`${sent} posts without a text were sent to ${service}`);
    },
  };
}

/** What each lane lost from the first bad post on. */
export function lossesOf(run: RunView): { lane: string; sent: number; failed: number }[] {
  const waiting = run.facts.steps.find(({ verb }) => verb === 'wait')?.index;
  return ['login', 'view', 'post'].map((lane) => {
    const tallies = [attack, ...(waiting === undefined ? [] : [waiting])].map((step) => run.tally({ lane, step }));
    const sum = (of: 'sent' | 'failed') => tallies.reduce((total, tally) => total + tally[of], 0);
    return { lane, sent: sum('sent'), failed: sum('failed') };
  });
}
