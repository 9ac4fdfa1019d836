import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { HttpGet, ProbeAction } from '../manifest/model.ts';
import type { PodPlace, RunningContainer } from './replica-runner.ts';

/** What one probe found. `unknown`: it could not be made, which counts neither way. */
export type ProbeResult = { result: 'success' } | { result: 'failure'; message: string } | { result: 'unknown' };

/** Of an answer to a probe or a hook nothing but its status counts (maxRespBodyLength, pkg/probe/http). */
const maxBodyBytes = 10 * 1024;

/** Makes one probe, by the rules of pkg/probe in Kubernetes. Never rejects. */
export async function probeOnce(
  action: ProbeAction,
  place: PodPlace,
  container: RunningContainer,
  limitMs: number,
): Promise<ProbeResult> {
  try {
    if (action.kind === 'exec') {
      const { code, stdout, stderr } = await container.exec(action.command, limitMs);
      if (code === 0) return { result: 'success' };
      const said = (stderr || stdout).trim().split('\n').at(-1) ?? '';
      return failure(`${action.command[0]} exited with ${code}${said === '' ? '' : `: ${said.slice(0, 200)}`}`);
    }
    if (action.kind === 'tcpSocket') await openOnce(target(action, place), limitMs);
    else {
      const status = await getStatus(action.httpGet, place, limitMs);
      if (status < 200 || status >= 400) return failure(`GET ${action.httpGet.path} answered ${status}`);
    }
    return { result: 'success' };
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

function failure(message: string): ProbeResult {
  return { result: 'failure', message };
}

function target({ host, port }: { host?: string; port: number }, place: PodPlace): { host: string; port: number } {
  return host === undefined ? place.address(port) : { host, port };
}

/** The status of a GET. Rejects where there is no answer within the limit. A redirect is an answer. */
export function getStatus(get: HttpGet, place: PodPlace, limitMs: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const send = get.scheme === 'HTTPS' ? httpsRequest : httpRequest;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.34', accept: '*/*', connection: 'close' };
  for (const { name, value } of get.headers) headers[name.toLowerCase()] = value;
  const options = { ...target(get, place), path: get.path.startsWith('/') ? get.path : `/${get.path}`, headers };
  // The kubelet does not verify certificates of probes either.
  const request = send({ ...options, agent: false, rejectUnauthorized: false });
  const timer = setTimeout(
    () => request.destroy(new Error(`GET ${get.path} had no answer within ${limitMs / 1000} s`)),
    limitMs,
  );
  request.once('response', (response) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) response.destroy();
    });
    response.once('error', () => {});
    response.once('close', () => {
      clearTimeout(timer);
      resolve(response.statusCode ?? 0);
    });
  });
  request.once('error', (error) => {
    clearTimeout(timer);
    reject(new Error(`GET ${get.path}: ${error.message}`));
  });
  request.end();
  return promise;
}

function openOnce(address: { host: string; port: number }, limitMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(address);
  const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${limitMs / 1000} s`)), limitMs);
  socket.once('connect', () => {
    socket.end();
    socket.destroy();
    resolve();
  });
  socket.once('error', reject);
  socket.once('close', () => clearTimeout(timer));
  return promise;
}
