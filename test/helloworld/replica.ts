import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const source = (file: string) => fileURLToPath(new URL(`../../helloworld/src/${file}`, import.meta.url));

/** A process of the app, with what it has written so far. */
export interface Running {
  process: ChildProcessWithoutNullStreams;
  stdout: string;
  stderr: string;
  /** Its exit code and signal. */
  exited: Promise<[number | null, NodeJS.Signals | null]>;
}

const running = new Set<Running>();

/** Starts the app, or another of helloworld/src, with these variables and no other settings. */
export function start(environment: Record<string, string> = {}, file = 'server.ts'): Running {
  const child = spawn(process.execPath, [source(file)], { env: { PORT: '0', ...environment } });
  const app: Running = {
    process: child,
    stdout: '',
    stderr: '',
    exited: once(child, 'close') as Running['exited'],
  };
  child.stdout.on('data', (data) => {
    app.stdout += data;
  });
  child.stderr.on('data', (data) => {
    app.stderr += data;
  });
  running.add(app);
  child.once('close', () => running.delete(app));
  return app;
}

/** Waits until the app has written this. */
export async function says(app: Running, words: string): Promise<void> {
  while (!app.stdout.includes(words)) {
    const ended = await Promise.race([once(app.process.stdout, 'data').then(() => false), app.exited.then(() => true)]);
    if (ended) throw new Error(`the app exited before it said "${words}": ${app.stderr}`);
  }
}

/** Starts the app and waits until it says on which port it listens. */
export async function listening(
  environment: Record<string, string> = {},
  file = 'server.ts',
): Promise<Running & { port: number }> {
  const app = start(environment, file);
  await says(app, 'listens on');
  return Object.assign(app, { port: Number(/port (\d+)/.exec(app.stdout)?.[1]) });
}

/** For afterEach: nothing stays behind, whatever a test did. */
export async function killAll(): Promise<void> {
  for (const app of running) app.process.kill('SIGKILL');
  await Promise.all([...running].map((app) => app.exited));
}
