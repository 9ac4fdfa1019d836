import { type Readable, Writable } from 'node:stream';
import type { V1Status } from '@kubernetes/client-node';
import { HitlessError } from '../../record/error.ts';
import type { Api } from './api.ts';
import { Exec } from './client.ts';

export interface Executed {
  code: number;
  stdout: string;
  stderr: string;
}

/** Of what a command prints so much is kept, its end. */
const keptBytes = 1 << 20;
const longestMs = 600_000;

interface Place {
  namespace: string;
  pod: string;
  container: string;
}

/** For commands that are spoken with while they run. */
interface Talk {
  stdin?: Readable;
  onStdout?(soFar: string): void;
}

/** Runs a command in a container, as `kubectl exec`. Rejects with HITLESS_EXEC where it could not be run or its end was not told. */
export async function execIn(
  api: Api,
  { namespace, pod, container }: Place,
  command: string[],
  { stdin, onStdout }: Talk = {},
): Promise<Executed> {
  const output = { stdout: '', stderr: '' };
  const keep = (stream: keyof typeof output) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        output[stream] = (output[stream] + chunk.toString('utf8')).slice(-keptBytes);
        if (stream === 'stdout') onStdout?.(output.stdout);
        done();
      },
    });
  const failed = (why: string, cause?: unknown) =>
    new HitlessError('HITLESS_EXEC', `${command.join(' ')} cannot be run in ${pod}: ${why}`, {
      blame: 'environment',
      cause,
    });
  const end = await new Promise<V1Status>((resolve, reject) => {
    const timer = setTimeout(() => reject(failed(`it was not done within ${longestMs / 1000} s`)), longestMs);
    timer.unref();
    const settle =
      <T>(how: (value: T) => void) =>
      (value: T) => {
        clearTimeout(timer);
        how(value);
      };
    new Exec(api.kubeConfig)
      .exec(namespace, pod, container, command, keep('stdout'), keep('stderr'), stdin ?? null, false, settle(resolve))
      .then((socket) => {
        // The status comes before the close, where it comes at all; after it this rejection changes nothing.
        socket.onclose = () => setImmediate(settle(reject), failed('the connection ended before the command did'));
        socket.onerror = (event: unknown) => settle(reject)(failed(reasonOf(event)));
      })
      .catch((cause: unknown) => settle(reject)(failed(reasonOf(cause), cause)));
  });
  if (end.status === 'Success') return { code: 0, ...output };
  const code = end.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code === undefined) throw failed(end.message ?? 'the API server did not say why');
  return { code: Number(code), ...output };
}

/** The library rejects with the event of a WebSocket. */
function reasonOf(cause: unknown): string {
  const message = (cause as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' && message !== '' ? message : String(cause);
}
