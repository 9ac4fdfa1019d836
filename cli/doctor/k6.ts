import { askVersion, k6File, lackOf, numbersOf } from '../../runner/engines/k6/version.ts';
import type { Finding, Look } from './finding.ts';

/** Lanes with the engine k6 use the user's own binary: K6, or the one on the PATH. */
export const lookAtK6: Look = async (_, signal) => {
  const file = k6File();
  const answer = await askVersion(file, signal);
  if ('version' in answer) return [k6Finding(answer.version, file)];
  const where = process.env.K6 ? `K6=${file}` : 'on the PATH';
  return [
    {
      name: 'k6',
      status: 'warning',
      message: `${answer.fault === 'ENOENT' ? 'none' : `${answer.fault}`} ${where}; only the engine k6 needs one, verify does not`,
      mend: 'Install k6 1.0 or newer, or name the binary in K6.',
    },
  ];
};

/** What a version lacks of what the engine k6 makes use of. */
export function k6Finding(version: string, file: string): Finding {
  const name = 'k6';
  const { major } = numbersOf(version);
  const found = `${version} (${file})`;
  if (major < 1)
    return {
      name,
      status: 'warning',
      message: `${found} is too old for the engine k6`,
      mend: 'Install k6 1.0 or newer.',
    };
  if (major > 2)
    return { name, status: 'warning', message: `${found} is newer than what hitless was made for (1.x and 2.x)` };
  const lack = lackOf(version);
  return { name, status: 'ok', message: lack === undefined ? found : `${found}; it lacks ${lack}` };
}
