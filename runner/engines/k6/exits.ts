import { HitlessError } from '../../../record/error.ts';
import type { EngineFinding } from '../../../record/facts.ts';
import { shortLine } from './ending.ts';

/** How k6 ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What it means for the run: nothing, a finding that counts as a check, or that the run is an error. */
export type Meaning = { error: HitlessError } | { finding: EngineFinding } | null;

interface Known {
  what: string;
  hint: string;
  blame?: 'usage';
}

const seeLog = 'What k6 itself said is in the log of the lane, in the folder of the run.';

/** k6's exit codes that make a run an error (errext/exitcodes of k6; docs, error codes). */
const failures: Record<number, Known> = {
  97: { what: 'its cloud run failed', hint: 'Run without its cloud: the script is not to name one.' },
  98: { what: 'it lost sight of its cloud run', hint: 'Run without its cloud: the script is not to name one.' },
  100: { what: 'setup() of the script took too long', hint: 'Give it more time with the option setupTimeout.' },
  101: { what: 'teardown() of the script took too long', hint: 'Give it more time with the option teardownTimeout.' },
  102: { what: 'something of the script took too long', hint: seeLog },
  103: { what: 'somebody stopped it through its REST API', hint: 'Let it come to its end.' },
  104: { what: 'the options of the script are not valid', hint: 'Mend the options.', blame: 'usage' },
  105: { what: 'somebody sent it a signal', hint: 'Let it come to its end.' },
  106: { what: 'its REST API could not start', hint: seeLog },
  107: { what: 'the script threw an exception or could not be read', hint: 'Mend the script.', blame: 'usage' },
  109: { what: 'k6 itself crashed', hint: seeLog },
  255: { what: 'it could not begin', hint: 'Does the script export a function, and can all that it reads be read?' },
};

/** Of an end that we did not ask for. `lastWords`: what k6 logged as an error, the last line first. */
export function meaningOf({ code, signal }: Exit, lane: string, lastWords: readonly string[]): Meaning {
  const words = lastWords.length === 0 ? '' : `: ${shortLine(lastWords[0] as string, 300)}`;
  // 99 is told by the thresholds themselves.
  if (code === 0 || code === 99) return null;
  if (code === 108)
    return {
      finding: {
        name: 'k6-abort',
        verdict: 'inconclusive',
        message: `The script ended its own run with test.abort()${words}.`,
        hint: 'see why the script gave up',
        expected: null,
        actual: 'exit code 108',
      },
    };
  if (code === 110)
    return {
      finding: {
        name: 'k6-fail',
        verdict: 'fail',
        message: `The script said with test.fail() that the test failed${words}.`,
        expected: null,
        actual: 'exit code 110',
      },
    };
  if (signal !== null || code === null) return ended(lane, `was killed half-way, by ${signal ?? 'a signal'}`, words);
  const known = failures[code];
  if (known === undefined) return ended(lane, `ended with the exit code ${code}`, words);
  const error = new HitlessError('HITLESS_K6_EXIT', `k6 of lane ${lane} ended, as ${known.what} (${code})${words}`, {
    blame: known.blame ?? 'environment',
    hint: known.hint,
  });
  return { error };
}

function ended(lane: string, how: string, words: string): Meaning {
  const message = `k6 of lane ${lane} ${how}${words}`;
  return { error: new HitlessError('HITLESS_K6_EXIT', message, { blame: 'environment', hint: seeLog }) };
}
