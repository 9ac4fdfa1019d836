import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesObject, Resource } from '../../../../targets/kubernetes/observe/objects.ts';

interface Change {
  revision: number;
  resource: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubernetesObject;
}

type Parts = { metadata: { name: string } & Record<string, unknown> } & Record<string, unknown>;

/**
 * Lists and watches as the API server answers them, over real HTTP, and all that can go wrong with them when the test
 * says so. Its clock may be another than ours.
 */
export class ApiServer {
  /** What the wall clock of this server is ahead of ours, in ms. */
  readonly #aheadMs: number;
  readonly #server: Server;
  readonly #objects = new Map<string, Map<string, KubernetesObject>>();
  readonly #watches = new Map<ServerResponse, string>();
  readonly #refused = new Map<string, number>();
  #changes: Change[] = [];
  #revision = 100;
  #forgotten = 0;
  #silent = false;
  #held: (() => void)[] | undefined;
  /** How many lists and watches there were, by kind. */
  readonly asked = { list: 0, watch: 0 };
  /** What lists say of the store is this much too low, as where kinds are counted apart. */
  listsBehind = 0;

  private constructor(aheadMs: number) {
    this.#aheadMs = aheadMs;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(aheadMs = 0): Promise<ApiServer> {
    const api = new ApiServer(aheadMs);
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  kubeConfig(): KubeConfig {
    const { port } = this.#server.address() as AddressInfo;
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'u', token: 'secret' },
    );
    return kubeConfig;
  }

  /** A time as this server writes it, `ms` from now. */
  stamp(ms = 0): string {
    return new Date(Date.now() + this.#aheadMs + ms).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** Stores an object; what is not said stays as it was. */
  put(resource: Resource, parts: Parts): KubernetesObject {
    const all = this.#all(resource);
    const before = all.get(parts.metadata.name);
    const metadata = {
      uid: `${resource}-${parts.metadata.name}-${this.#revision}`,
      creationTimestamp: this.stamp(),
      ...before?.metadata,
      ...parts.metadata,
      resourceVersion: String(++this.#revision),
      managedFields: [{ manager: 'test', time: this.stamp() }],
    };
    const object: KubernetesObject = { ...before, ...parts, metadata };
    all.set(metadata.name, object);
    this.#tell(resource, before === undefined ? 'ADDED' : 'MODIFIED', object);
    return object;
  }

  remove(resource: Resource, name: string): void {
    const all = this.#all(resource);
    const object = all.get(name);
    if (object === undefined) throw new Error(`there is no ${name}`);
    all.delete(name);
    const metadata = { ...object.metadata, resourceVersion: String(++this.#revision) };
    this.#tell(resource, 'DELETED', { ...object, metadata });
  }

  /** Breaks all watches off; a client notices at once. */
  cut(): void {
    for (const response of this.#watches.keys()) response.socket?.resetAndDestroy();
    this.#watches.clear();
  }

  /** Writes this on the watches of a kind, as it is. */
  write(resource: Resource, text: string): void {
    for (const [response, of] of this.#watches) if (of === resource) response.write(text);
  }

  /** No watch can start before what is stored now. */
  forget(): void {
    this.#forgotten = this.#revision;
    this.#changes = [];
  }

  /** Answers nobody any more, and says nothing on watches, until it is told to `speak`. Connections stay. */
  fallSilent(): void {
    this.#silent = true;
  }

  speak(): void {
    this.#silent = false;
  }

  /** Watches hear of what is stored from now on when the function that is returned is called. */
  holdWatches(): () => void {
    const held: (() => void)[] = [];
    this.#held = held;
    return () => {
      this.#held = undefined;
      for (const tell of held) tell();
    };
  }

  refuse(resource: Resource, status: number): void {
    this.#refused.set(resource, status);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #all(resource: string): Map<string, KubernetesObject> {
    const known = this.#objects.get(resource) ?? new Map<string, KubernetesObject>();
    this.#objects.set(resource, known);
    return known;
  }

  #tell(resource: Resource, type: Change['type'], object: KubernetesObject): void {
    this.#changes.push({ revision: this.#revision, resource, type, object });
    if (this.#silent) return;
    const tell = () => this.write(resource, line(type, object));
    if (this.#held) this.#held.push(tell);
    else tell();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.#silent) return;
    const url = new URL(request.url ?? '/', 'http://server');
    const resource = url.pathname.split('/').at(-1) ?? '';
    response.setHeader('date', new Date(Date.now() + this.#aheadMs).toUTCString());
    response.setHeader('content-type', 'application/json');
    const status = request.headers.authorization === 'Bearer secret' ? this.#refused.get(resource) : 401;
    if (status !== undefined) {
      response
        .writeHead(status)
        .end(JSON.stringify({ kind: 'Status', message: `${resource} is refused`, code: status }));
    } else if (url.searchParams.has('watch'))
      this.#watch(resource, Number(url.searchParams.get('resourceVersion')), response);
    else this.#list(resource, response);
  }

  #list(resource: string, response: ServerResponse): void {
    this.asked.list++;
    const items = [...this.#all(resource).values()];
    response.end(JSON.stringify({ metadata: { resourceVersion: String(this.#revision - this.listsBehind) }, items }));
  }

  #watch(resource: string, from: number, response: ServerResponse): void {
    this.asked.watch++;
    response.writeHead(200);
    if (from < this.#forgotten) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } })}\n`);
      return;
    }
    response.flushHeaders();
    this.#watches.set(response, resource);
    response.on('close', () => this.#watches.delete(response));
    for (const change of this.#changes)
      if (change.resource === resource && change.revision > from) response.write(line(change.type, change.object));
  }
}

function line(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}
