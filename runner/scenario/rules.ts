import { constants } from 'node:os';
import { Ajv } from 'ajv';
import { didYouMean } from '../../record/nearest.ts';
import { placeOf, urlFault } from '../../targets/address.ts';
import { addressesFor, resolutionOf } from '../../targets/resolve.ts';
import { headerFault } from '../traffic/header-value.ts';
import { controlLaneNames } from './control-lanes.ts';
import { engineRules, engineWayRules } from './engine-rules.ts';
import type { Functions } from './functions.ts';
import { k6Rules } from './k6-lanes.ts';
import type { LaneInput } from './model/lane.ts';
import type { ScenarioInput } from './model.ts';
import { type FieldPath, fieldName, type Problem, shown } from './problem.ts';

/** What fields must be to each other, which no schema of a single field says. Expects what the schema has accepted. */
export function brokenRules(scenario: ScenarioInput, functions: Functions): Problem[] {
  return [
    ...appRules(scenario),
    ...wayRules(scenario),
    ...targetRules(scenario),
    ...controlRules(scenario),
    ...laneProblems(scenario.lanes),
    ...engineWayRules(scenario),
    ...stepRules(scenario, functions),
  ];
}

/** Of lanes alone, at `lanes`. */
export function laneProblems(lanes: readonly LaneInput[]): Problem[] {
  return lanes.flatMap((lane, index) => [...laneRules(lane, index, lanes)]);
}

function at(path: FieldPath, message: string): Problem {
  return { path, at: 'value', message: `${fieldName(path)}${message}` };
}

function* appRules({ app, targets = [] }: ScenarioInput): Generator<Problem> {
  // An engine alone can be used by hand: the scenario's own steps build, run, stop.
  const isInHand = targets.length === 1 && targets[0] === 'docker';
  if (app.url === undefined && app.manifests === undefined && !isInHand)
    yield at(['app'], ': expected manifests (to deploy) or url (of what is deployed), got neither');
  if (app.url !== undefined && app.manifests !== undefined)
    yield { path: ['app', 'url'], at: 'key', message: 'app: expected manifests or url, got both' };
  const fault = app.url === undefined ? undefined : urlFault(app.url);
  if (fault !== undefined) yield at(['app', 'url'], `: ${fault}`);
  for (const field of ['images', 'port'] as const)
    if (app.url !== undefined && app.manifests === undefined && app[field] !== undefined)
      yield { ...at(['app', field], ': nothing is deployed where app.url says where it is'), at: 'key' };
}

/** How traffic gets to a URL, and the control lanes to theirs. */
function* wayRules({ app, control, lanes }: ScenarioInput): Generator<Problem> {
  const { url, tls, resolve = [] } = app;
  const urls = [url, control].flatMap((text) => (text === undefined ? [] : (URL.parse(text) ?? [])));
  if (tls !== undefined && urls.every(({ protocol }) => protocol !== 'https:'))
    yield { ...at(['app', 'tls'], ': only where app.url begins with https://'), at: 'key' };
  for (const [index, lane] of lanes.entries())
    if (lane.tls !== undefined && !url?.startsWith('https:'))
      yield { ...at(['lanes', index, 'tls'], ': only where app.url begins with https://'), at: 'key' };
  const places = urls.map(placeOf);
  for (const [index, written] of resolve.entries()) {
    const path = ['app', 'resolve', index];
    const resolution = resolutionOf(written);
    if (resolution === undefined)
      yield at(path, `: expected host:port:address, such as shop.example.com:443:10.0.0.7, got ${shown(written)}`);
    else if (places.every((place) => addressesFor([resolution], place) === undefined))
      yield at(path, `: it is for ${resolution.host}:${resolution.port}, and traffic goes to ${placesText(places)}`);
  }
}

function placesText(places: readonly { host: string; port: number }[]): string {
  return places.map(({ host, port }) => `${host}:${port}`).join(' and ') || 'what the manifests say';
}

function* targetRules({ app, targets = [] }: ScenarioInput): Generator<Problem> {
  for (const [index, target] of targets.entries()) {
    const path = ['targets', index];
    if ((target === 'url') !== (app.url !== undefined))
      yield at(path, target === 'url' ? ': there is no app.url' : ': what is at app.url is not deployed on a target');
    if (targets.indexOf(target) < index) yield at(path, `: ${target} is named twice`);
  }
}

function* controlRules({ control, lanes }: ScenarioInput): Generator<Problem> {
  if (control === undefined) return;
  const fault = urlFault(control);
  if (fault !== undefined) yield at(['control'], `: ${fault}`);
  for (const [index, { name }] of lanes.entries())
    if (Object.values<string>(controlLaneNames).includes(name))
      yield at(['lanes', index, 'name'], `: the lane to control is called ${shown(name)}`);
}

/** Headers that the engine writes: the request's frame, its connection and its id. */
const ownHeaders = [
  'connection',
  'content-length',
  'expect',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
  'x-hitless-id',
];

function* laneRules(lane: LaneInput, index: number, lanes: readonly LaneInput[]): Generator<Problem> {
  const path = ['lanes', index];
  if (lanes.findIndex(({ name }) => name === lane.name) < index)
    yield at([...path, 'name'], `: another lane is called ${shown(lane.name)} already`);
  if (lane.connection === 'session' && lane.session === undefined)
    yield at(path, ': a session lane needs session: { page: /path, assets: [...] }');
  if (lane.connection !== 'session' && lane.session !== undefined)
    yield at([...path, 'session'], ': only a lane with connection: session has one');
  if (lane.connection !== 'kept' && lane.life !== undefined)
    yield at([...path, 'life'], ': only a lane with connection: kept has one');
  if (lane.rate === 'unpaced' && lane.ramps !== undefined)
    yield at([...path, 'ramps'], ': an unpaced lane has no rate that could change');
  if (lane.request?.method === 'CONNECT')
    yield at([...path, 'request', 'method'], ': CONNECT asks a proxy, not an app');
  for (const [header, value] of Object.entries(lane.request?.headers ?? {})) {
    const place = [...path, 'request', 'headers', header];
    if (ownHeaders.includes(header.toLowerCase()))
      yield { ...at(place, ': hitless writes this header itself'), at: 'key' };
    const fault = headerFault(value);
    if (fault !== undefined) yield at(place, `: ${fault}`);
  }
  yield* expectRules(lane.expect ?? {}, [...path, 'expect']);
  yield* k6Rules(lane, path);
  yield* engineRules(lane, path);
}

/** Of what a good answer is alone, at `path`. */
export function expectProblems(expect: NonNullable<LaneInput['expect']>, path: FieldPath): Problem[] {
  return [...expectRules(expect, path)];
}

function* expectRules(
  { minBytes, maxBytes, json }: NonNullable<LaneInput['expect']>,
  path: FieldPath,
): Generator<Problem> {
  if (minBytes !== undefined && maxBytes !== undefined && minBytes > maxBytes)
    yield at([...path, 'minBytes'], `: expected at most maxBytes, ${maxBytes}, got ${minBytes}`);
  if (typeof json !== 'object') return;
  const fault = schemaFault(json);
  if (fault) yield at([...path, 'json'], `: not a JSON Schema: ${fault}`);
}

/** What is wrong with a user's JSON Schema, in one line. An asynchronous one would answer with a promise, which is never false. */
function schemaFault(schema: object): string | undefined {
  if ('$async' in schema) return '$async is not allowed';
  try {
    new Ajv({ strict: true, strictTypes: false, strictRequired: false, strictTuples: false, logger: false }).compile(
      schema,
    );
    return undefined;
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    // Ajv lists each branch of its meta-schema that does not fit; the first says enough.
    return line.replace(/^schema is invalid: data\/?/, '').split(', data')[0];
  }
}

function* stepRules({ app, lanes, steps, rollback = [] }: ScenarioInput, functions: Functions): Generator<Problem> {
  for (const [index, step] of rollback.entries())
    if ('deploy' in step) yield at(['rollback', index], ': deploy comes first, and once');
  const images = Object.keys(app.images ?? {});
  for (const [index, step] of steps.entries()) {
    const path = ['steps', index];
    if ('deploy' in step && app.url !== undefined && app.manifests === undefined)
      yield at(path, ': what is at app.url is deployed; leave this step out');
    else if ('deploy' in step && index > 0) yield at(path, ': deploy comes first, and once');
    if (index === 0 && app.manifests !== undefined && (functions.steps.has(0) || !('deploy' in step)))
      yield at(path, ': expected deploy as the first step, as traffic begins when it is done');
    if ('rollout' in step && images.length > 0 && !images.includes(step.rollout.image))
      yield at([...path, 'rollout', 'image'], unknownImage(step.rollout.image, images));
    if ('kill' in step && step.kill.signal !== undefined && !(step.kill.signal in constants.signals))
      yield at([...path, 'kill', 'signal'], unknownSignal(step.kill.signal));
    if ('wait' in step && step.wait.until === 'requests-sent' && lanes.every(({ requests }) => requests === undefined))
      yield at([...path, 'wait', 'until'], ': no lane says how many requests it sends; give one "requests"');
  }
}

function unknownImage(image: string, images: readonly string[]): string {
  return `: ${shown(image)} is not among app.images${didYouMean(image, images)}`;
}

function unknownSignal(signal: string): string {
  return `: there is no signal ${shown(signal)}${didYouMean(signal, Object.keys(constants.signals))}`;
}
