import type { ClusterChoice } from '../../targets/kubernetes/kubeconfig.ts';
import type { Way } from '../../targets/url/reach.ts';

/** `ok`; `warning`: verify runs, and sees or says less; `missing`: it could not run. */
export type Status = 'ok' | 'warning' | 'missing';

/** What one look found: a line. */
export interface Finding {
  name: string;
  status: Status;
  message: string;
  /** What to do about it, a sentence; not where there is nothing to do. */
  mend?: string;
  /** Lines to copy, such as YAML to apply. */
  text?: string;
}

/** What verify would be asked to do here. */
export interface Question {
  /** Where traffic would go; undefined: nobody said. */
  url: URL | undefined;
  way: Way;
  choice: ClusterChoice;
  namespace: string | undefined;
  service: string | undefined;
  /** `deployment/shop` */
  workload: string | undefined;
  /** Requests a second. */
  rate: number;
  /** The cluster was asked for, so that verify cannot do without it. */
  needsCluster: boolean;
}

/**
 * Looks, and changes nothing. The signal aborts when its time is over; a probe need not heed it, as its answer is not
 * waited for then.
 */
export type Look = (question: Question, signal: AbortSignal) => Promise<Finding[]>;

export interface Probe {
  name: string;
  /** How long it may take, in ms. */
  limitMs: number;
  /** What a look that did not end in time, or failed by itself, means. */
  unknown: 'warning' | 'missing';
  look: Look;
}

/** The probe's findings, or one that says why there are none: a probe never fails and never hangs. */
export async function inTime(probe: Probe, question: Question): Promise<Finding[]> {
  const { name, limitMs, unknown } = probe;
  const over = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<Finding[]>();
  const timer = setTimeout(() => {
    over.abort();
    resolve([{ name, status: unknown, message: `nothing was learned within ${limitMs / 1000} s` }]);
  }, limitMs);
  try {
    return await Promise.race([probe.look(question, over.signal), late]);
  } catch (error) {
    return [{ name, status: unknown, message: error instanceof Error ? error.message : String(error) }];
  } finally {
    clearTimeout(timer);
  }
}
