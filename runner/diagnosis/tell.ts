import type { RunFacts } from '../../record/facts.ts';
import { controlLanes } from '../../record/lane-roles.ts';
import type { Result } from '../../record/result.ts';
import { count, duration, list } from '../check/phrases.ts';
import type { Departure } from './departure.ts';
import { fixOf } from './fix.ts';
import { type CauseId, type Loss, probedAfter, servedAfter } from './losses.ts';
import type { Survey } from './survey.ts';

type Cause = Result['causes'][number];

/** What result.json holds of them: by cause, the one with the most failures first. */
export function told(losses: readonly Loss[], survey: Survey, facts: RunFacts): Cause[] {
  const byId = Map.groupBy(losses, ({ id }) => id);
  const causes = [...byId].map(([id, own]): Cause => {
    const sent = new Set(own.map(({ cut }) => stepAt(facts, cut.sentUs)));
    return {
      id,
      failures: own.length,
      replicas: replicasOf(own).map(({ pod }) => pod),
      steps: facts.steps.flatMap(({ name }) => (sent.delete(name) ? [name] : [])),
      evidence: [...ending(id, own), ...losing(id, own), ...placing(own), ...taking(id, own, survey)],
      excluded: excluded(id, survey, facts),
      fix: fixOf(id, own, survey),
    };
  });
  return causes.toSorted((a, b) => b.failures - a.failures);
}

/** The step during which it was sent; of two that touch, the later. */
function stepAt({ steps }: RunFacts, us: number): string | undefined {
  return steps.findLast(({ fromUs, toUs }) => fromUs <= us && us <= toUs)?.name;
}

function replicasOf(losses: readonly Loss[]): Departure[] {
  return [...new Set(losses.map(({ departure }) => departure))];
}

/** On whose word it is known which replica they were on. */
function placing(losses: readonly Loss[]): string[] {
  const byTime = losses.filter(({ cut }) => cut.byTime).length;
  if (byTime === 0) return [];
  return [
    `No answer told on which replica ${byTime === losses.length ? 'they' : `${byTime} of them`} were: nothing else ended then.`,
  ];
}

/** How the replicas went. */
function ending(id: CauseId, losses: readonly Loss[]): string[] {
  const all = replicasOf(losses);
  const who = `${count(all.length, 'replica')} (${list(all.map(({ pod }) => pod))})`;
  if (id === 'immediate-exit' || id === 'kept-connections-cut') {
    const codes = [...new Set(all.map(({ exit }) => String(exit.code ?? exit.signal)))];
    const took = range(all.map(({ sigterm, exit }) => exit.latestUs - sigterm.earliestUs));
    return [`${who} ended with exit code ${list(codes)}, within ${took} of SIGTERM.`];
  }
  const graces = [...new Set(all.map(({ ending }) => `${ending.graceSeconds} s`))];
  const lived = range(all.map(({ told, exit }) => exit.latestUs - told.earliestUs));
  return [
    `${who} had not ended when the grace of ${list(graces)} was over and got SIGKILL (exit code 137), within ${lived} of being told to go.`,
  ];
}

/** What was under way. */
function losing(id: CauseId, losses: readonly Loss[]): string[] {
  const cuts = losses.map(({ cut }) => cut);
  const after = losses.map(({ cut, departure: { sigterm } }) => cut.endUs - sigterm.earliestUs);
  const lasted = range(cuts.map(({ sentUs, endUs }) => endUs - sentUs));
  if (id === 'kept-connections-cut')
    return [
      `${count(cuts.length, 'request')} on kept connections to them ended without an answer, within ${range(after)} of SIGTERM.`,
    ];
  if (id === 'immediate-exit')
    return [
      `${count(cuts.length, 'request')} to them ended without an answer, within ${range(after)} of SIGTERM; some had been sent before it.`,
    ];
  const since = id === 'sigterm-ignored' || id === 'keep-alive-not-drained' ? ', sent after SIGTERM' : '';
  return [
    `${count(cuts.length, 'request')} to them ${cuts.length === 1 ? 'was' : 'were'} under way then${since}, for ${lasted}.`,
  ];
}

/** What they did of what they got after SIGTERM. */
function taking(id: CauseId, losses: readonly Loss[], survey: Survey): string[] {
  if (id !== 'sigterm-ignored' && id !== 'keep-alive-not-drained') return [];
  const apps = [...new Set(losses.map(({ departure }) => departure.app))];
  const served = apps.flatMap((app) => servedAfter(app, survey));
  const probes = new Set(apps.map((app) => probedAfter(app, survey)));
  const most = Math.max(...served.map(({ mostOnOne }) => mostOnOne));
  const accepted = served.reduce((sum, one) => sum + one.accepted, 0);
  return [
    `After SIGTERM up to ${most} requests in a row were answered on one kept connection: no answer told its client to leave.`,
    accepted > 0
      ? `After SIGTERM ${count(accepted, 'new connection')} got an answer too.`
      : 'After SIGTERM no new connection got an answer, as far as any was tried.',
    ...(probes.has('answered') ? ['Its readiness probe, on new connections, was answered to the end.'] : []),
    ...(probes.has('failed') ? ['Its readiness probe failed then.'] : []),
  ];
}

/** Its rivals, and what speaks against them. */
function excluded(id: CauseId, { reused }: Survey, facts: RunFacts): string[] {
  const atKill = ['Out of memory: no exit says so.', 'A kill by somebody else: each lived to the end of its grace.'];
  const { others, cutOfOthers } = reused;
  const always = `Connections that are cut at all times: ${cutOfOthers} of ${count(others, 'request')} on kept connections ${others === 1 ? 'was' : 'were'} cut elsewhere.`;
  const byItself = 'A crash or a kill: the exit codes are of apps that end by themselves.';
  const way = 'The way there: no control lane lost these too.';
  return [
    ...(id === 'immediate-exit' ? [byItself] : id === 'kept-connections-cut' ? [always] : atKill),
    ...(controlLanes(facts).size > 0 ? [way] : []),
  ];
}

/** `2.1 s`, or `1.9 s to 2.1 s`. */
function range(us: readonly number[]): string {
  const words = (one: number) => duration(Math.max(0, one) / 1000);
  const least = words(us.reduce((a, b) => Math.min(a, b)));
  const most = words(us.reduce((a, b) => Math.max(a, b)));
  return least === most ? most : `${least} to ${most}`;
}
