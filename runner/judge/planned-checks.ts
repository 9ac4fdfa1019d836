import { HitlessError } from '../../record/error.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { Fold } from '../../record/fold.ts';
import { controlLanes, factsOfApp } from '../../record/lane-roles.ts';
import type { CheckOutcome } from '../../record/result.ts';
import type { Check, Finding } from '../check/check.ts';
import { checks, defaultChecks } from '../check/checks.ts';
import { ofApp } from './app-lanes.ts';
import { guarded } from './guarded-fold.ts';

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
  fold: Fold<Finding>;
}

/** What decides where a scenario asks for nothing. */
const defaults: readonly AskedCheck[] = defaultChecks.map((name) => ({ name, options: {}, lane: null }));

/**
 * The checks that decide, and every other one with its default options as advice; a check that was asked for some lanes
 * advises on the rest. Throws HITLESS_CHECK_UNKNOWN.
 */
export function planChecks(asked: readonly AskedCheck[] | null, facts: RunFacts): PlannedCheck[] {
  const deciding = asked === null || asked.length === 0 ? defaults : asked;
  return [
    ...deciding.map((one) => plan(checkOf(one), one.options ?? {}, one.lane, true, facts)),
    ...[...checks.values()].flatMap((check) =>
      lanesLeft(check, deciding, facts).map((lane) => plan(check, {}, lane, false, facts)),
    ),
  ];
}

function plan(check: Check, options: unknown, lane: string | null, asked: boolean, facts: RunFacts): PlannedCheck {
  return { name: check.name, lane, asked, fold: guarded(() => foldOf(check, options, lane, facts)) };
}

/** Most checks are shown the app's lanes alone. */
function foldOf(check: Check, options: unknown, lane: string | null, facts: RunFacts): Fold<Finding> {
  if (check.seesControlLanes === true) return check.fold(options, facts, lane);
  return ofApp(check.fold(options, factsOfApp(facts), lane), controlLanes(facts));
}

function notAsked(by: string): Fold<Finding> {
  const message = `Not judged: it is off (${by}).`;
  const hint = 'set it to warn or error';
  const result: Finding = { verdict: 'not-applicable', message, hint, expected: null, actual: null };
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
  return facts.lanes.map(({ name }) => name).filter((name) => !lanes.includes(name));
}

/**
 * What a finding means for the run: a check that was asked for and cannot apply proves nothing, so it is inconclusive;
 * advice can only warn.
 */
export function checkOutcome({ name, lane, asked }: PlannedCheck, finding: Finding): CheckOutcome {
  const { message, expected, actual, hint } = finding;
  return {
    name,
    lane,
    verdict: asked ? decided(finding.verdict) : advised(finding.verdict),
    asked,
    message,
    expected,
    actual,
    ...(hint === undefined ? {} : { hint }),
  };
}

function decided(verdict: Finding['verdict']): CheckOutcome['verdict'] {
  return verdict === 'not-applicable' ? 'inconclusive' : verdict;
}

function advised(verdict: Finding['verdict']): CheckOutcome['verdict'] {
  if (verdict === 'fail' || verdict === 'error') return 'warn';
  return verdict === 'inconclusive' ? 'not-applicable' : verdict;
}
