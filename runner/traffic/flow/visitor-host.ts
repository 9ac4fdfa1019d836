import type { Attempt } from '../../../record/attempt.ts';
import type { AnswerInHand } from './flow-answer.ts';
import type { FlowRequest, FlowRequests } from './flow-requests.ts';
import type { Visitor } from './visitor.ts';

/** A request that a visitor has asked for. */
export interface Ask {
  visitor: Visitor;
  id: string;
  request: FlowRequest;
  isAsset: boolean;
  intendedUs: number;
  /** null until the lane has got to it. */
  readyUs: number | null;
  answered(answer: AnswerInHand): void;
}

/** A visitor's lane, as the visitor needs it. */
export interface VisitorHost {
  readonly requests: FlowRequests;
  readonly secrets: readonly string[];
  /** The plan is over: a visitor asks for nothing more. */
  readonly isOver: boolean;
  /** The flow goes on after this. */
  resumes(): void;
  ask(ask: Ask): void;
  /** Nothing more will be said of these: they are rows now. */
  settle(attempts: readonly Attempt[]): void;
  /** The visitor may have left. */
  looksUp(visitor: Visitor): void;
  /** Tells of what is wrong with the flow, and returns what to throw. */
  misused(what: string): Error;
}
