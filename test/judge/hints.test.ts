import { expect, test } from 'vitest';
import type { DeploymentFacts } from '../../record/facts.ts';
import { attempt, event, facts } from '../check/run.ts';
import { judged } from './judged.ts';

const target = facts().target;

const sound: DeploymentFacts = {
  name: 'shop',
  promise: { replicas: 3, maxSurge: 1, maxUnavailable: 0, strategy: 'RollingUpdate' },
  readinessProbe: true,
  preStop: true,
  preStopSeconds: 3,
  graceSeconds: 15,
};
const strategy = (promise: Partial<DeploymentFacts['promise']>) => ({ promise: { ...sound.promise, ...promise } });

/** A replica of it that was replaced. */
const replaced = [
  event('terminating', 'pod-1', 1000, { owner: 'shop' }),
  event('exited', 'pod-1', 2000, { owner: 'shop' }),
];

/** The ids of the hints of a run with one request. */
function hintsOf(deployment: DeploymentFacts, outcome: 'ok' | 'refused' = 'refused', events = replaced) {
  const { hints } = judged(facts({ target: { ...target, deployments: [deployment] }, events }), [
    attempt({ at: 1500, outcome }),
  ]);
  return hints?.map(({ id }) => id);
}

test.each<[Partial<DeploymentFacts>, string[]]>([
  [{}, []],
  [{ readinessProbe: false }, ['no-readiness-probe']],
  [{ preStop: false, preStopSeconds: 0 }, ['no-prestop']],
  [{ preStopSeconds: 15 }, ['prestop-too-long']],
  [strategy({ strategy: 'Recreate', maxSurge: 0, maxUnavailable: 3 }), ['recreate-strategy']],
  [strategy({ replicas: 1, maxSurge: 0, maxUnavailable: 1 }), ['single-replica']],
  [strategy({ replicas: 1, maxSurge: 1, maxUnavailable: 0 }), []],
  [strategy({ maxUnavailable: 3 }), ['max-unavailable-all']],
  [{ readinessProbe: false, preStop: false }, ['no-readiness-probe', 'no-prestop']],
])('%j: %j', (part, ids) => {
  expect(hintsOf({ ...sound, ...part })).toEqual(ids);
});

const worst: DeploymentFacts = { ...sound, readinessProbe: false, preStop: false };

test('where nothing failed there is nothing to look at', () => {
  expect(hintsOf(worst, 'ok')).toEqual([]);
});

test('what only matters when replicas are replaced is not said where none was', () => {
  expect(hintsOf(worst, 'refused', [])).toEqual(['no-readiness-probe']);
  const others = replaced.map((one) => ({ ...one, owner: 'another' }));
  expect(hintsOf(worst, 'refused', others)).toEqual(['no-readiness-probe']);
});

test('a target that knows no manifests gives none', () => {
  expect(judged(facts(), [attempt({ at: 1, outcome: 'refused' })]).hints).toEqual([]);
});

test('a hint names the Deployment and where it is mended, and no hint is a cause', () => {
  const result = judged(facts({ target: { ...target, deployments: [worst] } }), [
    attempt({ at: 1, outcome: 'refused' }),
  ]);
  expect(result.hints).toEqual([
    {
      id: 'no-readiness-probe',
      message:
        'shop has no readinessProbe: a replica gets requests from when its process starts, though it may not listen yet.',
      link: 'docs/tutorial.md#6-zero-downtime',
    },
  ]);
  expect(result.causes).toEqual([]);
  expect(result.unexplained).toBe(1);
});
