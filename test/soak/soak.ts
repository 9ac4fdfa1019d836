import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result, Verdict } from '../../record/result.ts';

/**
 * Does hitless cry wolf? Runs the healthy rolling update again and again, and the printed one with a healthy one
 * directly after it: the healthy must pass each time, the printed must fail in 19 of 20. Real runs, one after the other:
 * `npm run soak` (100, about 45 minutes), or `npm run soak -- --runs 5 --printed 1 --again 1` as CI does. On another target with `--target kubernetes`.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    /** Failing runs, each with a healthy one after it. */
    printed: { type: 'string', default: '20' },
    /** How many inconclusive runs, which a busy machine makes, may be done again; a fail never is. */
    again: { type: 'string', default: '0' },
    target: { type: 'string', default: 'local' },
    keep: { type: 'boolean', default: false },
  },
});

interface Seen {
  scenario: string;
  verdict: Verdict | 'no result';
  failed: number;
  sent: number;
  seconds: number;
  reasons: string[];
}

const folder = mkdtempSync(join(tmpdir(), 'hitless-soak-'));
const bin = join(import.meta.dirname, '../../bin/hitless.js');

async function runOnce(scenario: string, n: string): Promise<Seen> {
  const out = join(folder, `${n}-${scenario}`);
  const words = ['run', scenario, '--target', values.target, '--out', out, '--reporter', 'json'];
  const child = spawn(process.execPath, [bin, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const from = performance.now();
  await new Promise<void>((resolve) => child.once('close', () => resolve()));
  const seconds = (performance.now() - from) / 1000;
  const file = join(out, 'result.json');
  if (!existsSync(file)) return { scenario, verdict: 'no result', failed: 0, sent: 0, seconds, reasons: [] };
  const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
  const sum = (field: 'failed' | 'sent') => result.traffic.reduce((total, lane) => total + lane[field], 0);
  return {
    scenario,
    verdict: result.verdict,
    failed: sum('failed'),
    sent: sum('sent'),
    seconds,
    reasons: result.reasons,
  };
}

function line({ scenario, verdict, failed, sent, seconds, reasons }: Seen, place: string): string {
  const why = verdict === 'pass' ? '' : ` (${reasons[0] ?? ''})`;
  return `${place} ${scenario}: ${verdict}, ${failed} of ${sent} failed, ${seconds.toFixed(1)} s${why}`;
}

async function soak(): Promise<boolean> {
  const runs = Number(values.runs);
  const printed = Number(values.printed);
  const plan = [
    ...Array.from({ length: runs }, () => 'rolling-update'),
    ...Array.from({ length: printed }, () => ['rolling-update-as-printed', 'rolling-update']).flat(),
  ];
  const seen: Seen[] = [];
  let again = Number(values.again);
  for (const [n, scenario] of plan.entries()) {
    let one = await runOnce(scenario, `${n}`);
    console.log(line(one, `${n + 1}/${plan.length}`));
    for (; one.verdict === 'inconclusive' && again > 0; again--) {
      one = await runOnce(scenario, `${n}-again-${again}`);
      console.log(line(one, 'once more'));
    }
    seen.push(one);
  }
  const healthy = seen.filter(({ scenario }) => scenario === 'rolling-update');
  const broken = seen.filter(({ scenario }) => scenario === 'rolling-update-as-printed');
  const passed = healthy.filter(({ verdict }) => verdict === 'pass').length;
  const unclear = healthy.filter(({ verdict }) => verdict === 'inconclusive').length;
  const caught = broken.filter(({ verdict }) => verdict === 'fail').length;
  console.log(
    `healthy: ${passed} of ${healthy.length} passed, ${unclear} inconclusive; as printed: ${caught} of ${broken.length} failed`,
  );
  return passed === healthy.length && caught >= Math.floor(0.95 * broken.length);
}

const good = await soak();
if (!values.keep) rmSync(folder, { recursive: true, force: true });
process.exitCode = good ? 0 : 1;
