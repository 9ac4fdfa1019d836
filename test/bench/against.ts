import { parseArgs } from 'node:util';
import { showError } from '../../cli/error-screen.ts';
import { Interruption } from '../../cli/interruption.ts';
import { toleranceOf } from '../../cli/tolerance.ts';
import { wrongUse } from '../../cli/wrong-use.ts';
import { calibrated } from './against/calibration.ts';
import { Kept, type Kind, kinds, readKept, refuseOther, type Settings, type Trial } from './against/kept.ts';
import { originNow } from './against/origin.ts';
import { summary, trialText } from './against/summary.ts';
import { compare, removeLeftovers } from './against/trial.ts';

/**
 * How often `hitless bench A --against B` is right: node test/bench/against.ts --trials 100 --seconds 60 --keep FILE
 * A trial starts two servers anew, compares them, and asks the servers themselves what they used for each request.
 */
const options = {
  /** Of each kind, those that FILE has already among them. */
  trials: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '60' },
  /** Of both kinds, which take turns, or of one: identical, slower. */
  kind: { type: 'string', default: kinds.join(',') },
  /** More CPU a request of the slower build. */
  more: { type: 'string', default: '0.05' },
  tolerance: { type: 'string', default: '2%' },
  connections: { type: 'string' },
  /** Of the first trial; the next one has the next. */
  seed: { type: 'string', default: '1' },
  /** A file for the trials, a line of JSON each. What it has is not measured again. */
  keep: { type: 'string' },
  /** Show what FILE has, and measure nothing. */
  summary: { type: 'boolean', default: false },
} as const;

interface Plan extends Settings {
  trials: number;
  kinds: Kind[];
  seed: number;
}

const interruption = new Interruption();
try {
  const { values } = parsed();
  const file = values.keep ?? null;
  if (values.summary) show(file);
  else await measure(planOf(values), file);
} catch (error) {
  if (interruption.exitCode === null) process.exitCode = showError(error, (text) => process.stderr.write(text));
}
if (interruption.exitCode !== null) process.exitCode = interruption.exitCode;
interruption.end();

function parsed() {
  try {
    return parseArgs({ options });
  } catch (error) {
    throw wrongUse((error as Error).message);
  }
}

function show(file: string | null): void {
  if (file === null) throw wrongUse('--summary: --keep says of which file');
  const { trials, cutOff } = readKept(file);
  console.log(summary(trials));
  if (cutOff) console.log('Its last line was cut off, and is left out.');
}

function planOf(values: ReturnType<typeof parsed>['values']): Plan {
  const { trials, seconds, kind, more, tolerance, connections, seed } = values;
  const chosen = kind.split(',').map((name) => {
    const known = kinds.find((each) => each === name);
    if (known === undefined) throw wrongUse(`--kind: expected ${kinds.join(' or ')}, got ${name}`);
    return known;
  });
  return {
    trials: numberOf('trials', trials, 1),
    seconds: numberOf('seconds', seconds, 10),
    kinds: chosen,
    more: moreOf(more),
    tolerance: toleranceOf(tolerance),
    connections: connections === undefined ? null : numberOf('connections', connections, 1),
    seed: numberOf('seed', seed, 0),
  };
}

function numberOf(name: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && Number.isSafeInteger(number)) return number;
  throw wrongUse(`--${name}: expected a whole number from ${least} on, got ${text}`);
}

function moreOf(text: string): number {
  const more = Number(text);
  if (more > 0 && more <= 10) return more;
  throw wrongUse(`--more: expected a share such as 0.05, 10 at most, got ${text}`);
}

/** The kind that has fewest trials is next, so that both are half done when half of the time is over. */
async function measure(plan: Plan, file: string | null): Promise<void> {
  removeLeftovers();
  const kept = new Kept(file);
  if (file !== null) for (const kind of plan.kinds) refuseOther(file, kept.trials, kind, plan);
  const countOf = (kind: Kind) => kept.trials.filter((trial) => trial.kind === kind).length;
  for (;;) {
    const [kind] = plan.kinds.toSorted((a, b) => countOf(a) - countOf(b));
    if (kind === undefined || countOf(kind) >= plan.trials) break;
    const trial = await next(plan, kind, kept);
    kept.add(trial);
    console.log(`${kind} ${countOf(kind)} of ${plan.trials}, seed ${trial.seed}: ${trialText(trial)}`);
  }
  console.log(`\n${summary(kept.trials)}`);
}

async function next(plan: Plan, kind: Kind, kept: Kept): Promise<Trial> {
  const { seconds, tolerance, connections } = plan;
  const { extra, more } = kind === 'slower' ? await calibrated(kept, plan, interruption.signal) : { extra: 0, more: 0 };
  const seed = freeSeed(plan.seed, kind, kept.trials);
  const [beganAt, origin] = [new Date().toISOString(), originNow()];
  const asked = { extra, seed, seconds, tolerance, connections };
  const { result, effect, usedUs, truth } = await compare(asked, interruption.signal);
  return {
    kept: 'trial',
    kind,
    seed,
    beganAt,
    seconds,
    tolerance,
    connections,
    moreAsked: kind === 'slower' ? plan.more : 0,
    more,
    extra,
    verdict: effect.verdict,
    reasons: effect.reasons,
    measures: effect.measures.filter(({ decides }) => decides),
    truth,
    usedUs,
    noise: { ...result.noise, blocks: effect.noise },
    origin,
  };
}

function freeSeed(from: number, kind: Kind, trials: readonly Trial[]): number {
  const taken = new Set(trials.filter((trial) => trial.kind === kind).map(({ seed }) => seed));
  let seed = from;
  while (taken.has(seed)) seed++;
  return seed;
}
