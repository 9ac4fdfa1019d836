import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Result } from '../../record/result.ts';
import { type RunningCli, startCli } from '../e2e/run-cli.ts';

export interface Verified {
  code: number | null;
  result: Result | null;
  printed: string;
  /** The folder of the run, where it was to be kept. */
  kept?: string;
}

interface VerifyOptions {
  env?: NodeJS.ProcessEnv;
  by?: readonly string[];
  /** It is given the process. */
  meanwhile?: (cli: RunningCli) => void | Promise<void>;
  /** A folder for what is to be looked at later. */
  keep?: string | undefined;
}

/** Runs `hitless verify` as a user does. */
export async function verify(
  args: readonly string[],
  command: readonly string[],
  { env = {}, by = [], meanwhile, keep }: VerifyOptions = {},
): Promise<Verified> {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-verified-'));
  const out = join(folder, 'run');
  try {
    const cli = startCli(['verify', ...args, '--out', out, '--reporter', 'json', '--', ...command], {
      cwd: folder,
      env,
      by,
    });
    await meanwhile?.(cli);
    const { code, stdout, stderr } = await cli.end;
    const file = join(out, 'result.json');
    const result = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result) : null;
    if (keep === undefined) return { code, result, printed: stdout + stderr };
    const kept = join(keep, basename(folder));
    cpSync(out, kept, { recursive: true });
    return { code, result, printed: stdout + stderr, kept };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `fail, 31 of 4,000 lost, l7-proxy: ...` */
export function line({ result, code, printed }: Verified): string {
  if (result === null) return `no result, exit code ${code}: ${printed.trim().split('\n').at(-1)}`;
  const app = result.traffic.filter(({ role }) => role !== 'control');
  const lost = app.reduce((sum, { failed, unanswered }) => sum + failed + unanswered, 0);
  const sent = app.reduce((sum, lane) => sum + lane.sent, 0);
  const [first] = result.failures;
  const how = first === undefined ? '' : ` (the first: ${first.outcome}, ${first.phase}, ${first.detail})`;
  return `${result.verdict}, ${lost} of ${sent} lost${how}, ${result.target.path}: ${result.reasons[0] ?? ''}`;
}
