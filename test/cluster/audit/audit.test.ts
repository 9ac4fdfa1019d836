import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { EventKind } from '../../../record/event.ts';
import { lacks } from '../../available.ts';
import { pushImages } from './images.ts';
import { observeRollouts, type Trouble } from './series.ts';

const log = process.env.HITLESS_AUDIT_LOG ?? '/var/lib/hitless-cluster/log/audit.log';
const registry = process.env.CLUSTER_REGISTRY ?? '';

describe.skipIf(lacks('cluster') || registry === '' || !existsSync(log))(
  'held to the audit log of the API server',
  () => {
    let images: [string, string];
    beforeAll(() => {
      images = pushImages(registry);
    });

    test.each<Trouble>(['none', 'cut', 'pause'])('a rollout; trouble: %s', async (trouble) => {
      const { comparison, events } = await observeRollouts({ log, images, rollouts: 1, trouble });
      const { changes, missing, outside, invented } = comparison;
      // Six pods that are created, given to a node, started and ready, and listed; three of them go.
      expect(changes).toBeGreaterThanOrEqual(6 * 5 + 3 * 4);
      expect({ missing, outside, invented }).toEqual({ missing: [], outside: [], invented: [] });
      const blind = events.filter(({ kind, subject }) => kind === 'blind' && subject.name === 'pods');
      if (trouble === 'none') return;
      expect(blind.length).toBeGreaterThan(0);
      const longestMs = Math.max(...blind.map(({ earliestUs, latestUs }) => (latestUs - earliestUs) / 1000));
      if (trouble === 'pause') expect(longestMs).toBeGreaterThan(9000);
    });

    test('rollouts of a StatefulSet and a DaemonSet, side by side', async () => {
      const kinds = ['StatefulSet', 'DaemonSet'] as const;
      await Promise.all(
        kinds.map(async (kind) => {
          const { comparison, events } = await observeRollouts({ log, images, rollouts: 1, trouble: 'none', kind });
          const { missing, outside, invented } = comparison;
          expect({ missing, outside, invented }).toEqual({ missing: [], outside: [], invented: [] });
          const of = (what: EventKind) => events.filter((event) => event.kind === what);
          const names = of('created').map(({ subject }) => subject.name);
          expect(new Set(names).size).toBe(names.length);
          expect(new Set(of('created').map(({ uid }) => uid)).size).toBe(names.length);
          expect(names.some((name) => name.endsWith('#2'))).toBe(kind === 'StatefulSet');
          expect(of('rollout-complete')).toHaveLength(1);
        }),
      );
    });
  },
);
