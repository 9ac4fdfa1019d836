import { defineScenario, type RunView } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

const requests = 100;

/** What a balancer chooses is where a connection goes: it has no part in the requests that follow on it. */
function oneReplicaForEachConnection(run: RunView) {
  const fresh = run.tally({ lane: 'visitors' });
  const kept = run.tally({ lane: 'regulars' });
  const connections = [...kept.byVersion.values()].reduce((sum, version) => sum + version.connections, 0);
  const shares = (counts: ReadonlyMap<string, number>) => [...counts.values()].sort((a, b) => b - a).join(', ');
  const opened = connections === 1 ? 'one kept connection' : `${connections} kept connections`;
  return {
    verdict: kept.ok === 0 ? 'inconclusive' : kept.byReplica.size <= connections ? 'pass' : 'fail',
    message: `On a connection each, requests were answered by ${fresh.byReplica.size} replicas (${shares(fresh.byReplica)}); on ${opened} by ${kept.byReplica.size} (${shares(kept.byReplica)}).`,
    expected: { replicas: `at most as many as connections: ${connections}` },
    actual: { replicas: kept.byReplica.size, connections },
    ...(kept.ok === 0 && { hint: 'somebody has to answer on a kept connection' }),
  } as const;
}

export default defineScenario({
  name: 'load-balancing',
  description:
    "100 requests, each on a connection of its own, over three replicas: about a third goes to each, as in the tutorial's `sh request.sh | sort | uniq -c`. How far from a third is still chance? And 100 more on one connection that is kept: one replica answers them all.",
  app: {
    // The tutorial's 04-loadbalancing with a readiness probe: without one the first requests come before anybody listens.
    manifests: ['../manifests/05-hitless'],
    service: 'mimuc-service',
    images: helloworld('v0.0.1'),
  },
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    { name: 'visitors', connection: 'fresh', rate: 50, requests, expect: hello },
    { name: 'regulars', connection: 'kept', connections: 1, rate: 50, requests, expect: hello },
  ],
  steps: [{ deploy: { timeout: '60s' } }, { wait: { until: 'requests-sent', timeout: '30s' } }],
  checks: [
    'zero-failed',
    { 'replica-distribution': { lane: 'visitors' } },
    { name: 'one replica for each connection', assertRun: oneReplicaForEachConnection },
  ],
});
