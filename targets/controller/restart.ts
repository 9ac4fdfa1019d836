/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy */
const firstMs = 10_000;
const longestMs = 300_000;
/** A container that ran this long starts anew: twice the longest delay (hasExpired in client-go's flowcontrol.Backoff). */
const forgottenMs = 2 * longestMs;

/**
 * How long a pod waits before it starts its container again: nothing the first time, then 10 s, 20 s, ... up to 5 min,
 * from the end of the last one (doBackOff, pkg/kubelet/kuberuntime).
 */
export class RestartBackOff {
  #delayMs = 0;
  #updatedUs = 0;

  /** The delay after an exit at this time, in ms; counts that restart. */
  next(exitedUs: number): number {
    const expired = exitedUs - this.#updatedUs > forgottenMs * 1000;
    const delayMs = expired ? 0 : this.#delayMs;
    this.#delayMs = delayMs === 0 ? firstMs : Math.min(delayMs * 2, longestMs);
    this.#updatedUs = exitedUs + delayMs * 1000;
    return delayMs;
  }
}
