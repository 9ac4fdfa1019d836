import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkout, runScenarioByCli, scratch } from '../e2e/run-cli.ts';

const { folder, remove } = scratch();
afterAll(remove);

test('two engines, three replicas and their ledger tell the same', async () => {
  const ledger = join(folder, 'ledger');
  writeFileSync(ledger, 'of an earlier run\n');
  const scenario = join(folder, 'scenario.yml');
  const image = { context: join(checkout, 'helloworld'), command: ['node', 'src/server.ts'], env: { LEDGER: ledger } };
  writeFileSync(
    scenario,
    JSON.stringify({
      name: 'ledger',
      app: {
        manifests: [join(checkout, 'manifests/05-hitless')],
        service: 'mimuc-service',
        images: { 'mimuc/helloworld:v0.0.1': image },
      },
      identity: { replica: 'body:/name' },
      ledger,
      lanes: [
        { name: 'ours', rate: 100 },
        { name: 'theirs', engine: 'autocannon', rate: 100, connections: 10 },
      ],
      steps: [{ deploy: {} }, { hold: '2s' }],
      checks: ['zero-failed'],
    }),
  );
  const { result } = await runScenarioByCli(scenario, join(folder, 'run'));
  // A busy machine may be blind for a moment; what it saw it saw.
  expect(['pass', 'inconclusive'], result.reasons.join(' ')).toContain(result.verdict);
  const sent = Object.fromEntries(result.traffic.map((lane) => [lane.lane, lane.sent]));
  expect(sent.ours).toBeGreaterThan(100);
  expect(sent.theirs).toBeGreaterThan(100);
  expect(result.ledger).toMatchObject({
    file: 'ledger',
    entries: (sent.ours ?? 0) + (sent.theirs ?? 0),
    strangers: 0,
    lanes: expect.arrayContaining([
      { lane: 'ours', sent: sent.ours, handled: sent.ours, twice: 0, okUnhandled: 0 },
      { lane: 'theirs', sent: sent.theirs, handled: sent.theirs, twice: 0, okUnhandled: 0 },
    ]),
  });
  expect(result.target.notes?.join(' ')).toContain('Lane theirs goes through the balancer');
});
