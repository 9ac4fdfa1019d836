import { describe, expect, test } from 'vitest';
import { type Answers, type PathEvidence, pathOf } from '../../../targets/url/path/evidence.ts';
import { findPath } from '../../../targets/url/path/find-path.ts';
import { answerOf } from '../../../targets/url/path/probe.ts';
import { http, tcp } from './servers.ts';

const ofNode: Answers = {
  ordinary: answerOf('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-version: v1\r\n\r\n'),
  'no colon': answerOf('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  'no host': answerOf(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: today\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ),
};
const nginxPage =
  'HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n<center><h1>400 Bad Request</h1></center><hr><center>nginx</center>';
const byNginx: Answers = {
  ordinary: answerOf('HTTP/1.1 200 OK\r\nServer: nginx\r\nx-version: v1\r\n\r\n'),
  'no colon': answerOf(nginxPage),
  'no host': answerOf(nginxPage),
};
const envoy400 = 'HTTP/1.1 400 Bad Request\r\nserver: envoy\r\nconnection: close\r\n\r\n';
const pods = (answers: Answers) => ['a', 'b'].map((pod) => ({ pod, answers }));
const found = (rest: Partial<PathEvidence>): PathEvidence => ({
  address: '192.0.2.7:80',
  owner: undefined,
  isPod: false,
  listener: undefined,
  answers: ofNode,
  pods: [],
  ...rest,
});
const service = { service: 'shop/shop', isAppsOwn: true, by: 'ClusterIP', byKubeProxy: true } as const;

describe('the path', () => {
  test.each<[string, string, Partial<PathEvidence>]>([
    ['the Service itself, which kube-proxy leads to a pod', 'direct', { owner: service, pods: pods(ofNode) }],
    ['the Service itself, pods not to be reached', 'direct', { owner: service }],
    ['an nginx app behind its own Service', 'direct', { owner: service, answers: byNginx, pods: pods(byNginx) }],
    ['one pod’s own address', 'direct', { isPod: true }],
    ['an ingress: malformed requests do not get to pods', 'l7-proxy', { answers: byNginx, pods: pods(ofNode) }],
    [
      'an ingress whose answers name another server than nginx apps do',
      'l7-proxy',
      {
        answers: { ...byNginx, ordinary: answerOf('HTTP/1.1 200 OK\r\nServer: openresty\r\n\r\n') },
        pods: pods(byNginx),
      },
    ],
    ['via', 'l7-proxy', { answers: { ...ofNode, ordinary: answerOf('HTTP/1.1 200 OK\r\nVia: 1.1 edge\r\n\r\n') } }],
    [
      'Envoy, which lets its app’s own server header be',
      'l7-proxy',
      { answers: { ordinary: ofNode.ordinary, 'no colon': answerOf(envoy400), 'no host': answerOf(envoy400) } },
    ],
    [
      'an ingress controller’s Service in place of the app’s',
      'l7-proxy',
      { owner: { ...service, service: 'ingress/nginx', isAppsOwn: false }, answers: byNginx, pods: pods(ofNode) },
    ],
    ['docker’s forwarder', 'l4-proxy', { listener: { program: 'docker-proxy', opened: [], opens: false } }],
    ['HAProxy that passes bytes on', 'l4-proxy', { listener: { program: 'haproxy', opened: [], opens: false } }],
    [
      'any program that passes bytes to pods',
      'l4-proxy',
      { listener: { program: 'relay', opened: [], opens: false }, pods: pods(ofNode) },
    ],
    [
      'nginx that hands requests on',
      'l7-proxy',
      { listener: { program: 'nginx', opened: ['10.0.0.1:80'], opens: false }, answers: byNginx },
    ],
    [
      'nginx, which may be the app',
      'unknown',
      { listener: { program: 'nginx', opened: [], opens: false }, answers: byNginx },
    ],
    ['a server that says nginx, seen from outside', 'unknown', { answers: byNginx }],
    ['a Node server, seen from outside', 'unknown', {}],
    [
      'a Node server on this machine',
      'unknown',
      { listener: { program: 'node', opened: ['10.0.0.1:5432'], opens: false } },
    ],
    ['a cloud’s address of the Service', 'unknown', { owner: { ...service, by: 'LoadBalancer', byKubeProxy: false } }],
    ['bytes that get to pods, by whom nobody knows', 'unknown', { pods: pods(ofNode) }],
    [
      'pods that answer differently',
      'unknown',
      { answers: ofNode, pods: [...pods(ofNode).slice(1), ...pods(byNginx).slice(1)] },
    ],
    ['a mesh’s sidecar in each pod', 'direct', { owner: service, answers: withEnvoy(), pods: pods(withEnvoy()) }],
    ['nothing answers', 'unknown', { answers: { ordinary: null, 'no colon': null, 'no host': null } }],
  ])('%s: %s', (_, path, rest) => {
    const judged = pathOf(found(rest));
    expect(judged.path).toBe(path);
    for (const sentence of judged.evidence) expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
    expect(judged.evidence.length).toBeGreaterThan(0);
  });

  test('what an answer says goes into sentences as plain text, cut short', () => {
    const answers = { ...ofNode, ordinary: answerOf(`HTTP/1.1 200 OK\r\nvia: \x1b[31m<b>${'x'.repeat(500)}\r\n\r\n`) };
    const [sentence = ''] = pathOf(found({ answers })).evidence;
    expect(sentence).not.toContain('\x1b');
    expect(sentence.length).toBeLessThan(150);
  });
});

function withEnvoy(): Answers {
  const ordinary = answerOf('HTTP/1.1 200 OK\r\nserver: istio-envoy\r\nx-envoy-upstream-service-time: 1\r\n\r\n');
  return { ordinary, 'no colon': answerOf(envoy400), 'no host': answerOf(envoy400) };
}

test('three requests are sent, none of which can change anything', async () => {
  const asked: string[] = [];
  const port = await http(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    response.end();
  });
  const { path, evidence } = await findPath({
    url: new URL(`http://127.0.0.1:${port}/shop/`),
    signal: new AbortController().signal,
  });
  // The malformed ones never get to the app.
  expect(asked).toEqual(['HEAD /shop/']);
  expect(path).toBe('unknown');
  expect(evidence.join(' ')).toContain('not known');
});

test('what never answers, or answers without end, holds nothing up', async () => {
  const port = await http((_, response) => {
    const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
    response.on('close', () => clearInterval(timer));
  });
  const { path } = await findPath({ url: new URL(`http://127.0.0.1:${port}/`), signal: new AbortController().signal });
  expect(path).toBe('unknown');
});

test('a server that keeps connections open holds nothing up', { timeout: 12_000 }, async () => {
  const port = await tcp((socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')),
  );
  const { path } = await findPath({ url: new URL(`http://127.0.0.1:${port}/`), signal: new AbortController().signal });
  expect(path).toBe('unknown');
});
