import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../record/result.ts';
import { startCli } from '../e2e/run-cli.ts';
import { tableRows } from './standard-reader.ts';

/**
 * Does memory grow with attempts? Whole runs on the embedded target, unpaced, of one and of five million attempts, checks
 * and report included; prints the peak resident memory of each. By hand: `node test/memory/whole-run.ts [millions ...]`,
 * about 3 minutes a million on two cores.
 */
const folder = mkdtempSync(join(tmpdir(), 'hitless-memory-'));
const helloworld = join(import.meta.dirname, '../../helloworld');
const manifests = join(import.meta.dirname, '../../manifests/04-loadbalancing');

function scenarioOf(attempts: number): string {
  const file = join(folder, `unpaced-${attempts}.yml`);
  writeFileSync(
    file,
    `name: unpaced
app:
  manifests: [${JSON.stringify(manifests)}]
  images:
    mimuc/helloworld:v0.0.1: { context: ${JSON.stringify(helloworld)}, command: [node, src/server.ts] }
identity: { replica: body:/name, version: header:x-version }
lanes:
  - { name: flood, connection: kept, connections: 30, rate: unpaced, requests: ${attempts} }
steps:
  - deploy: {}
  - wait: { until: requests-sent, timeout: 60m }
`,
  );
  return file;
}

/** VmHWM only rises, so the last look before the end is the peak, but for what the last 50 ms add. */
async function peakOf(attempts: number) {
  const out = join(folder, `run-${attempts}`);
  const cli = startCli(['run', scenarioOf(attempts), '--out', out, '--reporter', 'json,html,junit']);
  let peakKb = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${cli.child.pid}/status`, 'utf8');
      peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // it has just ended
    }
  }, 50);
  const from = performance.now();
  const end = await cli.end;
  clearInterval(timer);
  if (end.code !== 0) throw new Error(`the run of ${attempts} ended with ${end.code}:\n${end.stdout}${end.stderr}`);
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
  const rows = tableRows(join(out, 'attempts.arrows'));
  return { peakMb: peakKb / 1024, seconds: (performance.now() - from) / 1000, sent: result.traffic[0]?.sent, rows };
}

const millions = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 5];
try {
  for (const million of millions) {
    const seen = await peakOf(million * 1e6);
    console.log(
      `${million} million: peak ${seen.peakMb.toFixed(0)} MB, ${seen.seconds.toFixed(0)} s, ${seen.sent} sent, ${seen.rows} rows in a standard reader`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
