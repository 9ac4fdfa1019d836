import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { Client, type Timings } from './client.ts';
import type { Flags } from './flags.ts';
import { fail, log } from './log.ts';
import type { FromVu, Hook, HttpAnswer, HttpSpec, MetricPoint, Scenario, ToVu } from './messages.ts';
import { wallNs } from './wall.ts';

type Ready = Extract<FromVu, { kind: 'ready' }>;

let threads = 0;

/** One VU: a thread that runs the script, and its connections. */
export class VuThread {
  readonly ready: Ready;
  readonly #flags: Flags;
  readonly #worker: Worker;
  readonly #answers: MessagePort;
  readonly #number = ++threads;
  #client: Client | null = null;
  #record: (point: MetricPoint) => void = () => {};
  #onScript: (kind: 'abort' | 'fail', message: string) => void = () => {};
  #onIdle: (error: string | null) => void = () => {};
  #isEnded = false;

  private constructor(flags: Flags, worker: Worker, answers: MessagePort, ready: Ready) {
    this.#flags = flags;
    this.#worker = worker;
    this.#answers = answers;
    this.ready = ready;
  }

  /** Exits with 107 where the script throws when it is read. */
  static async start(flags: Flags): Promise<VuThread> {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(new URL('./vu.ts', import.meta.url), {
      workerData: { script: flags.script, answers: port2 },
      transferList: [port2],
    });
    const { promise, resolve } = Promise.withResolvers<Ready>();
    let vu: VuThread | null = null;
    worker.on('error', (error) => fail(109, error.message));
    worker.on('message', (message: FromVu) => {
      if (message.kind === 'broken') fail(107, message.message);
      if (message.kind === 'ready') resolve(message);
      else if (vu !== null) void vu.#hear(message);
    });
    vu = new VuThread(flags, worker, port1, await promise);
    return vu;
  }

  listen(record: (point: MetricPoint) => void, onScript: (kind: 'abort' | 'fail', message: string) => void): void {
    this.#record = record;
    this.#onScript = onScript;
    this.#client = new Client(this.#flags.noConnectionReuse);
  }

  iterate(scenario: Scenario, exec: string, iteration: number): Promise<void> {
    return this.#does({ kind: 'iterate', scenario, exec, vu: this.#number, iteration }).then(() => {});
  }

  /** Resolves with what it threw, or null. */
  hook(name: Hook): Promise<string | null> {
    return this.#does({ kind: 'hook', name });
  }

  end(): void {
    this.#isEnded = true;
    this.#client?.close();
    void this.#worker.terminate();
  }

  #does(what: ToVu): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.#onIdle = resolve;
    this.#worker.postMessage(what);
    return promise;
  }

  async #hear(message: FromVu): Promise<void> {
    if (this.#isEnded) return;
    switch (message.kind) {
      case 'metric':
        this.#record(message.point);
        break;
      case 'abort':
      case 'fail':
        this.#onScript(message.kind, message.message);
        break;
      case 'idle':
        if (message.error !== null) log('error', message.error);
        this.#onIdle(message.error);
        break;
      case 'http':
        give(this.#answers, message.signal, await this.#exchange(message.spec));
        break;
      default:
    }
  }

  /** A request and the redirects that it is led to, each with points of its own. */
  async #exchange(spec: HttpSpec): Promise<HttpAnswer> {
    let { url } = spec;
    for (let hops = 0; ; hops++) {
      const { answer, timings, location } = await (this.#client as Client).send(spec, url);
      // A VU whose run is over writes nothing of what it was at.
      if (this.#isEnded) return answer;
      this.#points(spec, answer, timings);
      if (answer.error_code > 0 && answer.status === 0) log('warning', 'Request Failed', { error: answer.error });
      const leads = answer.status >= 300 && answer.status <= 399 && location !== undefined;
      if (!leads || hops >= spec.redirects) return answer;
      url = new URL(location, url).href;
    }
  }

  #points({ tags, metadata, expected }: HttpSpec, answer: HttpAnswer, timings: Timings): void {
    const { status, error, error_code, proto, remote_ip } = answer;
    const ranges = expected ?? [{ min: 200, max: 399 }];
    const isExpected = ranges.some(({ min, max }) => status >= min && status <= max);
    const all = {
      ...tags,
      status: String(status),
      expected_response: String(isExpected),
      ...(proto !== '' && { proto }),
      ...(error !== '' && { error }),
      ...(error_code > 0 && { error_code: String(error_code) }),
      ...(remote_ip !== '' && { ip: remote_ip }),
    };
    const { blocked, connecting, sending, waiting, receiving } = timings;
    const point = { wallNs: wallNs(), tags: all, metadata };
    const trend = (metric: string, value: number) =>
      this.#record({ ...point, metric: `http_req_${metric}`, kind: 'trend', isTime: true, value });
    this.#record({ ...point, metric: 'http_reqs', kind: 'counter', isTime: false, value: 1 });
    trend('duration', sending + waiting + receiving);
    trend('blocked', blocked);
    trend('connecting', connecting);
    trend('tls_handshaking', 0);
    trend('sending', sending);
    trend('waiting', waiting);
    trend('receiving', receiving);
    this.#record({ ...point, metric: 'http_req_failed', kind: 'rate', isTime: false, value: isExpected ? 0 : 1 });
  }
}

function give(answers: MessagePort, signal: Int32Array, answer: HttpAnswer): void {
  answers.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}
