import type { Path } from '../../../record/facts.ts';
import type { Listener } from './listener.ts';
import { malformed, type Probe, type ProbeAnswer } from './probe.ts';

export type Answers = Readonly<Record<Probe, ProbeAnswer | null>>;

/** Whose the address is, as the cluster says. */
export interface Owner {
  /** `namespace/name` */
  service: string;
  /** The one that leads to the app's pods. */
  isAppsOwn: boolean;
  by: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  /** The rules of kube-proxy, or what stands in for it, lead from there to a pod. Not where a cloud gave the address. */
  byKubeProxy: boolean;
}

/** All that was found out about the way to the app. */
export interface PathEvidence {
  /** `127.0.0.1:8080` */
  address: string;
  owner: Owner | undefined;
  /** It is one pod's own. */
  isPod: boolean;
  /** The program that listens there, where that is on this machine. */
  listener: Listener | undefined;
  answers: Answers;
  /** Of pods that could be asked themselves. */
  pods: readonly { pod: string; answers: Answers }[];
}

export interface FoundPath {
  path: Path;
  /** What it rests on, or why it is not known: a sentence each. */
  evidence: string[];
}

/** Fields that a server in front of others writes, and no app (RFC 9110, 7.6.3; Envoy, router filter; the CDNs' own pages). */
const proxyFields = [
  'via',
  'x-envoy-upstream-service-time',
  'x-envoy-decorator-operation',
  'x-kong-proxy-latency',
  'x-varnish',
  'x-amz-cf-id',
  'cf-ray',
  'x-served-by',
];

/** How programs that can stand in front of an app refuse what they cannot parse, by default. */
const refusals: readonly { name: string; is(answer: ProbeAnswer): boolean }[] = [
  {
    name: 'nginx',
    is: ({ headers, body }) => /^(nginx|openresty)/.test(server(headers)) || /<center>(nginx|openresty)/.test(body),
  },
  { name: 'Envoy', is: ({ headers }) => server(headers) === 'envoy' },
  {
    name: 'HAProxy',
    is: ({ body }) => body.includes('<h1>400 Bad request</h1>\nYour browser sent an invalid request.'),
  },
  {
    name: 'Varnish',
    is: ({ headers }) => /varnish/i.test(server(headers)) || /varnish/i.test(headers.get('via') ?? ''),
  },
  { name: 'an AWS load balancer', is: ({ headers }) => /^awselb/.test(server(headers)) },
];

/** Node refuses so, with next to nothing, and what stands in front of it does not (nodejs, lib/_http_server.js). */
function isNodes({ status, headers, body }: ProbeAnswer): boolean {
  const names = [...headers.keys()].filter((name) => !['date', 'keep-alive', 'transfer-encoding'].includes(name));
  return status === 400 && ['', '0\r\n\r\n'].includes(body) && names.join() === 'connection';
}

/** Programs that hand bytes on and never look into them. */
const forwarders = /^(docker-proxy|rootlessport|rootlesskit|slirp4netns|pasta|gvproxy|socat|ssh|kubectl)$/;
/** Programs that can do either, as they are told. */
const proxies = /^(haproxy|nginx|envoy|traefik|varnishd|caddy|httpd|apache2)$/;

/** It may be a proxy, and no connection of its own was seen that would say so. */
export function handsOnUnseen(listener: Listener): boolean {
  return proxies.test(listener.program) && !handsOn(listener);
}

function handsOn({ program, opened, opens }: Listener): boolean {
  return proxies.test(program) && (opened.length > 0 || opens);
}

/** direct, l4-proxy or l7-proxy, where what was found leaves no other; else unknown. */
export function pathOf(found: PathEvidence): FoundPath {
  const l7 = signsOfL7(found);
  const asPods = bytesReachPods(found);
  const known = [...ownerSentence(found), ...listenerSentence(found)];
  if (l7.length > 0) return { path: 'l7-proxy', evidence: [...l7, ...known] };
  if (found.isPod)
    return { path: 'direct', evidence: [`${found.address} is one pod's own address: the others get nothing.`] };
  if (found.owner?.byKubeProxy && found.owner.isAppsOwn)
    return { path: 'direct', evidence: [...known, ...(asPods === true ? [throughSentence(found)] : [])] };
  const program = found.listener?.program;
  if (program !== undefined && forwarders.test(program)) return { path: 'l4-proxy', evidence: known };
  const passes = asPods ?? (proxies.test(program ?? '') && malformed.every((probe) => isByNode(found.answers[probe])));
  if (program !== undefined && passes)
    return { path: 'l4-proxy', evidence: [...known, asPods === true ? throughSentence(found) : nodeSentence(found)] };
  return {
    path: 'unknown',
    evidence: [...known, ...(asPods === true ? [throughSentence(found)] : []), unknownSentence(found)],
  };
}

function signsOfL7({ address, answers, pods, listener }: PathEvidence): string[] {
  const { ordinary } = answers;
  const signs: string[] = [];
  const ofPods = (probe: Probe) => pods.flatMap(({ answers }) => answers[probe] ?? []);
  for (const name of proxyFields) {
    const value = ordinary?.headers.get(name);
    // A pod may have a proxy of its own beside it.
    const isPods = ofPods('ordinary').some(({ headers }) => headers.has(name));
    if (value !== undefined && !isPods)
      signs.push(`Its answers have the header ${name}: ${plain(value)}, which a proxy writes.`);
  }
  const [pod] = ofPods('ordinary');
  if (ordinary != null && pod !== undefined && allAlike(ofPods('ordinary'), sameServer) && !sameServer(ordinary, pod))
    signs.push(
      `Its answers have the header server: ${plain(server(ordinary.headers)) || 'none'}, those of the pods themselves: ${plain(server(pod.headers)) || 'none'}.`,
    );
  for (const probe of malformed) {
    const answer = answers[probe];
    const own = ofPods(probe);
    const refusal = answer === null ? undefined : refusals.find(({ is }) => is(answer))?.name;
    if (answer === null || answer.status === null) continue;
    if (own[0] !== undefined && allAlike(own, alike) && !alike(answer, own[0]))
      signs.push(
        `A malformed request (${probe}) is answered ${told(answer)}${refusal === undefined ? '' : ` as ${refusal} does`}, by the pods themselves ${told(own[0])}: it does not get to them.`,
      );
    else if (
      own.length === 0 &&
      refusal !== undefined &&
      ordinary != null &&
      !refusals.some(({ is }) => is(ordinary)) &&
      answer.status >= 400
    )
      signs.push(
        `A malformed request (${probe}) is answered ${told(answer)} as ${refusal} does, and other requests to ${address} by something else.`,
      );
    else if (
      own.length === 0 &&
      refusal !== undefined &&
      listener !== undefined &&
      handsOn(listener) &&
      answer.status >= 400
    )
      signs.push(
        `A malformed request (${probe}) is answered ${told(answer)} as ${refusal} does, and ${plain(listener.program)}, which listens there, hands others on.`,
      );
  }
  return signs;
}

/** Whether malformed requests get the answers that pods give themselves; undefined where no pod could be asked, or they differ. */
function bytesReachPods({ answers, pods }: PathEvidence): boolean | undefined {
  const compared = malformed.map((probe) => {
    const own = pods.flatMap(({ answers }) => answers[probe] ?? []);
    const [first] = own;
    const answer = answers[probe];
    return first === undefined || answer === null || !allAlike(own, alike) ? undefined : alike(answer, first);
  });
  return compared.includes(undefined) ? undefined : compared.every((same) => same);
}

function isByNode(answer: ProbeAnswer | null): boolean {
  return answer !== null && isNodes(answer);
}

/** What differs from one answer to the next, whoever gives it. */
const passing = /^(date|age|x-request-id|x-hitless-id|etag|set-cookie|content-length|keep-alive|transfer-encoding)$/;

function alike(a: ProbeAnswer, b: ProbeAnswer): boolean {
  const names = ({ headers }: ProbeAnswer) =>
    [...headers.keys()]
      .filter((name) => !passing.test(name))
      .sort()
      .join();
  return a.status === b.status && sameServer(a, b) && names(a) === names(b) && (a.status === 200 || a.body === b.body);
}

function allAlike(answers: readonly ProbeAnswer[], same: (a: ProbeAnswer, b: ProbeAnswer) => boolean): boolean {
  const [first] = answers;
  return answers.every((answer) => first !== undefined && same(answer, first));
}

function sameServer(a: ProbeAnswer, b: ProbeAnswer): boolean {
  return server(a.headers) === server(b.headers);
}

function server(headers: ReadonlyMap<string, string>): string {
  return headers.get('server') ?? '';
}

function ownerSentence({ address, owner }: PathEvidence): string[] {
  if (owner === undefined) return [];
  const whose = owner.isAppsOwn ? '' : ", not the app's own";
  const how = owner.byKubeProxy
    ? 'where each new connection is led to a pod'
    : 'given by a balancer that the cluster does not show';
  return [`${address} is the ${owner.by} of the Service ${owner.service}${whose}, ${how}.`];
}

function listenerSentence({ address, listener }: PathEvidence): string[] {
  if (listener === undefined) return [];
  const { program, opened } = listener;
  const where = opened.length > 0 ? `, with connections of its own to ${opened.slice(0, 3).join(', ')}` : '';
  const onward = handsOn(listener) ? where || ', and opens connections of its own for what it is asked' : '';
  return [`At ${address} the program ${plain(program)} of this machine listens${onward}.`];
}

function throughSentence({ pods }: PathEvidence): string {
  return `Malformed requests get the answers that ${pods.map(({ pod }) => pod).join(' and ')} ${pods.length === 1 ? 'gives itself' : 'give themselves'}: they get through as they are.`;
}

function nodeSentence({ listener }: PathEvidence): string {
  return `Malformed requests are refused as Node does, and not as ${plain(listener?.program ?? '')} does: they get through as they are.`;
}

function unknownSentence({ pods, owner }: PathEvidence): string {
  const asked = pods.length === 0 ? 'no pod could be asked itself to compare' : 'nothing there tells a proxy from none';
  const seen =
    owner === undefined ? 'whose the address is could not be seen' : 'what stands there the cluster does not show';
  return `Which way it is is not known: ${seen}, and ${asked}.`;
}

function told({ status, headers }: ProbeAnswer): string {
  const by = server(headers);
  return `${status ?? 'with nothing'}${by === '' ? '' : ` by ${plain(by)}`}`;
}

/** An answer's text, as far as it goes into a sentence. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
}
