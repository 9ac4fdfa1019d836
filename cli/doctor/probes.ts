import { lookAtAddress } from './address.ts';
import { lookAtCharts } from './charts.ts';
import { lookAtCluster } from './cluster.ts';
import { lookAtEngine } from './engine.ts';
import type { Probe } from './finding.ts';
import { lookAtFolders } from './folder.ts';
import { lookAtIsolation } from './isolation.ts';
import { lookAtK6 } from './k6.ts';
import { lookAtNode } from './node.ts';
import { lookAtOpenFiles } from './open-files.ts';
import { lookAtProxy } from './proxy.ts';
import { lookAtScheduling } from './scheduling.ts';
import { lookAtSourcePorts } from './source-ports.ts';

/** In the order in which they are told. */
export const probes: readonly Probe[] = [
  { name: 'node', limitMs: 1_000, unknown: 'warning', look: lookAtNode },
  { name: 'folder', limitMs: 5_000, unknown: 'warning', look: lookAtFolders },
  // Each part of it (name, connection, answer, TLS) waits up to 5 s, as traffic would.
  { name: 'address', limitMs: 20_000, unknown: 'missing', look: lookAtAddress },
  // A plug-in of the kubeconfig may have to log in first.
  { name: 'cluster', limitMs: 20_000, unknown: 'warning', look: lookAtCluster },
  { name: 'proxy', limitMs: 1_000, unknown: 'warning', look: lookAtProxy },
  { name: 'source ports', limitMs: 5_000, unknown: 'warning', look: lookAtSourcePorts },
  { name: 'open files', limitMs: 5_000, unknown: 'warning', look: lookAtOpenFiles },
  { name: 'scheduling', limitMs: 5_000, unknown: 'warning', look: lookAtScheduling },
  { name: 'charts', limitMs: 15_000, unknown: 'warning', look: lookAtCharts },
  { name: 'docker engine', limitMs: 10_000, unknown: 'warning', look: lookAtEngine },
  { name: 'pid namespaces', limitMs: 12_000, unknown: 'warning', look: lookAtIsolation },
  { name: 'k6', limitMs: 10_000, unknown: 'warning', look: lookAtK6 },
];
