import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../record/result.ts';

export const checkout = join(import.meta.dirname, '../..');
const bin = join(checkout, 'bin/hitless.js');

export interface CliEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  child: ChildProcess;
  /** What it printed so far, both streams. */
  printed(): string;
  end: Promise<CliEnd>;
}

/** Starts the real command line as a user would, without a terminal. */
export function startCli(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; by?: readonly string[]; bin?: string } = {},
): RunningCli {
  // `by`: the words of a command that starts another one, such as `ip netns exec NAME`. `bin`: not this checkout's.
  const [command = process.execPath, ...words] = [...(options.by ?? []), process.execPath, options.bin ?? bin, ...args];
  const child = spawn(command, words, {
    cwd: options.cwd ?? checkout,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const end = new Promise<CliEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, printed: () => stdout + stderr, end };
}

/** A folder of its own, removed when the test is over. */
export function scratch(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a scenario to its end and reads what it left. */
export async function runScenarioByCli(
  scenario: string,
  out: string,
  args: readonly string[] = [],
): Promise<CliEnd & { result: Result }> {
  const end = await startCli(['run', scenario, '--out', out, ...args]).end;
  const file = join(out, 'result.json');
  if (!existsSync(file)) throw new Error(`no result.json; it printed:\n${end.stdout}${end.stderr}`);
  return { ...end, result: JSON.parse(readFileSync(file, 'utf8')) as Result };
}

/** A process, told from a later one with the same pid by its start time. */
type ProcessName = `${number}@${string}`;

/** All that this process started, directly or not, and that is alive. */
export function descendantsOf(pid: number): ProcessName[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : null;
    if (stat) parents.set(Number(entry), stat.parent);
  }
  const isBelow = (candidate: number): boolean => {
    const parent = parents.get(candidate);
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow).map((found) => `${found}@${statOf(found)?.started}` as const);
}

export function stillAlive(names: readonly ProcessName[]): ProcessName[] {
  return names.filter((name) => {
    const [pid, started] = name.split('@');
    const stat = statOf(Number(pid));
    return stat !== null && stat.started === started && stat.state !== 'Z';
  });
}

function statOf(pid: number): { state: string; parent: number; started: string } | null {
  try {
    // The command in parentheses may hold spaces: proc(5) says to count from the last one.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state: fields[0] ?? '', parent: Number(fields[1]), started: fields[19] ?? '' };
  } catch {
    return null;
  }
}
