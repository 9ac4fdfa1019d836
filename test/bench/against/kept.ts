import { appendFileSync, existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { BenchSchema } from '../../../record/bench-result.ts';
import { EffectSchema } from '../../../record/effect.ts';
import { HitlessError } from '../../../record/error.ts';
import { assertSchema } from '../../../record/json-file.ts';
import { Count, literals, nullable } from '../../../record/result-values.ts';
import { OriginSchema } from './origin.ts';

/** identical: the same build twice. slower: the candidate works more for each request. */
export const kinds = ['identical', 'slower'] as const;
export type Kind = (typeof kinds)[number];

const connections = nullable(Type.Integer({ minimum: 1 }));
const origin = OriginSchema;

const TrialSchema = Type.Object({
  kept: Type.Literal('trial'),
  kind: literals(kinds),
  seed: Type.Integer(),
  beganAt: Type.String(),
  seconds: Type.Number({ exclusiveMinimum: 0 }),
  tolerance: Type.Number({ exclusiveMinimum: 0 }),
  /** null: as many as hitless takes by itself. */
  connections,
  /** Share of CPU time that was asked for on top, and what it is by calibration; 0 of identical builds. */
  moreAsked: Type.Number({ minimum: 0 }),
  more: Type.Number({ minimum: 0 }),
  /** Rounds of work for that. */
  extra: Count,
  verdict: EffectSchema.properties.verdict,
  reasons: EffectSchema.properties.reasons,
  /** Those that decide. */
  measures: EffectSchema.properties.measures,
  /** By the servers' own account: candidate / baseline - 1, and CPU time for each request. */
  truth: Type.Number(),
  usedUs: Type.Object({ candidate: Type.Number(), baseline: Type.Number() }),
  noise: Type.Intersect([BenchSchema.properties.noise, Type.Object({ blocks: EffectSchema.properties.noise })]),
  origin,
});

const CalibrationSchema = Type.Object({
  kept: Type.Literal('calibration'),
  beganAt: Type.String(),
  connections,
  moreAsked: Type.Number({ exclusiveMinimum: 0 }),
  more: Type.Number({ exclusiveMinimum: 0 }),
  extra: Type.Integer({ minimum: 1 }),
  origin,
});

export type Trial = Static<typeof TrialSchema>;
export type Calibration = Static<typeof CalibrationSchema>;
export type Settings = Pick<Trial, 'seconds' | 'tolerance' | 'connections'> & { more: number };

export interface Contents {
  trials: Trial[];
  calibrations: Calibration[];
  /** Bytes of the lines that are whole; behind them is what a kill left of one. */
  wholeBytes: number;
  cutOff: boolean;
}

/** Trials in a file, a line of JSON each: what was measured for hours outlasts whatever ends the process. */
export class Kept {
  readonly trials: Trial[];
  readonly calibrations: Calibration[];
  readonly #file: string | null;
  #bytes = 0;

  /** null: they are kept in memory alone. Throws as readKept does. */
  constructor(file: string | null) {
    const { trials, calibrations, wholeBytes } = file !== null && existsSync(file) ? readKept(file) : nothing();
    [this.trials, this.calibrations, this.#file, this.#bytes] = [trials, calibrations, file, wholeBytes];
    if (file === null || !existsSync(file)) return;
    truncateSync(file, wholeBytes);
    if (wholeBytes > 0 && readFileSync(file).at(-1) !== newline) this.#append('\n');
  }

  add(one: Trial | Calibration): void {
    this.#append(`${JSON.stringify(one)}\n`);
    if (one.kept === 'trial') this.trials.push(one);
    else this.calibrations.push(one);
  }

  /** Two that write at once would disturb each other's measurement, and have the same seeds. */
  #append(text: string): void {
    if (this.#file === null) return;
    const size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    if (size !== this.#bytes) throw wrong(this.#file, 'somebody else has written to it meanwhile', undefined);
    appendFileSync(this.#file, text);
    this.#bytes += Buffer.byteLength(text);
  }
}

const newline = '\n'.charCodeAt(0);
/** What each line begins with: anything else is somebody's file, of which nothing is to be cut off. */
const beginning = '{"kept":"';

function nothing(): Contents {
  return { trials: [], calibrations: [], wholeBytes: 0, cutOff: false };
}

/** Throws HITLESS_USAGE, with the line that is no trial, that has a seed again, or that was measured in another way. */
export function readKept(file: string): Contents {
  const bytes = readBytes(file);
  const contents = nothing();
  let line = 0;
  while (contents.wholeBytes < bytes.length) {
    line++;
    const from = contents.wholeBytes;
    const end = bytes.indexOf(newline, from);
    const text = bytes.toString('utf8', from, end === -1 ? bytes.length : end);
    const value = parsed(text);
    if (value === undefined && end === -1 && (text.startsWith(beginning) || beginning.startsWith(text)))
      return { ...contents, cutOff: true };
    take(value, contents, file, line);
    contents.wholeBytes = end === -1 ? bytes.length : end + 1;
  }
  return contents;
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw wrong(file, `it cannot be read: ${(error as Error).message}`, undefined);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function take(value: unknown, { trials, calibrations }: Contents, file: string, line: number): void {
  if (isOf<Calibration>(CalibrationSchema, value)) {
    calibrations.push(value);
    return;
  }
  if (!isOf<Trial>(TrialSchema, value)) throw wrong(file, 'this is no trial', line);
  const { kind, seed } = value;
  if (trials.some((other) => other.kind === kind && other.seed === seed))
    throw wrong(file, `seed ${seed} of ${kind} is there twice`, line);
  const differs = trials.map((other) => difference(other, value)).find((found) => found !== null) ?? null;
  if (differs !== null) throw wrong(file, `trials that were measured in different ways: ${differs}`, line);
  trials.push(value);
}

function isOf<T>(schema: object, value: unknown): value is T {
  try {
    assertSchema<T>(schema, value, 'line');
    return true;
  } catch {
    return false;
  }
}

/** Throws HITLESS_USAGE where what is asked for is not what `trials` were measured with. `kind`: whose trials come next. */
export function refuseOther(file: string, trials: readonly Trial[], kind: Kind, settings: Settings): void {
  const next = { ...settings, kind, moreAsked: kind === 'slower' ? settings.more : 0 };
  for (const trial of trials) {
    const differs = difference(trial, next);
    if (differs !== null)
      throw wrong(
        file,
        `its trials were measured in another way: ${differs}`,
        undefined,
        'Keep these in another file.',
      );
  }
}

type Measured = Pick<Trial, 'kind' | 'seconds' | 'tolerance' | 'connections' | 'moreAsked'>;

/** In words, with the name of the option; null: they may be counted together. */
function difference(before: Measured, after: Measured): string | null {
  const named = [
    ['--seconds', before.seconds, after.seconds],
    ['--tolerance', percentText(before.tolerance), percentText(after.tolerance)],
    ['--connections', before.connections ?? 'not given', after.connections ?? 'not given'],
    ...(before.kind === after.kind ? [['--more', before.moreAsked, after.moreAsked] as const] : []),
  ] as const;
  const found = named.find(([, was, is]) => was !== is);
  return found === undefined ? null : `${found[0]} ${found[1]} there, and ${found[2]} here`;
}

function percentText(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}

function wrong(file: string, what: string, line: number | undefined, hint?: string): HitlessError {
  return new HitlessError('HITLESS_USAGE', what, {
    blame: 'usage',
    location: { file, ...(line !== undefined && { line }) },
    ...(hint !== undefined && { hint }),
  });
}
