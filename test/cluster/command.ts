import { spawn } from 'node:child_process';

export interface CommandEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
}

/** Runs a command to its end, whatever that is. */
export function end([file = '', ...words]: readonly string[], options: CommandOptions = {}): Promise<CommandEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandEnd>();
  const { cwd, env, input } = options;
  const child = spawn(file, words, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (data) => {
    stdout += data;
  });
  child.stderr.setEncoding('utf8').on('data', (data) => {
    stderr += data;
  });
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, stdout, stderr }));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return promise;
}

/** Its output; rejects with what it said where it failed. */
export async function run(words: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await end(words, options);
  if (code !== 0) throw new Error(`${words.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
  return stdout.trim();
}
