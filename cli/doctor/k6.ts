import { execFile } from 'node:child_process';
import type { Finding, Look } from './finding.ts';

/** Lanes with the engine k6 use the user's own binary: K6, or the one on the PATH. */
export const lookAtK6: Look = async (_, signal) => {
  const named = process.env.K6;
  const file = named || 'k6';
  const answer = await versionOf(file, signal);
  if ('version' in answer) return [k6Finding(answer.version, file)];
  const where = named ? `K6=${named}` : 'on the PATH';
  return [
    {
      name: 'k6',
      status: 'warning',
      message: `${answer.fault === 'ENOENT' ? 'none' : `${answer.fault}`} ${where}; only the engine k6 needs one, verify does not`,
      mend: 'Install k6 1.0 or newer, or name the binary in K6.',
    },
  ];
};

type Answer = { version: string } | { fault: string };

/** `k6 version --json` is there since 0.57. Without the variables that change what k6 does. */
function versionOf(file: string, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('K6_')));
  const options = { env, signal, killSignal: 'SIGKILL', maxBuffer: 100_000 } as const;
  execFile(file, ['version', '--json'], options, (error, stdout) => {
    if (error?.code === 'ENOENT') return resolve({ fault: 'ENOENT' });
    const version = versionIn(stdout);
    resolve(version === undefined ? { fault: 'what does not tell its version is' } : { version });
  });
  return promise;
}

function versionIn(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'string' && /^v\d+\.\d+/.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

/** What a version lacks: k6's release notes of 1.0, 1.3 and 2.1. */
export function k6Finding(version: string, file: string): Finding {
  const name = 'k6';
  const [, major = 0, minor = 0] = (/^v(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  const found = `${version} (${file})`;
  if (major < 1)
    return {
      name,
      status: 'warning',
      message: `${found} is too old for the engine k6`,
      mend: 'Install k6 1.0 or newer.',
    };
  if (major === 1 && minor < 3)
    return {
      name,
      status: 'warning',
      message: `${found} lacks --summary-mode=disabled (1.3): it prints a summary of its own`,
      mend: 'Install k6 1.3 or newer.',
    };
  if (major > 2)
    return { name, status: 'warning', message: `${found} is newer than what hitless was made for (1.x and 2.x)` };
  return { name, status: 'ok', message: found };
}
