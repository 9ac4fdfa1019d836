import type { Probe } from '../manifest/model.ts';
import type { ProbeResult } from './probe.ts';
import type { Timers } from './timers.ts';

interface Prober {
  probe: Probe;
  timers: Timers;
  once(): Promise<ProbeResult>;
  /** Each failed probe. */
  onFailure(message: string): void;
  /** Each time that a threshold is reached or passed (doProbe, pkg/kubelet/prober/worker.go). */
  onVerdict(success: boolean, message: string): void;
}

/**
 * Probes a container from its start on: first after the initial delay, then once a period, one at a time. Returns a
 * function that ends it.
 */
export function startProber({ probe, timers, once, onFailure, onVerdict }: Prober): () => void {
  let stopped = false;
  let run = { result: '', length: 0 };
  let cancel = timers.after(probe.initialDelaySeconds * 1000, () => void probeNow());

  async function probeNow(): Promise<void> {
    const startedMs = performance.now();
    const found = await once();
    if (stopped) return;
    take(found);
    if (stopped) return;
    // Ticks that fell into the probe itself are dropped, as Go's tickers do.
    const periodMs = probe.periodSeconds * 1000;
    const spentMs = performance.now() - startedMs;
    cancel = timers.after(periodMs - (spentMs % periodMs), () => void probeNow());
  }

  function take(found: ProbeResult): void {
    if (found.result === 'unknown') return;
    const message = found.result === 'failure' ? found.message : '';
    if (found.result === 'failure') onFailure(message);
    run = { result: found.result, length: run.result === found.result ? run.length + 1 : 1 };
    const threshold = found.result === 'success' ? probe.successThreshold : probe.failureThreshold;
    if (run.length >= threshold) onVerdict(found.result === 'success', message);
  }

  return () => {
    stopped = true;
    cancel();
  };
}
