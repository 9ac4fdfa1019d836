import { defineScenario, type RunView } from 'hitless';
import { boardImage, breakPost, lanesOfBoard, lossesOf } from './board/board.ts';

function allFailTogether(run: RunView) {
  const lost = lossesOf(run);
  const message = `While posts ended the app: ${lost.map(({ lane, failed, sent }) => `${failed} of ${sent} requests of ${lane} failed`).join(', ')}.`;
  return { verdict: lost.every(({ failed }) => failed > 0) ? 'pass' : 'fail', message, actual: lost } as const;
}

export default defineScenario({
  name: 'monolith',
  description:
    'Log in, view and post are one app, and somebody finds the post that ends it. Everything fails together: who wants to log in or to view fares no better than who posts.',
  app: {
    manifests: ['../manifests/monolith'],
    service: 'board-service',
    images: { 'mimuc/board:v0.0.1': boardImage() },
  },
  targets: ['local', 'kubernetes'],
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: lanesOfBoard(),
  steps: [
    { deploy: { timeout: '60s' } },
    { hold: '1s' },
    breakPost('board-service'),
    { wait: { until: 'available', timeout: '60s' } },
    { hold: '2s' },
  ],
  checks: [{ name: 'all three fail together', assertRun: allFailTogether }, { recovery: { ms: 60_000 } }],
});
