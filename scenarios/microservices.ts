import { defineScenario, type RunView } from 'hitless';
import { boardImage, breakPost, lanesOfBoard, lossesOf } from './board/board.ts';

function postAloneFails(run: RunView) {
  const lost = lossesOf(run);
  const message = `While posts ended their app: ${lost.map(({ lane, failed, sent }) => `${failed} of ${sent} requests of ${lane} failed`).join(', ')}.`;
  const isRight = lost.every(({ lane, failed, sent }) => sent > 0 && failed > 0 === (lane === 'post'));
  return { verdict: isRight ? 'pass' : 'fail', message, actual: lost } as const;
}

export default defineScenario({
  name: 'microservices',
  description:
    'Log in, view and post are apps of their own, and somebody finds the post that ends one. Posting fails; logging in and viewing go on as if nothing had happened.',
  app: {
    manifests: ['../manifests/microservices'],
    service: 'view-service',
    images: {
      'mimuc/login:v0.0.1': boardImage({ SERVES: 'login' }),
      'mimuc/view:v0.0.1': boardImage({ SERVES: 'view' }),
      'mimuc/post:v0.0.1': boardImage({ SERVES: 'post' }),
    },
  },
  targets: ['local', 'kubernetes'],
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: lanesOfBoard((part) => `${part}-service`),
  steps: [
    { deploy: { timeout: '60s' } },
    { hold: '1s' },
    breakPost('post-service'),
    { wait: { until: 'available', timeout: '60s' } },
    { hold: '2s' },
  ],
  checks: [
    { 'zero-failed': { lane: 'login' } },
    { 'zero-failed': { lane: 'view' } },
    { name: 'post alone fails', assertRun: postAloneFails },
    { recovery: { ms: 60_000 } },
  ],
});
