import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Result } from '../../record/result.ts';
import { type CliEnd, type RunningCli, scratch, startCli } from '../e2e/run-cli.ts';
import { http } from '../targets/url/servers.ts';

/** A service that a request to `/deploy` replaces: it answers with its version, and fails while and as it is told. */
export interface Service {
  url: string;
  version: string;
  /** Each request but those to `/deploy`. */
  asked: IncomingMessage[];
  /** Answers in place of the good one, where it returns true. */
  interfere: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export async function startService(): Promise<Service> {
  const service: Service = { url: '', version: 'v1', asked: [], interfere: () => false };
  let closing = false;
  const port = await http((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://service');
    if (pathname === '/deploy') {
      const { version, lose } = { version: searchParams.get('version'), lose: Number(searchParams.get('lose')) };
      closing = lose > 0;
      const wait = () => {
        if (lose > lost) return setTimeout(wait, 5);
        closing = false;
        service.version = version ?? service.version;
        return response.end(`deployed ${version}`);
      };
      let lost = 0;
      const loses = service.interfere;
      service.interfere = (one, other) => {
        if (!closing) return loses(one, other);
        lost++;
        one.socket.destroy();
        return true;
      };
      return wait();
    }
    service.asked.push(request);
    if (service.interfere(request, response)) return undefined;
    return response.writeHead(200, { 'x-version': service.version }).end('ok');
  });
  service.url = `http://127.0.0.1:${port}`;
  return service;
}

/** For one test: a service, and a folder for what is made of it. */
export async function startServiceAndFolder(): Promise<{ service: Service; folder: string }> {
  const service = await startService();
  const { folder, remove } = scratch();
  onTestFinished(remove);
  return { service, folder };
}

/** A command that deploys a version; so many requests are lost meanwhile. */
export function deploy(service: Service, version: string, lose = 0): string[] {
  const address = `${service.url}/deploy?version=${version}&lose=${lose}`;
  return ['node', '-e', `fetch('${address}').then((answer) => answer.text()).then(console.log)`];
}

/** The shortest that shows something; no busy machine makes it blind. */
const quick: Readonly<Record<string, string>> = { '--baseline': '400ms', '--after': '400ms', '--resolution': '60s' };

export interface Verification extends RunningCli {
  out: string;
  /** The end, with the result where there is one. */
  judged: Promise<CliEnd & { result: Result }>;
}

/** `hitless verify` against the service; `command`: what is behind `--`. */
export function verify(
  service: Pick<Service, 'url'>,
  command: readonly string[],
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Verification {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const out = join(folder, 'run');
  const given = Object.entries(quick).filter(([flag]) => !flags.includes(flag));
  const words = ['--url', service.url, '--out', out, '--no-config', ...given.flat(), ...flags];
  const cli = startCli(['verify', ...words, ...(command.length > 0 ? ['--', ...command] : [])], { env });
  const judged = cli.end.then((end) => {
    const file = join(out, 'result.json');
    if (!existsSync(file)) throw new Error(`no result.json; it printed:\n${end.stdout}${end.stderr}`);
    return { ...end, result: JSON.parse(readFileSync(file, 'utf8')) as Result };
  });
  judged.catch(() => {});
  return { ...cli, out, judged };
}
