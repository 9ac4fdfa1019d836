import { fileURLToPath } from 'node:url';
import { type FileLocation, HitlessError } from '../../../record/error.ts';
import { placeOfThrow } from '../../scenario/module-source.ts';
import { withoutSecrets } from '../secrets.ts';

/** Of frames of a stack: not the user's. */
const ours = new URL('../../', import.meta.url).href;

/** What is wrong with a flow itself: the scenario's error, never the server's. `at`: whose stack says where. */
export function flowFault(
  code: string,
  message: string,
  { file, at, secrets = [] }: { file: string; at?: unknown; secrets?: readonly string[] },
): HitlessError {
  const location = at === undefined ? { file } : placeInFlow(at, file);
  return new HitlessError(code, withoutSecrets(message, secrets), { blame: 'usage', location, cause: at });
}

/** What a flow threw, in one line. */
export function thrownText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown).split('\n')[0] ?? '';
  const [line = ''] = thrown.message.split('\n');
  return line === '' ? thrown.name : `${thrown.name}: ${line}`;
}

/** In the scenario's file, or else in the first file of the user's on the stack. */
export function placeInFlow(thrown: unknown, file: string): FileLocation {
  const place = placeOfThrow(thrown, file);
  if (place.line !== undefined) return place;
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  for (const frame of stack.split('\n').slice(1)) {
    const [, address, line, column] = /(file:\/\/[^\s()]+):(\d+):(\d+)\)?$/.exec(frame) ?? [];
    if (address === undefined || address.startsWith(ours) || address.includes('/node_modules/')) continue;
    return { file: fileURLToPath(address), line: Number(line), column: Number(column) };
  }
  return place;
}
