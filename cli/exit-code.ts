import type { HitlessError } from '../record/error.ts';
import type { Result } from '../record/result.ts';

/** What the process says with its exit code. */
export const exitCodes = {
  pass: 0,
  fail: 1,
  usage: 2,
  error: 3,
  inconclusive: 4,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Of one run: whether its expectation was met where it has one, else its verdict. What went wrong outside the app stays visible. */
export function exitCodeOf({ verdict, expectation }: Pick<Result, 'verdict' | 'expectation'>): ExitCode {
  if (expectation?.met) return exitCodes.pass;
  return expectation && verdict === 'pass' ? exitCodes.fail : exitCodes[verdict];
}

const worstFirst: readonly ExitCode[] = [143, 130, 2, 3, 1, 4, 0];

/** Of several runs: the worst wins, error before fail before inconclusive before pass. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return worstFirst.find((code) => codes.includes(code)) ?? exitCodes.pass;
}

/** Of what ended a command before there was a result. */
export function exitCodeOfError({ blame }: HitlessError): ExitCode {
  return { usage: exitCodes.usage, environment: exitCodes.error, app: exitCodes.fail }[blame];
}
