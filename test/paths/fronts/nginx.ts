import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Front, FrontOptions } from './front.ts';
import { answers, freePort, started, stopped } from './process.ts';

/** Debian's nginx: an l7-proxy, by default with idle connections to the app, which is harder on a healthy rollout. Its upstreams are what stands behind a Service's address, so they never change. */
export async function startNginx(options: FrontOptions): Promise<Front> {
  const { folder, backends, retries = false, opensEach = false, ordinary503 = '0%', alsoAt } = options;
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
  upstream app { ${servers.join(' ')} ${opensEach ? '' : 'keepalive 16; keepalive_timeout 500ms;'} }
  server {
    listen 127.0.0.1:${port};
    ${alsoAt === undefined ? '' : `listen ${alsoAt}:${port};`}
    location = /control { return 200 "ok\\n"; }
    location / {
      if ($bad) { return 503; }
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "${opensEach ? 'close' : ''}";
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
