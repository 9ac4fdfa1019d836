import type { BenchResult, BenchRound } from '../../record/bench-result.ts';
import { HitlessError } from '../../record/error.ts';
import { LatencyHistogram } from '../../record/histogram.ts';

/** A limit that a stage has to hold. */
export type Objective = { asked: string } & (
  | {
      /** So large a share of all requests has its good answer within `ms`. 1: each of them. */
      kind: 'latency';
      share: number;
      ms: number;
    }
  | { kind: 'failed'; atMost: number }
  | { kind: 'rate'; atLeast: number }
);

type Verdict = BenchResult['objectives'][number];
/** What of a round an objective is judged by. */
type Judged = Pick<
  BenchRound,
  'sent' | 'unsent' | 'ok' | 'failed' | 'unanswered' | 'measured' | 'histogram' | 'ratePerS'
>;

const forms =
  /^(?:p(?<percentile>\d{1,2}(?:\.\d{1,3})?)|(?<word>max|failed|rate))\s*(?<sign><=?|>=?|=)\s*(?<value>[\d.]+)\s*(?<unit>ms|s|%)?$/;

/**
 * Reads `p99<50ms`, `max<1s`, `failed<1%`, `failed=0`, `rate>1000`.
 *
 * @throws HitlessError HITLESS_OBJECTIVE
 */
export function objectiveOf(asked: string): Objective {
  const { percentile, word, sign, value = '', unit } = forms.exec(asked.trim())?.groups ?? {};
  const number = Number(value);
  if (sign === undefined || Number.isNaN(number)) throw wrong(asked);
  const isBelow = sign.startsWith('<');
  if (percentile !== undefined || word === 'max') {
    if (!isBelow || (unit !== 'ms' && unit !== 's') || number === 0) throw wrong(asked);
    const share = percentile === undefined ? 1 : Number(percentile) / 100;
    if (share === 0) throw wrong(asked);
    return { asked, kind: 'latency', share, ms: unit === 's' ? number * 1000 : number };
  }
  if (word === 'failed') {
    const none = sign === '=' && number === 0;
    if (!none && (!isBelow || unit !== '%' || number > 100)) throw wrong(asked);
    return { asked, kind: 'failed', atMost: number / 100 };
  }
  if (!sign.startsWith('>') || unit !== undefined) throw wrong(asked);
  return { asked, kind: 'rate', atLeast: number };
}

/**
 * Whether the rounds of a stage, taken together, hold an objective. Whatever went wrong counts as later than any limit:
 * a request that failed was no fast one. Where the generator was the limit, what was slow may be its own doing.
 */
export function judgeObjective(
  objective: Objective,
  { name, rounds, generatorLimited }: { name: string; rounds: readonly Judged[]; generatorLimited: boolean },
): Verdict {
  const { asked } = objective;
  const found = measured(objective, rounds);
  if (found === null)
    return { asked, stage: name, verdict: 'cannot tell', message: `${asked}: nothing was measured in ${name}` };
  const message = `${asked} is ${found.held ? 'held' : 'broken'} in ${name}: ${found.what}`;
  // A request that failed has failed, however late it was sent.
  const isSure = !generatorLimited || (objective.kind === 'failed' && !found.held);
  if (isSure) return { asked, stage: name, verdict: found.held ? 'held' : 'broken', message };
  const told = `${asked} cannot be told in ${name}, as the generator was the limit: ${found.what}`;
  return { asked, stage: name, verdict: 'cannot tell', message: told };
}

function measured(objective: Objective, rounds: readonly Judged[]): { held: boolean; what: string } | null {
  const sum = (of: (round: Judged) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const bad = sum(({ failed, unanswered }) => failed + unanswered);
  if (objective.kind === 'rate') {
    if (rounds.length === 0) return null;
    const rate = sum(({ ratePerS }) => ratePerS) / rounds.length;
    return { held: rate >= objective.atLeast, what: `${rate.toFixed(1)} good answers a second` };
  }
  if (objective.kind === 'failed') {
    const sent = sum((round) => round.sent);
    if (sent === 0) return null;
    const share = bad / sent;
    return { held: share <= objective.atMost, what: `${bad} of ${sent} requests failed` };
  }
  const good = sum((round) => round.measured);
  const all = good + bad;
  if (all === 0) return null;
  const histogram = new LatencyHistogram();
  for (const round of rounds) if (round.measured > 0) histogram.merge(LatencyHistogram.decode(round.histogram));
  const within = objective.share * all;
  const name = objective.share === 1 ? 'the longest' : `p${Number((objective.share * 100).toFixed(3))}`;
  if (within > good)
    return { held: false, what: `${bad} of ${all} requests had no good answer, and count as too late` };
  const ms = histogram.atShareMs(Math.min(1, within / good)) as number;
  const failed = bad === 0 ? '' : `, with ${bad} that failed`;
  return { held: ms < objective.ms, what: `${name} is ${Number(ms.toPrecision(3))} ms${failed}` };
}

function wrong(asked: string): HitlessError {
  return new HitlessError('HITLESS_OBJECTIVE', `"${asked}" is no objective`, {
    blame: 'usage',
    hint: 'Such are p99<50ms, p99.9<1s, max<2s, failed<1%, failed=0 and rate>1000.',
  });
}
