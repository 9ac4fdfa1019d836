import { foldAttempts } from '../../record/attempts-reader.ts';
import type { RunFacts, StepFacts } from '../../record/facts.ts';
import { readFacts } from '../../record/facts-file.ts';
import { appTraffic, controlLanes, factsOfApp } from '../../record/lane-roles.ts';
import { NamedPods } from '../../record/named-pods.ts';
import type { CheckOutcome, LaneTrafficResult, OutageResult, Result, Verdict } from '../../record/result.ts';
import { runFiles } from '../../record/run-folder.ts';
import type { Finding } from '../check/check.ts';
import { type Cause, causeOfOutage, type Diagnosis, diagnosis } from '../diagnosis/diagnosis.ts';
import { accessLogResult, hiddenLosses } from './access-log.ts';
import { ofApp } from './app-lanes.ts';
import { ledgerResult } from './engine-notes.ts';
import { firstFailures } from './failures.ts';
import { type Ground, groundsAgainst } from './grounds.ts';
import { hints } from './hints.ts';
import { type CheckLevel, Levels } from './levels.ts';
import { type AskedCheck, checkOutcome, namedChecks, type PlannedCheck, planChecks } from './planned-checks.ts';
import { power } from './power.ts';
import { replicas } from './replicas.ts';
import { retold } from './retold.ts';
import { rollback } from './rollback.ts';
import { series } from './series.ts';
import { type TerminationLosses, terminationLosses } from './termination-losses.ts';
import { type TrafficByLane, trafficByLane } from './traffic-by-lane.ts';
import { unseenSteps } from './unseen-steps.ts';
import { byWorst, worst } from './verdict.ts';

type Series = Result['series'];
type Failures = Result['failures'];
type Replicas = Result['replicas'];
type Rollback = NonNullable<Result['rollback']> | null;

export interface Question {
  /** null or none: zero-failed and max-outage decide. */
  asked: readonly AskedCheck[] | null;
  expectation: { verdict: Verdict; causes: string[] } | null;
  /** What checks may do to the verdict, where a config or a flag says so. */
  levels?: readonly CheckLevel[];
}

/** A run's folder, or what is in it. */
export type RecordOfRun =
  | { folder: string }
  | {
      facts: RunFacts;
      attempts: string;
      /** The run goes on: that its record has no end yet is no fault. */
      goesOn?: boolean;
    };

/**
 * Judges a run by its record alone: everything that result.json holds, in memory that does not grow with the number of
 * attempts, but for some 80 bytes for each that failed (max-outage). Throws as readFacts and readAttempts do, and HITLESS_CHECK_UNKNOWN.
 */
export function judge({ asked, expectation, levels: given = [], ...record }: RecordOfRun & Question): Result {
  const all = withEnd('folder' in record ? readFacts(runFiles(record.folder)) : record.facts);
  // What was sent to a control lane's server says nothing of the app: those few that compare the two see both.
  const facts = factsOfApp(all);
  const control = controlLanes(all);
  const path = 'folder' in record ? runFiles(record.folder).attempts : record.attempts;
  const levels = new Levels(given);
  const planned = planChecks(asked, all, levels);
  const notJudged = levels.silenced(namedChecks(asked));
  const folded = foldAttempts<
    [TrafficByLane, Series, Failures, Replicas, TerminationLosses, StepFacts[], Rollback, Diagnosis, ...Finding[]]
  >(
    path,
    [
      trafficByLane(all),
      ofApp(series(facts), control),
      ofApp(firstFailures(facts), control),
      ofApp(replicas(facts), control),
      ofApp(terminationLosses(facts), control),
      ofApp(unseenSteps(facts), control),
      ofApp(rollback(facts), control),
      diagnosis(all),
      ...planned.map(({ fold }) => fold),
    ],
    new NamedPods(facts.target.names, facts.events),
  );
  const [
    traffic,
    seriesOfRun,
    failures,
    replicasOfRun,
    losses,
    unseen,
    wayBack,
    { causes, losses: explained },
    ...findings
  ] = folded.results;
  const checks = findings.map((finding, index) => checkOutcome(planned[index] as PlannedCheck, finding));
  const trafficOfApp = appTraffic(traffic);
  const grounds = groundsAgainst({
    facts,
    traffic: trafficOfApp,
    unseen,
    checks,
    contradictions: traffic.contradictions,
    ended: folded.ended || ('goesOn' in record && record.goesOn === true),
  });
  const verdict = worst(grounds.map((ground) => ground.verdict));
  return {
    schema: 'hitless/result@1',
    complete: facts.complete,
    verdict,
    reasons: [
      ...reasonsOf(grounds, checks),
      ...besideFailedCommand(facts, checks),
      ...(wayBack === null ? [] : [wayBack.message]),
      ...hiddenLosses(facts),
    ],
    ...(verdict === 'inconclusive' && { toConclude: toConclude(grounds) }),
    expectation: expectation && { ...expectation, met: isMet(expectation, verdict, causes) },
    ...retold(facts),
    ...(wayBack !== null && { rollback: wayBack }),
    ...(facts.accessLog !== undefined && { accessLog: accessLogResult(facts.accessLog) }),
    ...(facts.ledger !== undefined && { ledger: ledgerResult(facts.ledger) }),
    traffic: traffic.traffic,
    checks,
    ...(notJudged.length > 0 && { notJudged }),
    causes,
    unexplained: unexplained(trafficOfApp, causes),
    hints: hints(facts, trafficOfApp).filter(({ id }) => !causes.some((cause) => cause.id === id)),
    outages: outagesOf(findings).map((one) => ({ ...one, cause: causeOfOutage(one, explained, all) })),
    failures,
    replicas: replicasOfRun,
    series: seriesOfRun,
    percentiles: traffic.percentiles,
    power: power(facts, traffic, losses),
  };
}

/** A killed run did not come to write when its traffic ended: at the latest thing that is known of it. */
function withEnd(facts: RunFacts): RunFacts {
  if (facts.complete) return facts;
  const known = [...facts.steps.map(({ toUs }) => toUs), ...facts.events.map(({ latestUs }) => latestUs)];
  return { ...facts, trafficToUs: known.reduce((a, b) => Math.max(a, b), facts.trafficToUs) };
}

function reasonsOf(grounds: readonly Ground[], checks: readonly CheckOutcome[]): string[] {
  const against = grounds.toSorted((a, b) => byWorst(a.verdict, b.verdict)).map(({ reason }) => reason);
  const reasons = against.length > 0 ? against : checks.filter(({ asked }) => asked).map(({ message }) => message);
  return [...new Set(reasons)];
}

/** Who hears that the deploy command failed wants to know of the traffic too. */
function besideFailedCommand({ steps }: RunFacts, checks: readonly CheckOutcome[]): string[] {
  if (!steps.some(({ command, verdict }) => command !== undefined && verdict === 'fail')) return [];
  return checks.filter(({ asked, verdict }) => asked && verdict === 'pass').map(({ message }) => message);
}

function toConclude(grounds: readonly Ground[]): string[] {
  return [...new Set(grounds.flatMap((ground) => (ground.verdict === 'inconclusive' ? [ground.toConclude] : [])))];
}

/** The expected verdict came, and every cause that was expected was found. */
function isMet(expected: NonNullable<Question['expectation']>, verdict: Verdict, found: readonly Cause[]): boolean {
  return expected.verdict === verdict && expected.causes.every((cause) => found.some(({ id }) => id === cause));
}

function unexplained(traffic: readonly LaneTrafficResult[], causes: readonly Cause[]): number {
  const lost = traffic.reduce((sum, { failed, unanswered }) => sum + failed + unanswered, 0);
  return causes.reduce((left, { failures }) => left - failures, lost);
}

/** Two checks that saw the same outage (one of them as advice on other lanes) tell it once. */
function outagesOf(findings: readonly Finding[]): OutageResult[] {
  const all = findings.flatMap(({ outages }) => outages ?? []);
  const byPlace = new Map(all.map((outage) => [`${outage.kind} ${outage.lane} ${outage.fromMs}`, outage]));
  return [...byPlace.values()].toSorted((a, b) => a.fromMs - b.fromMs);
}
