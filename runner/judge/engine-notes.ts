import { basename } from 'node:path';
import type { RunFacts } from '../../record/facts.ts';
import type { LedgerFacts } from '../../record/ledger.ts';
import type { Result } from '../../record/result.ts';
import { list } from '../check/phrases.ts';

/** What a reader has to know of engines that do not see everything, a sentence for each lane. */
export function engineNotes({ lanes }: RunFacts): string[] {
  return lanes.flatMap(({ name, engine, blindTo = [] }) => {
    if (blindTo.length === 0) return [];
    return [`Lane ${name} is sent by ${engine}, which does not see ${list(blindTo.map(({ what }) => what))}.`];
  });
}

export function ledgerResult({ file, ...counts }: LedgerFacts): NonNullable<Result['ledger']> {
  return { file: basename(file), ...counts };
}
