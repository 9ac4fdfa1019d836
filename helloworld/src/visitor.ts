import { lookup } from 'node:dns/promises';
import { createServer, get } from 'node:http';

/**
 * A client inside the cluster: it knows helloworld by name, visits it in several ways at once, and tells on /report what
 * came of it. Its environment: SERVICE and HEADLESS, names with ports, and PORT, where it listens itself.
 */
const service = placeOf('SERVICE');
const headless = placeOf('HEADLESS');
const everyMs = 50;
const limitMs = 1000;
const mostMs = 300_000;

interface Place {
  name: string;
  port: number;
}

function placeOf(variable: string): Place {
  const [name = '', port = ''] = (process.env[variable] ?? '').split(':');
  if (name === '' || !/^\d+$/.test(port)) throw new Error(`${variable} must be a name and a port, such as app:3000`);
  return { name, port: Number(port) };
}

const addressesOf = async (name: string) =>
  (await lookup(name, { all: true, family: 4 })).map(({ address }) => address).sort();

/** The addresses that a name has now, and when each was last among them. */
const lastNamed = new Map<string, number>();
let named: string[] = [];

class Way {
  readonly #place: Place;
  readonly #keepsMs: number;
  #addresses: string[] = [];
  #resolvedMs = Number.NEGATIVE_INFINITY;
  visits = 0;
  lost = 0;
  /** How long an address was visited, at most, after the name had lost it. */
  staleMs = 0;
  readonly errors: Record<string, number> = {};

  constructor(place: Place, keepsMs: number) {
    this.#place = place;
    this.#keepsMs = keepsMs;
  }

  async visit(): Promise<void> {
    try {
      if (performance.now() - this.#resolvedMs >= this.#keepsMs) {
        this.#addresses = await addressesOf(this.#place.name);
        this.#resolvedMs = performance.now();
      }
      this.visits++;
      const address = this.#addresses[this.visits % this.#addresses.length] ?? '';
      const lastMs = lastNamed.get(address);
      if (lastMs !== undefined && !named.includes(address))
        this.staleMs = Math.max(this.staleMs, Math.round(performance.now() - lastMs));
      await answered(address, this.#place.port);
    } catch (error) {
      this.lost++;
      const { code = 'EOTHER' } = error as NodeJS.ErrnoException;
      this.errors[code] = (this.errors[code] ?? 0) + 1;
    }
  }
}

/** Resolves when a whole answer with 200 came over a new connection. */
function answered(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (code: string) => reject(Object.assign(new Error(code), { code }));
    const request = get({ host, port, agent: false, signal: AbortSignal.timeout(limitMs) }, (response) => {
      response.on('error', reject).on('end', () => (response.statusCode === 200 ? resolve() : fail('ESTATUS')));
      response.resume();
    });
    request.on('error', (error) => (error.name === 'AbortError' ? fail('ETIMEDOUT') : reject(error)));
  });
}

const ways = {
  'service, resolved each time': new Way(service, 0),
  'headless, resolved each time': new Way(headless, 0),
  'headless, kept for 10 s': new Way(headless, 10_000),
  'headless, resolved once': new Way(headless, Number.POSITIVE_INFINITY),
};

async function watchName(): Promise<void> {
  named = await addressesOf(headless.name).catch(() => named);
  for (const address of named) lastNamed.set(address, performance.now());
}

/** What each form of a Service's name leads to. The search list of a pod makes the short ones work. */
async function names(): Promise<Record<string, string[]>> {
  const namespace = process.env.NAMESPACE ?? 'default';
  const forms = [service.name, headless.name].flatMap((name) => [
    name,
    `${name}.${namespace}`,
    `${name}.${namespace}.svc`,
    `${name}.${namespace}.svc.cluster.local`,
  ]);
  const found = forms.map(async (form) => [form, await addressesOf(form).catch(() => [])] as const);
  return Object.fromEntries(await Promise.all(found));
}

let isReady = false;
createServer(async ({ url }, response) => {
  if (url !== '/report') return response.writeHead(isReady ? 200 : 503).end();
  const report = { names: await names(), ways };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(report));
}).listen(Number(process.env.PORT ?? 3000));

/** Whether there is somebody behind both names: connections to a Service are led there up to a second after its pods are named. */
async function bothAnswer(): Promise<boolean> {
  try {
    for (const { name, port } of [service, headless]) await answered((await addressesOf(name))[0] ?? '', port);
    return true;
  } catch {
    return false;
  }
}

/** Nobody is visited before there is somebody. */
async function begin(): Promise<void> {
  while (!(await bothAnswer())) await new Promise((resolve) => setTimeout(resolve, 200));
  await watchName();
  isReady = true;
  const timers = Object.values(ways).map((way) => setInterval(() => void way.visit(), everyMs));
  timers.push(setInterval(() => void watchName(), 2 * everyMs));
  setTimeout(() => timers.forEach(clearInterval), mostMs);
}

process.once('SIGTERM', () => process.exit());
void begin();
