import { type Static, Type } from 'typebox';
import { Count } from './result-values.ts';

const LaneLedgerSchema = Type.Object({
  lane: Type.String(),
  sent: Count,
  /** Of those that were sent: so many are in the ledger. */
  handled: Count,
  /** Of those: more than once, so somebody between had sent them again. */
  twice: Count,
  /** Good answers to requests that the ledger does not have. */
  okUnhandled: Count,
});

/** What the app's own ledger of handled requests and the record have in common. */
export const LedgerSchema = Type.Object({
  file: Type.String(),
  /** Different ids in it, from where it ended when traffic began. */
  entries: Count,
  /** Of them: those of no request in the record. */
  strangers: Count,
  /** None where the ledger is too long to be held against the record. */
  lanes: Type.Array(LaneLedgerSchema),
});

export type LedgerFacts = Static<typeof LedgerSchema>;
export type LaneLedgerFacts = Static<typeof LaneLedgerSchema>;
