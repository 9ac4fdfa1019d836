import { type Estimate, left } from '../runner/estimate.ts';
import type { Scenario } from '../runner/scenario/scenario.ts';
import { belowBase } from '../runner/traffic/base-path.ts';
import { trafficText } from '../runner/traffic/beyond-loopback.ts';
import type { Lane } from '../runner/traffic/lane.ts';
import { deploymentFacts } from '../targets/controller/deployment-facts.ts';
import { judgeImages } from '../targets/local/images.ts';
import { selects } from '../targets/manifest/labels.ts';
import { readManifests } from '../targets/manifest/manifests.ts';
import type { Manifests } from '../targets/manifest/model.ts';
import { readOutline } from '../targets/manifest/outline.ts';
import type { AppSpec } from '../targets/target.ts';
import { shortPath } from './error-screen.ts';

/**
 * What a run of a scenario would do, as text: nothing is started to find out.
 *
 * @throws HitlessError as the run would, where the manifests are not valid or local could not start one of the images
 */
export function planText(scenario: Scenario, target: string): string {
  const { app } = scenario;
  const own = 'manifests' in app && target !== 'kubernetes' ? readManifests(app.manifests) : undefined;
  const traffic = expectedTraffic(scenario, own);
  const lanes = 'manifests' in app ? scenario.lanes : belowBase(scenario.lanes, app.url);
  const lines = [
    `${scenario.name}${scenario.description ? `: ${scenario.description}` : ''}`,
    `  file    ${shortPath(scenario.file)}`,
    `  seed    ${scenario.seed}`,
    ...('manifests' in app
      ? [...appLines(app, target), ...(own === undefined ? clusterLines(app) : judgedLines(app, own, target))]
      : [`${trafficText(lanes)} to ${app.url}, where nothing is deployed`]),
    'steps',
    ...scenario.steps.map(({ name }, index) => `  ${index + 1}. ${name}`),
    ...(scenario.rollback.length > 0 ? ['steps where the verdict is fail by then'] : []),
    ...scenario.rollback.map(({ name, index }) => `  ${index + 1}. ${name}`),
    `lanes, for ${durationText(traffic)}`,
    ...lanes.map((lane) => `  ${laneText(lane, traffic.usualMs / 1000)}`),
    'checks that decide',
    ...checkLines(scenario),
    'Nothing was started.',
  ];
  return `${lines.join('\n')}\n`;
}

function appLines(app: AppSpec, target: string): string[] {
  const { deployments, services } = readOutline(app.manifests);
  const main = mainOf(app, services);
  return [
    `starts on ${target}`,
    ...deployments.map(({ name, replicas, images }) => {
      const command = app.images[images[0] ?? '']?.command;
      const how = target === 'local' && command ? `, each ${command.join(' ')}` : '';
      return `  ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} of ${name}, ${images.join(' and ')}${how}`;
    }),
    ...services.map(({ name, ports }) => `  Service ${name}, port ${ports.map(({ port }) => port).join(', ')}`),
    ...(main ? [`  traffic goes to ${main.name}${main.ports[0] ? `, port ${main.ports[0].port}` : ''}`] : []),
  ];
}

/** The loader has seen that it is the only one, or named. */
function mainOf<T extends { name: string }>({ service }: AppSpec, services: readonly T[]): T | undefined {
  return services.find(({ name }) => name === service) ?? services[0];
}

/** Of a target that has judged the manifests: what it passes over, and what would keep every request from an answer. */
function judgedLines(app: AppSpec, { deployments, services, notices }: Manifests, target: string): string[] {
  if (target === 'local') judgeImages(app.images, deployments);
  const main = mainOf(app, services);
  const isSelected = deployments.some(({ template }) => main && selects(main.selector, template.labels));
  const never = 'so no request can get through';
  return [
    ...(main && main.ports.length === 0 ? [`  WARNING: ${main.name} has no port, ${never}`] : []),
    ...(main && !isSelected
      ? [`  WARNING: the selector of ${main.name} matches no pod of any Deployment, ${never}`]
      : []),
    ...notices.map((notice) => `  note: ${notice}`),
  ];
}

function clusterLines(app: AppSpec): string[] {
  return [
    ...readOutline(app.manifests).others.map((other) => `  ${other}`),
    '  note: the API server judges what the manifests say, before anything runs',
  ];
}

/** Traffic runs from the end of deploy to the end of the steps. */
function expectedTraffic({ steps }: Scenario, manifests: Manifests | undefined): Estimate {
  const deploy = steps.findIndex(({ verb }) => verb === 'deploy');
  return left(steps, deploy, Number.POSITIVE_INFINITY, deploymentFacts(manifests?.deployments ?? []));
}

function durationText({ usualMs, mostMs }: Estimate): string {
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  const usual = `about ${seconds(usualMs)}`;
  return seconds(usualMs) === seconds(mostMs)
    ? usual
    : `${usual} (${seconds(mostMs)} where replicas use all of their grace)`;
}

function laneText(lane: Lane, seconds: number): string {
  const { name, engine, connection, request, session, flow, arrivals } = lane;
  if (flow !== undefined) return `${name}: visitors by their flow, ${visitorsText(lane, seconds)}`;
  const what = session ? `${session.page} and ${assetsText(session.assets)}` : `${request.method} ${request.path}`;
  const connections = connection === 'kept' ? ` on ${lane.connections} connections` : '';
  const when = engine === 'builtin' ? arrivals : `by ${engine}`;
  return `${name}: ${what}, ${connection}${connections}, ${rateText(lane)}, ${when}, ${countText(lane, seconds)}`;
}

function visitorsText(lane: Lane, seconds: number): string {
  const { rate, requests, connections, ramps, arrivals } = lane;
  const limit = requests === null ? '' : `, ${requests} in all`;
  if (rate === 'unpaced') return `${connections} at once, each followed by another when it leaves${limit}`;
  const due = Math.min(expectedRequests(rate, ramps, seconds), requests ?? Number.POSITIVE_INFINITY);
  return `${rateText(lane)}, ${arrivals}, about ${due} visitors`;
}

function assetsText(assets: NonNullable<Lane['session']>['assets']): string {
  return Array.isArray(assets) ? `${assets.length} assets` : 'the assets that it names';
}

function rateText({ rate, ramps }: Lane): string {
  const start = rate === 'unpaced' ? 'unpaced' : `${rate}/s`;
  return [start, ...ramps.map(({ to, overUs }) => `to ${to}/s within ${overUs / 1e6} s`)].join(', then ');
}

function countText(lane: Lane, seconds: number): string {
  if (lane.rate === 'unpaced') return lane.requests === null ? 'as many as are answered' : `${lane.requests} requests`;
  const due = expectedRequests(lane.rate, lane.ramps, seconds);
  const count = Math.min(due, lane.requests ?? Number.POSITIVE_INFINITY);
  return lane.requests === count ? `${count} requests` : `about ${count} requests`;
}

/** The planned rate over the seconds, summed: it goes evenly from each rate to the next, and stays at the last. */
export function expectedRequests(rate: number, ramps: Lane['ramps'], seconds: number): number {
  let requests = 0;
  let now = rate;
  let left = seconds;
  for (const { to, overUs } of ramps) {
    const length = Math.min(left, overUs / 1e6);
    const reached = overUs === 0 ? to : now + ((to - now) * length * 1e6) / overUs;
    requests += ((now + reached) / 2) * length;
    now = reached;
    left -= length;
  }
  return Math.round(requests + now * left);
}

function checkLines({ checks, expectation }: Scenario): string[] {
  const asked = checks ?? [
    { name: 'zero-failed', lane: null, options: {} },
    { name: 'max-outage', lane: null, options: {} },
  ];
  const lines = asked.map(({ name, lane, options }) => {
    const given = Object.entries(options ?? {}).map(([option, value]) => `${option}: ${JSON.stringify(value)}`);
    const details = [...(lane ? [`lane ${lane}`] : []), ...given].join(', ');
    return `  ${name}${details ? ` (${details})` : ''}`;
  });
  if (expectation) lines.push(`expected verdict: ${[expectation.verdict, ...expectation.causes].join(', ')}`);
  return lines;
}
