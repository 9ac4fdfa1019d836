import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertBench } from '../../../record/bench-result.ts';
import { type AgainstOptions, type AgainstPlan, benchAgainst } from '../../../runner/bench/effect/against.ts';
import { closedStage, openStage, type StagePlan } from '../../../runner/bench/stage.ts';
import { addressOf, laneOf } from '../../traffic/run-lanes.ts';

interface Target {
  port: number;
  /** Requests that it has had. */
  requests: number;
}

async function startTarget(status: (request: number) => number = () => 200): Promise<Target> {
  const target = { port: 0, requests: 0 };
  const server: Server = createServer((_, response) => {
    response.statusCode = status(++target.requests);
    response.end('hello');
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  target.port = (server.address() as AddressInfo).port;
  return target;
}

function planOf(candidate: Target, baseline: Target, stage: StagePlan): AgainstPlan {
  const subject = ({ port }: Target) => ({ route: addressOf(port), lane: laneOf(), url: `http://127.0.0.1:${port}/` });
  return {
    subjects: { A: subject(candidate), B: subject(baseline) },
    target: { url: subject(candidate).url, method: 'GET', against: subject(baseline).url },
    stage,
    tolerance: 0.02,
    decides: null,
    processes: { A: [], B: [] },
  };
}

function optionsOf(differences: Partial<AgainstOptions> = {}): AgainstOptions {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-against-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    keepAttempts: false,
    seed: 7,
    mostRequests: 1e9,
    threads: null,
    signal: new AbortController().signal,
    hitless: '0.0.0',
    command: ['bench'],
    onProgress: () => {},
    ...differences,
  };
}

test('both targets get their blocks in turn, and nothing that they were sent is left out', async () => {
  const [candidate, baseline] = [await startTarget(), await startTarget()];
  let warmedUp = { candidate: 0, baseline: 0 };
  const options = optionsOf({
    onProgress: ({ phase, done }) => {
      if (phase === 'measuring' && done === 0)
        warmedUp = { candidate: candidate.requests, baseline: baseline.requests };
    },
  });
  const result = await benchAgainst(planOf(candidate, baseline, closedStage(2, 6)), options);
  assertBench(JSON.parse(JSON.stringify(result)));
  expect(result.complete).toBe(true);
  const { effect, stages } = result;
  expect(effect?.blocks?.order).toMatch(/^(ABBA|BAAB)+$/);
  expect(effect?.blocks?.ratePerS).toHaveLength(effect?.blocks?.order.length ?? 0);
  expect(stages.map(({ subject }) => subject)).toEqual(['A', 'B']);
  expect(stages.map(({ summary }) => summary.sent)).toEqual([
    candidate.requests - warmedUp.candidate,
    baseline.requests - warmedUp.baseline,
  ]);
  expect(effect?.candidate).toMatchObject({ failed: 0, name: `http://127.0.0.1:${candidate.port}/` });
  expect(effect?.measures.filter(({ decides }) => decides).map(({ name }) => name)).toEqual(['rate']);
});

test('a candidate that fails now and then is worse, whatever its speed', async () => {
  const [candidate, baseline] = [await startTarget((request) => (request % 20 === 0 ? 500 : 200)), await startTarget()];
  const result = await benchAgainst(
    planOf(candidate, baseline, openStage({ rate: 400, arrivals: 'constant', connections: 4 }, 8)),
    optionsOf(),
  );
  expect(result.effect?.failures.verdict).toBe('worse');
  expect(result).toMatchObject({ verdict: 'fail', effect: { verdict: 'worse' } });
  expect(result.reasons[0]).toMatch(/^Of the candidate's requests \d+ of \d+ failed, of the baseline's 0 of \d+: more/);
  expect(result.effect?.measures.filter(({ decides }) => decides).map(({ name }) => name)).toEqual(['p50', 'p99']);
});

test('what is interrupted is told as far as it went, and is no verdict', async () => {
  const [candidate, baseline] = [await startTarget(), await startTarget()];
  const controller = new AbortController();
  const options = optionsOf({
    signal: controller.signal,
    onProgress: ({ phase, done }) => {
      if (phase === 'measuring' && done === 9) controller.abort();
    },
  });
  const result = await benchAgainst(planOf(candidate, baseline, closedStage(2, 20)), options);
  assertBench(JSON.parse(JSON.stringify(result)));
  expect(result).toMatchObject({ complete: false, verdict: 'inconclusive', effect: { verdict: 'cannot tell' } });
  expect(result.effect?.blocks?.order).toHaveLength(8);
});

test('interrupted while it warms up nothing is told', async () => {
  const [candidate, baseline] = [await startTarget(), await startTarget()];
  const controller = new AbortController();
  const options = optionsOf({ signal: controller.signal, onProgress: () => controller.abort() });
  const result = await benchAgainst(planOf(candidate, baseline, closedStage(2, 20)), options);
  expect(result).toMatchObject({ complete: false, verdict: 'inconclusive', effect: { verdict: 'cannot tell' } });
});
