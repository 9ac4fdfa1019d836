import type { Type } from 'typebox';
import type { RunFacts } from '../../record/facts.ts';
import type { Fold } from '../../record/fold.ts';
import type { CheckOutcome, OutageResult } from '../../record/result.ts';

/** What a check says; the runner adds its name, lane, and whether it was asked for. */
export interface Finding extends Pick<CheckOutcome, 'verdict' | 'message' | 'expected' | 'actual' | 'hint'> {
  /** Of max-outage. */
  outages?: OutageResult[];
}

/**
 * A check: a fold over the attempts with what the run's facts say, pure. Deciding and advising differ only in what the
 * runner makes of `fail`: a check that was not asked for can say `warn` at the worst, and one that had no samples is
 * inconclusive when asked for, `not-applicable` when not. A finding that is either carries a hint.
 */
export interface Check<Options = unknown> {
  readonly name: string;
  /** One line, for `hitless list` and the docs. */
  readonly summary: string;
  /** Of its options in a scenario; every field is optional. */
  readonly options: Type.TSchema;
  /** The probability that it raises a false alarm in a run of a healthy deployment. */
  readonly falseAlarm: number;
  /** What a pass of it rests on, where an engine may not see all of that: that no request was lost, or how long each took. */
  readonly restsOn?: 'losses' | 'times';
  /** It is shown the attempts and the facts of control lanes too; without it those of the app's lanes alone. */
  readonly seesControlLanes?: boolean;
  /** lane: judge this lane's attempts alone; null for all. */
  fold(options: Options, facts: RunFacts, lane: string | null): Fold<Finding>;
}
