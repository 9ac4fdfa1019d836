import { type CommandEnd, runToEnd } from './command.ts';
import { tellUnderWay, untilRolledOut } from './rolled-out.ts';
import type { StepContext, StepOutcome, StepRunner } from './step.ts';
import { Interrupted, orInterrupted } from './wait-for.ts';

/** A command that failed may have begun a rollout; one that has not within this has begun none. */
const afterFailureUs = 2_000_000;

/**
 * Runs a command of the user's on this machine, without a shell; any exit code but 0 fails. Where the command is a rollout
 * the step goes on until that is over, as far as the target sees it.
 */
export const runCommand: StepRunner<'run'> = async (input, context) => {
  const { target, signal, transcript } = context;
  const { command, until, timeoutUs, settleUs } = input;
  const watches = until === 'rolled-out' && target.replicasUnseen !== true;
  if (watches) await orInterrupted(refreshed(context), signal);
  const before = target.state();
  if (watches) tellUnderWay(context);
  const fromMs = performance.now();
  transcript.begin();
  const end = await runToEnd(command, { timeoutUs, signal, onLine: (line) => transcript.line(line) });
  if (signal.aborted) throw new Interrupted(interruptedText(end, context));
  const ended = outcomeOf(end, input, context);
  if (!watches) return ended;
  const isGood = ended.verdict === undefined;
  await orInterrupted(refreshed(context), signal);
  const rollout = await untilRolledOut(
    {
      before,
      withinUs: isGood ? input.withinUs : Math.min(input.withinUs, afterFailureUs),
      // However long the command took, what it has begun is given some time to end.
      timeoutUs: Math.max(timeoutUs / 2, timeoutUs - (performance.now() - fromMs) * 1000),
      settleUs,
    },
    context,
  );
  return isGood ? { ...ended, ...rollout } : besideFailed(ended, rollout);
};

/** That the command failed is what is to be told; what became of a rollout that it had begun is told too. */
function besideFailed(ended: StepOutcome, { hint: _, ...rollout }: StepOutcome): StepOutcome {
  const isWorse = rollout.verdict === 'fail' && rollout.message !== undefined;
  return { ...rollout, ...ended, ...(isWorse && { message: `${ended.message}; ${rollout.message}` }) };
}

/** A command that has just ended may have begun a rollout that nobody has heard of yet. */
async function refreshed({ target }: StepContext): Promise<void> {
  await target.refresh?.();
}

function outcomeOf(end: CommandEnd, { timeoutUs }: { timeoutUs: number }, { transcript }: StepContext): StepOutcome {
  const { lastLine, ...facts } = end;
  const told = { command: { ...facts, log: transcript.name } };
  if (end.exitCode === 0 && !end.timedOut) return told;
  const how = end.timedOut ? `was not done within ${timeoutUs / 1e6} s, and was ended` : endText(end);
  const message = transcript.without(`it ${how}: ${lastWords(lastLine)}`);
  return { ...told, verdict: 'fail', message };
}

function endText({ exitCode, signal }: CommandEnd): string {
  return `ended with ${exitCode ?? signal}`;
}

function interruptedText(end: CommandEnd, { notice }: StepContext): string {
  const text = `the command was told to stop and ${endText(end)}`;
  notice(text);
  return `interrupted: ${text}`;
}

function lastWords(line: string): string {
  return line.slice(0, 500) || 'it printed nothing';
}

/** The last line of an output, for the message of what failed. */
export function lastLine(output: string): string {
  return lastWords(output.trimEnd().split('\n').at(-1) ?? '');
}
