import type { Attempt } from '../../record/attempt.ts';
import { isFailed } from '../../record/attempt.ts';
import type { Closure } from '../traffic/misbehaving-server.ts';
import { addressOf, laneOf, runLanes } from '../traffic/run-lanes.ts';
import { startServer } from '../traffic/start-server.ts';

/** One outage as the attempts show it, beside what the server did. Milliseconds. */
export interface Trial {
  closure: Closure;
  /** From the last success sent to the first success ended contains the whole time in which the listener was closed. */
  contains: boolean;
  /** From midway to midway between successes and failures, by the times they were sent. */
  estimateMs: number;
  truthMs: number;
  /** Attempts sent while the listener was surely closed: without one the outage cannot be seen. */
  sentWithin: number;
}

/**
 * Closes a listener for `closedMs` again and again, `trials` times, under 1,000 new connections a second, and looks at
 * each closure in the record. Taken directly from the rows; the check's own estimator is tested elsewhere.
 */
export async function measureOutages(closedMs: number, trials: number): Promise<Trial[]> {
  const server = await startServer({ mode: 'good', closedMs, everyMs: closedMs + 200 });
  try {
    const ran = await runLanes({
      lanes: [laneOf({ rate: 1_000, overflow: 5_000 })],
      route: addressOf(server.port),
      async until(traffic) {
        await new Promise((resolve) => setTimeout(resolve, (trials + 2) * (closedMs + 200)));
        await traffic.stop();
      },
    });
    const { closures } = await server.books();
    const rows = ran.rows.filter((row) => row.sentUs !== null).sort((a, b) => sent(a) - sent(b));
    // The first and last may lie before the traffic or after it.
    const seen = closures.filter(({ aUs, dUs }) => sent(rows[0]) < aUs - 50_000 && sent(rows.at(-1)) > dUs + 50_000);
    return seen.slice(0, trials).map((closure) => trialOf(rows, closure));
  } finally {
    server.kill();
  }
}

function sent(row: Attempt | undefined): number {
  return row?.sentUs ?? Number.NaN;
}

function trialOf(rows: readonly Attempt[], closure: Closure): Trial {
  const { aUs, bUs, cUs, dUs } = closure;
  const truthMs = ((cUs + dUs) / 2 - (aUs + bUs) / 2) / 1000;
  const nearUs = 60_000;
  const isOutage = (row: Attempt) => isFailed(row.outcome) && sent(row) <= dUs && row.endUs >= aUs - nearUs;
  const first = rows.findIndex((row) => isOutage(row));
  const last = rows.findLastIndex((row) => isOutage(row));
  const sentWithin = rows.filter((row) => sent(row) >= bUs && sent(row) <= cUs).length;
  if (first < 0) return { closure, contains: false, estimateMs: 0, truthMs, sentWithin };
  const before = rows[first - 1];
  const after = rows[last + 1];
  const midway = (a: Attempt | undefined, b: Attempt | undefined) => (sent(a) + sent(b)) / 2;
  return {
    closure,
    contains: sent(before) <= bUs && (after?.endUs ?? Number.NaN) >= cUs,
    estimateMs: (midway(rows[last], after) - midway(before, rows[first])) / 1000,
    truthMs,
    sentWithin,
  };
}
