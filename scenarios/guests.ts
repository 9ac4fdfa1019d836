import { defineScenario, type FlowVisit } from 'hitless';
import { boardImage } from './board/board.ts';

/** A guest of the message board: comes in, reads, and leaves a message. */
async function guest(visit: FlowVisit): Promise<void> {
  const { welcome } = (await visit.get('/login')).json<{ welcome?: string }>();
  visit.expect(welcome === 'guest', 'guests are welcome');
  await visit.think(100, 400);
  await visit.get('/view');
  await visit.think(100, 400);
  const text = `guest ${visit.number} was here`;
  const { posted } = (await visit.post('/post', { text }, { expect: { status: 201 } })).json<{ posted?: string }>();
  visit.expect(posted === text, 'the board has the message that was sent');
}

export default defineScenario({
  name: 'guests',
  description:
    'Guests of a message board log in, read and leave a message, each on a connection of their own, while the board is updated. What they do is a function in TypeScript; none of them loses a request, nor a message.',
  app: {
    manifests: ['../manifests/monolith'],
    service: 'board-service',
    images: {
      'mimuc/board:v0.0.1': boardImage({ VERSION: 'v0.0.1' }),
      'mimuc/board:v0.0.2': boardImage({ VERSION: 'v0.0.2' }),
    },
  },
  targets: ['local', 'kubernetes'],
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [{ name: 'guests', rate: 20, arrivals: 'poisson', resolution: '500ms', flow: guest }],
  steps: [
    { deploy: { timeout: '60s' } },
    { hold: '2s' },
    { rollout: { deployment: 'board', image: 'mimuc/board:v0.0.2', timeout: '90s' } },
    { hold: '2s' },
  ],
  checks: ['zero-failed', { 'max-outage': { ms: 500 } }],
});
