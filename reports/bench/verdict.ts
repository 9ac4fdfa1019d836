import type { BenchResult } from '../../record/bench-result.ts';
import { counted } from '../words.ts';

/** A bench's end in a word, what it says besides, and which of a run's verdicts it is to look like. */
export interface BenchEnd {
  word: string;
  more: string;
  looks: BenchResult['verdict'];
}

/** Where nobody said what is good enough, that it was measured is all there is to say, and what failed beside it. */
export function benchEnd(bench: BenchResult): BenchEnd {
  const { verdict, kind, objectives, search, effect, stages } = bench;
  const isDecided = verdict !== 'pass' || kind === 'scenario' || objectives.length > 0 || search !== undefined;
  if (isDecided || effect !== undefined) return { word: verdict, more: '', looks: verdict };
  const lost = stages.reduce((sum, { summary }) => sum + summary.failed + summary.unanswered, 0);
  return lost === 0
    ? { word: 'measured', more: '', looks: 'pass' }
    : { word: 'measured', more: `, ${counted(lost, 'request')} failed`, looks: 'inconclusive' };
}
