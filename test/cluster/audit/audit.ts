import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { pushImages } from './images.ts';
import type { DeployedKind } from './rollouts.ts';
import { observeRollouts, type Trouble } from './series.ts';

// Holds what is recorded of a cluster to what its API server did, over a series of rollouts:
// node test/cluster/audit/audit.ts --rollouts 10 --trouble none|cut|pause --kind Deployment|StatefulSet|DaemonSet, with HITLESS_AUDIT_LOG and what
// `cluster env` says set.
// --record FILE keeps what came from the API server, for test/targets/kubernetes/observe/replay.test.ts.
const { values } = parseArgs({
  options: {
    rollouts: { type: 'string', default: '10' },
    trouble: { type: 'string', default: 'none' },
    kind: { type: 'string', default: 'Deployment' },
    record: { type: 'string' },
  },
});
const log = process.env.HITLESS_AUDIT_LOG;
if (log === undefined) throw new Error("set HITLESS_AUDIT_LOG to the API server's audit log");

const { comparison, events, messages, fromUs, toUs } = await observeRollouts({
  log,
  images: pushImages(process.env.CLUSTER_REGISTRY ?? ''),
  rollouts: Number(values.rollouts),
  trouble: values.trouble as Trouble,
  kind: values.kind as DeployedKind,
});
if (values.record !== undefined)
  writeFileSync(values.record, gzipSync(JSON.stringify({ messages, fromUs, toUs }, withoutImages)));
const { changes, missing, outside, invented, widthsMs } = comparison;
const blind = events.filter(({ kind }) => kind === 'blind');
const blindMs = blind.reduce((sum, { earliestUs, latestUs }) => sum + (latestUs - earliestUs) / 1000, 0);
const quantile = (share: number) => Math.round(widthsMs[Math.floor(share * (widthsMs.length - 1))] ?? 0);
const atMs = (us: number) => Math.round((us - fromUs) / 1000);
console.log(
  `${values.rollouts} rollouts of a ${values.kind} in ${Math.round((toUs - fromUs) / 1e6)} s, trouble: ${values.trouble}`,
);
console.log(`changes of pods and endpoints in the audit log: ${changes}`);
console.log(
  `missing in the record: ${missing.length}; outside their interval: ${outside.length}; invented: ${invented.length}`,
);
console.log(`intervals: median ${quantile(0.5)} ms, 95 % ${quantile(0.95)} ms, longest ${quantile(1)} ms`);
console.log(`blind: ${blind.length} stretches, ${Math.round(blindMs)} ms in all`);
const ofPods = blind.filter(({ subject }) => subject.name === 'pods');
for (const { earliestUs, latestUs, reason, message } of ofPods)
  console.log(`pods not watched from ${atMs(earliestUs)} to ${atMs(latestUs)} ms: ${reason}, ${message}`);
for (const { kind, name, fromUs: at, toUs: to } of missing) console.log('missing', kind, name, atMs(at), atMs(to));
for (const { truth, event } of outside)
  console.log(
    'outside',
    truth.kind,
    truth.name,
    atMs(truth.fromUs),
    atMs(truth.toUs),
    'event',
    atMs(event.earliestUs),
    atMs(event.latestUs),
  );
for (const { kind, subject, earliestUs, latestUs } of invented)
  console.log('invented', kind, subject.name, atMs(earliestUs), atMs(latestUs));
process.exitCode = missing.length + outside.length + invented.length === 0 ? 0 : 1;

/** Which images a node holds is nobody's business. */
function withoutImages(key: string, value: unknown): unknown {
  return key === 'images' && Array.isArray(value) ? undefined : value;
}
