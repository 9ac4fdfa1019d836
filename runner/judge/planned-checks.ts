import { HitlessError } from '../../record/error.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { Fold } from '../../record/fold.ts';
import { controlLanes, factsOfApp } from '../../record/lane-roles.ts';
import type { CheckOutcome } from '../../record/result.ts';
import type { Check, Finding } from '../check/check.ts';
import { checks, defaultChecks } from '../check/checks.ts';
import { ofApp } from './app-lanes.ts';
import { guarded } from './guarded-fold.ts';
import { Levels } from './levels.ts';
import { withinSight } from './within-sight.ts';

/** A check that was asked for: a shipped one by its name, or one of the scenario's own. */
export interface AskedCheck {
  name: string;
  options: unknown;
  lane: string | null;
  check?: Check;
}

export interface PlannedCheck {
  name: string;
  lane: string | null;
  asked: boolean;
  /** Somebody said that it is not to decide. */
  level?: 'off' | 'warn';
  fold: Fold<Finding>;
}

/** What decides where a scenario asks for nothing. */
const defaults: readonly AskedCheck[] = defaultChecks.map((name) => ({ name, options: {}, lane: null }));

/** The checks that are to decide where no level says otherwise. */
export function namedChecks(asked: readonly AskedCheck[] | null): readonly AskedCheck[] {
  return asked === null || asked.length === 0 ? defaults : asked;
}

/**
 * The checks that decide, and every other one with its default options as advice; a check that was asked for some lanes
 * advises on the rest. One whose level is off is not asked at all. What an engine found by itself decides too. Throws HITLESS_CHECK_UNKNOWN.
 */
export function planChecks(
  asked: readonly AskedCheck[] | null,
  facts: RunFacts,
  levels: Levels = new Levels([]),
): PlannedCheck[] {
  const named = namedChecks(asked);
  const deciding = [...named, ...levels.added(named)];
  return [
    ...deciding.map((one) => planAsked(one, facts, levels)),
    ...engineFindings(facts),
    ...[...checks.values()]
      .filter(({ name }) => levels.of({ name })?.level !== 'off')
      .flatMap((check) => lanesLeft(check, deciding, facts).map((lane) => plan(check, {}, lane, false, facts))),
  ];
}

/** What an engine found by itself: whoever runs a script with thresholds asks for them. */
function engineFindings({ lanes }: RunFacts): PlannedCheck[] {
  return lanes.flatMap(({ name: lane, findings = [] }) =>
    findings.map(({ name, ...result }) => ({ name, lane, asked: true, fold: alreadyKnown(result) })),
  );
}

function planAsked(one: AskedCheck, facts: RunFacts, levels: Levels): PlannedCheck {
  const check = checkOf(one);
  const said = levels.of(one);
  if (said?.level === 'off')
    return { name: check.name, lane: one.lane, asked: false, level: 'off', fold: notAsked(said.by) };
  const planned = plan(check, one.options ?? {}, one.lane, said?.level !== 'warn', facts);
  return said?.level === 'warn' ? { ...planned, level: 'warn' } : planned;
}

function plan(check: Check, options: unknown, lane: string | null, asked: boolean, facts: RunFacts): PlannedCheck {
  const fold = guarded(() => withinSight(check, foldOf(check, options, lane, facts), facts, lane));
  return { name: check.name, lane, asked, fold };
}

/** Most checks are shown the app's lanes alone. */
function foldOf(check: Check, options: unknown, lane: string | null, facts: RunFacts): Fold<Finding> {
  if (check.seesControlLanes === true) return check.fold(options, facts, lane);
  return ofApp(check.fold(options, factsOfApp(facts), lane), controlLanes(facts));
}

function notAsked(by: string): Fold<Finding> {
  const message = `Not judged: it is off (${by}).`;
  const hint = 'set it to warn or error';
  return alreadyKnown({ verdict: 'not-applicable', message, hint, expected: null, actual: null });
}

function alreadyKnown(result: Finding): Fold<Finding> {
  return { batch: () => {}, done: () => ({ result }) };
}

function checkOf({ name, check }: AskedCheck): Check {
  const found = check ?? checks.get(name);
  if (found !== undefined) return found;
  throw new HitlessError('HITLESS_CHECK_UNKNOWN', `there is no check named ${name}`, {
    blame: 'usage',
    hint: `There are ${[...checks.keys()].join(', ')}.`,
  });
}

function lanesLeft(check: Check, deciding: readonly AskedCheck[], facts: RunFacts): (string | null)[] {
  const lanes = deciding.filter(({ name }) => name === check.name).map(({ lane }) => lane);
  if (lanes.length === 0) return [null];
  if (lanes.includes(null)) return [];
  return factsOfApp(facts)
    .lanes.map(({ name }) => name)
    .filter((name) => !lanes.includes(name));
}

/**
 * What a finding means for the run: a check that was asked for and cannot apply proves nothing, so it is inconclusive;
 * advice, and what a level silences, can only warn.
 */
export function checkOutcome({ name, lane, asked, level }: PlannedCheck, finding: Finding): CheckOutcome {
  const { message, expected, actual, hint } = finding;
  return {
    name,
    lane,
    verdict: verdictOf(finding.verdict, asked, level),
    asked,
    message,
    expected,
    actual,
    ...(hint === undefined ? {} : { hint }),
    ...(level === undefined ? {} : { level }),
  };
}

/** What was to decide and is silenced is heard even where it could not tell. */
function verdictOf(verdict: Finding['verdict'], asked: boolean, level: PlannedCheck['level']): CheckOutcome['verdict'] {
  if (asked) return decided(verdict);
  return level === 'warn' && verdict === 'inconclusive' ? 'warn' : advised(verdict);
}

function decided(verdict: Finding['verdict']): CheckOutcome['verdict'] {
  return verdict === 'not-applicable' ? 'inconclusive' : verdict;
}

function advised(verdict: Finding['verdict']): CheckOutcome['verdict'] {
  if (verdict === 'fail' || verdict === 'error') return 'warn';
  return verdict === 'inconclusive' ? 'not-applicable' : verdict;
}
