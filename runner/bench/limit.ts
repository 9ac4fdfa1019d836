import type { BenchLoad, BenchRound } from '../../record/bench-result.ts';
import type { Figures } from './figures.ts';
import type { MachineUse } from './machine/use.ts';

export type Limit = Pick<BenchRound, 'limitedBy' | 'generatorLimited' | 'why'>;

/** A thread that runs, or waits for a core, for so large a share of the time has none left to be on time. */
const fullShare = 0.9;
/** A generator that is later than this, and than a tenth of what it measures, has measured itself. */
const mostLateMs = 5;
const lateShare = 0.1;
/** Of requests that this machine refused to send. */
const unsentShare = 0.001;
/** A plan that was followed by less than this was not followed. */
const rateShare = 0.99;
/**
 * Answers that come so much faster without a plan beside them were held up by more than their server: it had only begun, or
 * the generator took the machine from it. Servers that were the limit were seen at 0.8 to 1.22 (two cores, both busy).
 */
const drainRatio = 1.25;
/** Of what chance does to a count of answers: in standard deviations. */
const drainDoubt = 4;

/** What decided how fast it went. Where it was the generator nothing is said about the server. */
export function limitOf(load: BenchLoad, figures: Figures, use: MachineUse, cutShort: boolean): Limit {
  const own = ownLimit(load, figures, use);
  if (own !== null) return { limitedBy: 'generator', generatorLimited: true, why: own };
  const server = (why: string): Limit => ({ limitedBy: 'server', generatorLimited: false, why });
  if (figures.ok === 0) return { limitedBy: 'unknown', generatorLimited: false, why: 'there was no good answer' };
  if (load.model === 'closed')
    return server(`the server: its answers took ${ms(figures.latencyMs.p50)} (p50) on ${connections(load)}`);
  if (load.model === 'scenario') return { limitedBy: 'plan', generatorLimited: false, why: 'the plan of the lanes' };
  // Near the end of a stage what was planned is not answered yet.
  const fellBehind = figures.ratePerS < rateShare * load.rate && (figures.waitMs.p99 ?? 0) > mostLateMs;
  if (cutShort || fellBehind) {
    const turn = turnShare(figures);
    if (turn > 0.5) return { limitedBy: 'generator', generatorLimited: true, why: turnText(turn) };
    // Latency is that of a queue then, and lateness always small beside it: who blames the server was in time.
    const unknown = (why: string): Limit => ({ limitedBy: 'unknown', generatorLimited: true, why });
    if ((figures.lateMs.p99 ?? 0) > mostLateMs) return unknown(queueText(figures, load));
    if (drainsFaster(figures)) return unknown(drainText(figures));
    return server(
      cutShort
        ? `the server: so many requests waited for one of ${connections(load)} that the stage was ended early`
        : behindText(figures, load),
    );
  }
  return { limitedBy: 'plan', generatorLimited: false, why: `the plan: ${load.rate} requests a second` };
}

function ownLimit(load: BenchLoad, figures: Figures, use: MachineUse): string | null {
  const { planned, unsent, lateMs: late, latencyMs } = figures;
  const refused = figures.failures.find(
    ({ outcome, detail }) => outcome === 'unsent' && !detail?.startsWith('interrupted'),
  );
  if (refused !== undefined && unsent > unsentShare * planned)
    return `this machine: it refused to send ${unsent} of ${planned} requests (${refused.detail ?? 'it does not say why'})`;
  if (load.model === 'scenario') return null;
  const busy = (use.threadBusy ?? 0) + (use.threadWaited ?? 0);
  if (busy >= fullShare) return fullText(use, busy);
  if (load.model === 'closed') {
    const turn = turnShare(figures);
    return turn > 0.5 ? turnText(turn) : null;
  }
  const bound = Math.max(mostLateMs, lateShare * (latencyMs.p99 ?? latencyMs.max ?? 0));
  return (late.p99 ?? 0) > bound ? lateText(figures) : null;
}

function turnShare({ pace: { turnMs, askMs } }: Figures): number {
  return turnMs === 0 ? 0 : turnMs / (turnMs + askMs);
}

function drainsFaster({ pace: { planned, drainPerS } }: Figures): boolean {
  const expected = ((drainPerS ?? 0) / drainRatio) * planned.seconds;
  return planned.ok + drainDoubt * Math.sqrt(expected) < expected;
}

function turnText(turn: number): string {
  return `the generator: of the time of a connection ${percent(turn)} went by between an answer and the next request`;
}

function lateText({ lateMs }: Figures): string {
  return `the generator: it was up to ${ms(lateMs.p99)} late (p99) with its own plan, which latency contains`;
}

function drainText({ ratePerS, pace }: Figures): string {
  const [planning, later] = [ratePerS, pace.drainPerS ?? 0].map((rate) => rate.toFixed(0));
  return `unknown: ${planning} good answers a second while it planned, ${later} when it planned no more; a lower rate would tell`;
}

function queueText({ lateMs, waitMs }: Figures, load: Extract<BenchLoad, { model: 'open' }>): string {
  const waited = `requests waited up to ${ms(waitMs.max)} for one of ${connections(load)}`;
  return `unknown: ${waited}, and the generator was up to ${ms(lateMs.p99)} late (p99) by itself; a lower rate would tell`;
}

function behindText({ ratePerS, waitMs }: Figures, load: Extract<BenchLoad, { model: 'open' }>): string {
  const rate = `${ratePerS.toFixed(1)} good answers a second for ${load.rate} that were asked for`;
  return `the server: ${rate}; requests waited up to ${ms(waitMs.max)} for one of ${connections(load)}`;
}

function fullText({ threadWaited, threads }: MachineUse, busy: number): string {
  const waited = (threadWaited ?? 0) > 0.2 ? `, ${percent(threadWaited ?? 0)} of it waiting for a core` : '';
  const which = threads === 1 ? 'its thread was' : `the busiest of its ${threads} threads was`;
  return `the generator: ${which} busy ${percent(busy)} of the time${waited}; the server may be faster`;
}

function connections({ connections }: { connections: number }): string {
  return connections === 1 ? '1 connection' : `${connections} connections`;
}

function percent(share: number): string {
  return `${Math.min(100, Math.round(share * 100))} %`;
}

function ms(value: number | null): string {
  return value === null ? 'no time' : `${Number(value.toPrecision(3))} ms`;
}
