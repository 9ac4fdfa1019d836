import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromVu, MetricPoint, ToVu } from './messages.ts';
import { state } from './state.ts';

const port = parentPort as NonNullable<typeof parentPort>;
const { script } = workerData as { script: string };
const tell = (message: FromVu) => port.postMessage(message);

// Scripts name k6's modules; here they are these.
registerHooks({
  resolve(specifier, context, next) {
    const own = /^k6(\/(http|metrics|execution))?$/.exec(specifier);
    if (own === null) return next(specifier, context);
    return { url: new URL(`./modules/${own[2] ?? 'k6'}.ts`, import.meta.url).href, shortCircuit: true };
  },
});

Object.assign(globalThis, {
  __ENV: Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined)),
});
state.tell = tell;

try {
  const exported = (await import(pathToFileURL(script).href)) as Record<string, unknown>;
  const options = JSON.parse(JSON.stringify(exported.options ?? {})) as Record<string, unknown>;
  const hooks = (['setup', 'teardown'] as const).filter((name) => typeof exported[name] === 'function');
  port.on('message', (message: ToVu) => run(message, exported));
  tell({ kind: 'ready', options, metrics: state.metrics as { name: string; kind: MetricPoint['kind'] }[], hooks });
} catch (error) {
  tell({ kind: 'broken', message: (error as Error).stack?.split('\n').slice(0, 2).join(' ') ?? String(error) });
}

function run(message: ToVu, exported: Record<string, unknown>): void {
  if (message.kind === 'iterate') {
    const { scenario, vu, iteration } = message;
    Object.assign(state, { scenario, vu, iteration, group: '' });
  } else Object.assign(state, { scenario: null, vu: 0, iteration: 0, group: `::${message.name}` });
  const act = exported[message.kind === 'iterate' ? message.exec : message.name];
  let error: string | null = null;
  try {
    if (typeof act === 'function') act();
  } catch (thrown) {
    error = String(thrown);
  }
  tell({ kind: 'idle', error });
}
