import type { BenchResult } from '../../record/bench-result.ts';

type Search = NonNullable<BenchResult['search']>;
export type Trial = Search['tried'][number];

export interface SearchOptions {
  objective: string;
  /** Requests a second that are tried first. */
  from: number;
  /** More is not tried. */
  most: number;
  /** The search ends where the rate that holds and the one that does not are so near: their ratio minus 1. */
  precision: number;
  /** The rate that was found has to hold so many times more. */
  confirmations: number;
}

/** Less than that is not tried: a stage has hardly a request then. */
const leastRate = 1;
/** A rate that was found and does not hold again gives way to one that is so much lower. */
const backOff = 0.9;
const mostBackOffs = 10;

/**
 * The highest rate that holds the objective: doubled until one does not, halved between the two after that, in ratios,
 * then confirmed, as of many trials that could go either way the one that went well would be believed. `cannot tell` (the
 * generator was the limit) never counts as held, and never as the server's failure: tried once more, it then bounds the
 * search from above.
 */
export async function searchRate(
  { objective, from, most, precision, confirmations }: SearchOptions,
  attempt: (rate: number) => Promise<Trial>,
): Promise<Search> {
  const tried: Trial[] = [];
  const tryRate = async (rate: number) => {
    const trial = await attempt(rate);
    tried.push(trial);
    return trial.result;
  };
  const tryTwice = async (rate: number) => {
    const result = await tryRate(rate);
    return result === 'cannot tell' ? tryRate(rate) : result;
  };
  const told = (rate: number | null): Search => ({ objective, ...conclusion(rate, tried, most), tried });

  let held: number | null = null;
  let above: number | null = null;
  for (let rate = from; above === null; rate = Math.min(most, rate * 2)) {
    if ((await tryTwice(rate)) === 'held') {
      held = rate;
      if (rate >= most) break;
    } else above = rate;
  }
  for (let rate = from / 2; held === null && rate >= leastRate; rate /= 2) {
    if ((await tryTwice(rounded(rate))) === 'held') held = rounded(rate);
    else above = rounded(rate);
  }
  if (held === null) return told(null);
  while (above !== null && above / held > 1 + precision) {
    const middle = rounded(Math.sqrt(held * above));
    if (middle <= held || middle >= above) break;
    if ((await tryTwice(middle)) === 'held') held = middle;
    else above = middle;
  }
  for (let backOffs = 0; backOffs <= mostBackOffs; backOffs++) {
    let confirmed = 0;
    while (confirmed < confirmations && (await tryTwice(held)) === 'held') confirmed++;
    if (confirmed === confirmations) return told(held);
    held = rounded(held * backOff);
    if (held < leastRate) break;
  }
  return told(null);
}

/** Three digits, as nobody can tell apart what is nearer. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}

function conclusion(
  rate: number | null,
  tried: readonly Trial[],
  most: number,
): Pick<Search, 'highestRate' | 'lowestBroken' | 'limitedBy' | 'message'> {
  const broken = tried.filter(({ result }) => result === 'broken').map((trial) => trial.rate);
  const lowestBroken = broken.length === 0 ? null : Math.min(...broken);
  const unknown = tried.filter((trial) => trial.result === 'cannot tell' && trial.rate > (rate ?? 0));
  const lowestUnknown = Math.min(...unknown.map((trial) => trial.rate));
  const generator = unknown.length > 0 && lowestUnknown < (lowestBroken ?? Number.POSITIVE_INFINITY);
  const limitedBy = generator ? 'generator' : lowestBroken === null ? 'limit' : 'server';
  const found = rate === null ? 'no rate held the objective' : `${rate} requests a second hold the objective`;
  const why = {
    generator: `at ${lowestUnknown} the generator was the limit, or may have been, so the server may do more`,
    server: `${lowestBroken} did not`,
    limit: `more than ${most} was not to be tried`,
  }[limitedBy];
  return { highestRate: rate, lowestBroken, limitedBy, message: `${found}; ${why}` };
}
