import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import { replicaDistribution } from '../../runner/check/replica-distribution.ts';
import { type AttemptAt, attempt, event, every, facts, judge, lane, random, unwatched } from './run.ts';

const three = facts({ events: ['a', 'b', 'c'].map((pod) => event('route-added', pod, -500)) });

/** One fresh connection each 5 ms to one of the pods that `routed` names at the time. */
function traffic(
  seed: number,
  number: number,
  routed: (at: number) => readonly string[],
  make: (pod: string, at: number) => Omit<AttemptAt, 'at'> = () => ({}),
): Attempt[] {
  const next = random(seed);
  return every(5, number, (_, at) => {
    const pods = routed(at);
    const pod = pods[Math.floor(next() * pods.length)] as string;
    return { pod, replica: `app-${pod}`, replicaSource: 'answer', ...make(pod, at) };
  });
}
const abc = () => ['a', 'b', 'c'];

describe('replica-distribution', () => {
  test('passes a hundred connections over three replicas', () => {
    const finding = judge(replicaDistribution, {}, three, traffic(1, 100, abc));
    expect(finding.verdict).toBe('pass');
    expect(finding.message).toMatch(
      /^100 new connections spread over 3 replicas as evenly as chance allows \(p = 0\.\d+\), and each answered\.$/,
    );
  });

  test('fails a balancer that skips one of three, already at a hundred', () => {
    const finding = judge(
      replicaDistribution,
      {},
      three,
      traffic(1, 100, () => ['a', 'b']),
    );
    expect(finding.verdict).toBe('fail');
    expect(finding.message).toBe('c never answered, though 100 new connections could have chosen it and 0 did.');
  });

  test('fails half of the connections to one of three', () => {
    const finding = judge(
      replicaDistribution,
      {},
      three,
      traffic(1, 1000, () => ['a', 'a', 'b', 'c']),
    );
    expect(finding.verdict).toBe('fail');
    expect(finding.message).toMatch(/^a was chosen by \d+ new connections where equal shares give about 333: chance/);
  });

  test("answers that name a StatefulSet's pod are of the one that had the name then", () => {
    const turn = (from: string, to: string, at: number) => [
      event('route-removed', from, at),
      event('route-added', to, at + 1),
    ];
    const events = [...['db-0', 'db-1'].map((pod) => event('route-added', pod, -500)), ...turn('db-1', 'db-1#2', 500)];
    const answers = traffic(
      1,
      200,
      () => ['db-0', 'db-1'],
      (pod) => ({ pod: null, replica: pod }),
    );
    expect(judge(replicaDistribution, {}, facts({ events }), answers).verdict).toBe('pass');
  });

  test('a replica that refuses was chosen, but never answered', () => {
    const refuses = traffic(1, 300, abc, (pod) => (pod === 'c' ? { outcome: 'refused', replica: null } : {}));
    const finding = judge(replicaDistribution, {}, three, refuses);
    expect(finding.message).toMatch(
      /^c never answered, though 300 new connections could have chosen it and \d+ did\.$/,
    );
    const sometimes = traffic(1, 300, abc, (pod, at) =>
      pod === 'c' && at > 100 ? { outcome: 'refused', replica: null } : {},
    );
    expect(judge(replicaDistribution, {}, three, sometimes).verdict).toBe('pass');
  });

  test('34 connections over three replicas are too few to miss one, 35 are enough', () => {
    const skipping = (number: number) =>
      judge(
        replicaDistribution,
        {},
        three,
        traffic(5, number, () => ['a', 'b']),
      ).verdict;
    expect(skipping(34)).toBe('inconclusive');
    expect(skipping(35)).toBe('fail');
  });

  test('with ten replicas 35 connections are no proof that one is skipped', () => {
    const pods = Array.from({ length: 10 }, (_, i) => `p${i}`);
    const ten = facts({ events: pods.map((pod) => event('route-added', pod, -500)) });
    // (9/10)^35 is 2.5 %; it takes 132 to be below one in a million.
    expect(
      judge(
        replicaDistribution,
        {},
        ten,
        traffic(5, 60, () => pods.slice(1)),
      ).verdict,
    ).toBe('inconclusive');
    expect(
      judge(
        replicaDistribution,
        {},
        ten,
        traffic(5, 140, () => pods.slice(1)),
      ).verdict,
    ).toBe('fail');
  });

  test('the one of which nobody knows where it went may have been answered by the silent one', () => {
    const pods = Array.from({ length: 10 }, (_, i) => `p${i}`);
    const ten = facts({ events: pods.map((pod) => event('route-added', pod, -500)) });
    const skipping = traffic(5, 140, () => pods.slice(1));
    expect(judge(replicaDistribution, {}, ten, [...skipping, attempt({ at: 9 })]).verdict).toBe('pass');
  });

  test('counts connections, not requests: one kept connection may carry a thousand', () => {
    const kept = every(1, 1000, () => ({ connectionUse: 2, pod: 'a', replica: 'app-a' }));
    expect(judge(replicaDistribution, {}, three, [...traffic(1, 200, abc), ...kept]).verdict).toBe('pass');
    expect(judge(replicaDistribution, {}, three, kept).verdict).toBe('inconclusive');
  });

  test('adds the connections of all lanes, or judges one', () => {
    const run = { ...three, lanes: [lane('visitors'), lane('regulars', 'kept')] };
    const attempts = traffic(1, 60, abc).map((one, i) => (i % 2 ? { ...one, lane: 'regulars' } : one));
    expect(judge(replicaDistribution, {}, run, attempts).verdict).toBe('pass');
    expect(judge(replicaDistribution, {}, run, attempts, { lane: 'regulars' }).verdict).toBe('inconclusive');
  });

  describe('while replicas come and go', () => {
    const sets: [number, string[]][] = [
      [0, ['a', 'b', 'c']],
      [2000, ['b', 'c']],
      [2500, ['b', 'c', 'd']],
      [4000, ['c', 'd']],
      [4500, ['c', 'd', 'e']],
      [6000, ['d', 'e']],
      [6500, ['d', 'e', 'f']],
    ];
    const at = (ms: number) => sets.findLast(([from]) => from <= ms)?.[1] ?? [];
    const rolling: RunFacts = facts({
      events: [
        ...['a', 'b', 'c'].map((pod) => event('route-added', pod, -500)),
        event('route-removed', 'a', 2000),
        event('route-added', 'd', 2500),
        event('route-removed', 'b', 4000),
        event('route-added', 'e', 4500),
        event('route-removed', 'c', 6000),
        event('route-added', 'f', 6500),
      ],
    });

    test('passes a rolling update, a hundred times', () => {
      for (let seed = 0; seed < 100; seed++)
        expect(judge(replicaDistribution, {}, rolling, traffic(seed, 2000, at)).verdict).toBe('pass');
    });

    test('fails when one of the new replicas is skipped', () => {
      const skipping = traffic(1, 2000, (ms) => at(ms).filter((pod) => pod !== 'e'));
      expect(judge(replicaDistribution, {}, rolling, skipping)).toMatchObject({
        verdict: 'fail',
        message: expect.stringContaining('e never answered'),
      });
    });

    test('fails when new replicas get half of their share', () => {
      const slow = traffic(1, 2000, (ms) => [...at(ms), ...at(ms).filter((pod) => pod < 'd')]);
      expect(judge(replicaDistribution, {}, rolling, slow).verdict).toBe('fail');
    });

    test('leaves out what was made around a change, and does not see as a skew that a route lived on a little', () => {
      const late = traffic(1, 2000, (ms) => at(Math.max(0, ms - 40)));
      const finding = judge(replicaDistribution, {}, rolling, late);
      expect(finding).toMatchObject({ verdict: 'pass', actual: { strays: 0, leftOut: 126 } });
    });

    test('says so when connections go on to a replica that is no longer there', () => {
      const stale = traffic(1, 2000, (ms) => (ms > 2000 ? [...at(ms), 'a'] : at(ms)));
      expect(judge(replicaDistribution, {}, rolling, stale).verdict).toBe('warn');
    });

    test('takes the list of endpoints where no routes are known, with the lag of kube-proxy', () => {
      const listed = facts({
        events: rolling.events.map(
          (one) => ({ ...one, kind: one.kind === 'route-added' ? 'endpoint-added' : 'endpoint-removed' }) as const,
        ),
      });
      const lagging = traffic(1, 2000, (ms) => at(Math.max(0, ms - 1500)));
      expect(judge(replicaDistribution, {}, listed, lagging)).toMatchObject({ verdict: 'pass', actual: { strays: 0 } });
    });

    test('draws no conclusion from the time in which the platform was not watched', () => {
      const blind = {
        ...three,
        events: [...three.events, event('blind', 'cluster', [0, 5000], { subject: { kind: 'run', name: 'cluster' } })],
      };
      const moved = traffic(1, 2000, (ms) => (ms < 5000 ? ['a'] : ['a', 'b', 'c']));
      expect(judge(replicaDistribution, {}, blind, moved).verdict).toBe('pass');
      const of = (name: string) => ({ ...three, events: [...three.events, unwatched(name, [0, 5000], 'Resumed')] });
      expect(judge(replicaDistribution, {}, of('endpointslices'), moved).verdict).toBe('pass');
      expect(judge(replicaDistribution, {}, of('events'), moved).verdict).toBe('fail');
      expect(judge(replicaDistribution, {}, three, moved).verdict).toBe('fail');
    });
  });

  test('leaves out what a thread that was held up chose from an old list', () => {
    const run = {
      ...three,
      events: [...three.events, event('route-added', 'd', 1000), event('blind', 'visitors', [900, 1700])],
    };
    const stalled = traffic(1, 350, (ms) => (ms < 1740 ? ['a', 'b', 'c'] : ['a', 'b', 'c', 'd'])).map((one) =>
      one.readyUs > 50_900_000 && one.readyUs < 51_700_000
        ? { ...one, sentUs: 51_700_000 + (one.readyUs % 40_000) }
        : one,
    );
    expect(judge(replicaDistribution, {}, run, stalled)).toMatchObject({ verdict: 'pass' });
    const unaware = { ...run, events: run.events.filter(({ kind }) => kind !== 'blind') };
    expect(judge(replicaDistribution, {}, unaware, stalled).verdict).toBe('fail');
  });

  describe('without knowing where connections went', () => {
    test('takes the name in the answer where it is the name of the pod', () => {
      const named = traffic(1, 300, abc).map((one) => ({ ...one, pod: null, replica: one.pod }));
      expect(judge(replicaDistribution, {}, three, named).verdict).toBe('pass');
    });

    test('learns which pod goes by which name', () => {
      const known = traffic(1, 300, abc).map((one, i) => (i < 50 ? one : { ...one, pod: null }));
      expect(judge(replicaDistribution, {}, three, known)).toMatchObject({
        verdict: 'pass',
        actual: { unresolved: 0 },
      });
    });

    test('is inconclusive where the names tell nothing, not green and not red', () => {
      const nameless = traffic(1, 300, () => ['a', 'b']).map((one) => ({ ...one, pod: null }));
      expect(judge(replicaDistribution, {}, three, nameless)).toMatchObject({
        verdict: 'inconclusive',
        hint: expect.any(String),
      });
    });

    test('a few that are not known raise no alarm', () => {
      const some = [...traffic(1, 300, abc), attempt({ at: 3, outcome: 'timeout' })];
      expect(judge(replicaDistribution, {}, three, some)).toMatchObject({ verdict: 'pass', actual: { unresolved: 1 } });
    });

    test('is inconclusive without a word from the platform, or without connections', () => {
      expect(judge(replicaDistribution, {}, facts(), traffic(1, 300, abc)).verdict).toBe('inconclusive');
      expect(judge(replicaDistribution, {}, three, []).verdict).toBe('inconclusive');
    });
  });

  test('does not apply behind a proxy, with affinity, or with one replica', () => {
    const target = three.target;
    const attempts = traffic(1, 300, () => ['a']);
    expect(
      judge(replicaDistribution, {}, { ...three, target: { ...target, path: 'l7-proxy' } }, attempts).verdict,
    ).toBe('not-applicable');
    expect(
      judge(replicaDistribution, {}, { ...three, target: { ...target, equalShares: false } }, attempts).verdict,
    ).toBe('not-applicable');
    const one = facts({ events: [event('route-added', 'a', -500)] });
    expect(judge(replicaDistribution, {}, one, attempts).verdict).toBe('not-applicable');
  });
});

describe('replica-distribution over two Services', () => {
  const of = (service: string) => (pod: string) => event('route-added', pod, -500, { owner: service });
  const run = facts({
    lanes: [
      { ...lane('login'), service: 'login' },
      { ...lane('post'), service: 'post' },
    ],
    events: [...['a', 'b'].map(of('login')), ...['x', 'y', 'z'].map(of('post'))],
  });
  const both = (posts: readonly string[]) => [
    ...traffic(
      1,
      200,
      () => ['a', 'b'],
      () => ({ lane: 'login' }),
    ),
    ...traffic(
      2,
      200,
      () => posts,
      () => ({ lane: 'post' }),
    ),
  ];

  test('knows what each lane could choose from', () => {
    expect(judge(replicaDistribution, {}, run, both(['x', 'y', 'z']))).toMatchObject({
      verdict: 'pass',
      actual: { connections: 400, strays: 0 },
    });
  });

  test('sees that one of them skips a replica, also where it is asked about its lane alone', () => {
    expect(judge(replicaDistribution, {}, run, both(['x', 'y'])).verdict).toBe('fail');
    expect(judge(replicaDistribution, {}, run, both(['x', 'y']), { lane: 'post' }).verdict).toBe('fail');
    expect(judge(replicaDistribution, {}, run, both(['x', 'y']), { lane: 'login' }).verdict).toBe('pass');
  });
});
