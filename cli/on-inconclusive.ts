import type { Result } from '../record/result.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import { wrongUse } from './wrong-use.ts';

/** As `--on-inconclusive` and a config write it: what it counts as, tries before, or both. */
export const onInconclusivePattern = '^(fail|warn|pass|retry:[1-9](,(fail|warn|pass))?)$';
export const onInconclusiveWords = 'fail, warn, pass, or retry:N (1 to 9), also with what follows it: retry:2,warn';

/** What is made of a run that could not tell. */
export interface OnInconclusive {
  asked: string;
  /** How often it is run at the most. */
  tries: number;
  /** What it counts as when no try is left; null: inconclusive has an exit code of its own. */
  countsAs: 'fail' | 'warn' | 'pass' | null;
  /** Who says so: a flag, or a place in a config. */
  by: string;
}

/** @throws HitlessError HITLESS_USAGE, at the flag */
export function onInconclusiveOf(asked: string, by: string): OnInconclusive {
  if (!new RegExp(onInconclusivePattern).test(asked))
    throw wrongUse(`${by}: expected ${onInconclusiveWords}, got ${asked || 'nothing'}`);
  const retries = /retry:(\d)/.exec(asked)?.[1];
  const countsAs = (['fail', 'warn', 'pass'] as const).find((word) => asked.endsWith(word)) ?? null;
  return { asked, tries: 1 + Number(retries ?? 0), countsAs, by };
}

type Done = NonNullable<Result['onInconclusive']>['done'];

/** Whether the run could not tell, where that was not what its scenario expects. */
export function isUndecided({ verdict, complete, expectation }: Result): boolean {
  return verdict === 'inconclusive' && complete && expectation?.met !== true;
}

/**
 * The result with what is made of it where it could not tell, or where tries before it could not. The verdict stays.
 * `nth`: which try this is, from 1.
 */
export function withOnInconclusive(result: Result, asked: OnInconclusive | null, nth: number): Result {
  if (asked === null || (!isUndecided(result) && nth === 1)) return result;
  const done = doneWith(result, asked, nth);
  const { tries } = asked;
  return {
    ...result,
    onInconclusive: { asked: asked.asked, done, try: nth, tries, message: messageOf(result, asked, done, nth) },
  };
}

/** What the process says of it. */
export function exitCodeOfDone(result: Result): ExitCode {
  const done = result.onInconclusive?.done;
  if (done === 'warn' || done === 'pass') return exitCodes.pass;
  return done === 'fail' ? exitCodes.fail : exitCodeOf(result);
}

function doneWith(result: Result, { tries, countsAs }: OnInconclusive, nth: number): Done {
  if (!isUndecided(result)) return 'nothing';
  return nth < tries ? 'retry' : (countsAs ?? 'nothing');
}

function messageOf(result: Result, { asked, tries, by }: OnInconclusive, done: Done, nth: number): string {
  const said = by.startsWith('--') ? `${by} ${asked}` : `${asked}, ${by}`;
  const before =
    nth === 1
      ? ''
      : ` ${nth === 2 ? 'A try before this one was' : `${nth - 1} tries before this one were`} inconclusive too.`;
  switch (done) {
    case 'retry':
      return `It could not be told; that was try ${nth} of ${tries}, and the next one follows (${said}).`;
    case 'pass':
    case 'warn':
      return `Inconclusive is ${done === 'warn' ? 'a warning' : 'let pass'} here, with exit code 0 (${said}).${before}`;
    case 'fail':
      return `Inconclusive counts as a failure here, with exit code 1 (${said}).${before}`;
    default:
      return isUndecided(result)
        ? `None of ${nth} tries could tell (${said}).`
        : `This was try ${nth} of ${tries}: ${nth === 2 ? 'the one before it was' : 'those before it were'} inconclusive (${said}).`;
  }
}
