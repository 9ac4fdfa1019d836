import measured from './timing.json' with { type: 'json' };

/**
 * How long things take that a process on one machine does at once and a cluster does not, in ms: sorted samples from a
 * real cluster. timing.json says when, where and how they were measured, docs/local-target.md from what to what.
 */
export const timing = {
  /** From a pod's creation (its image is on the node) to its first process: scheduling, sandbox, network, runtime. */
  startMs: measured.ms.createdToStarted,
  /**
   * From a replica's readiness to new connections led to it: EndpointSlice controller, watch, and kube-proxy, which
   * writes its rules at once where it did not within the last second (--iptables-min-sync-period=1s), and else a second
   * after: hence two peaks.
   */
  addedMs: measured.ms.readyToFirstConnection,
  /** From a replica's deletion to the last new connection that is led to it. */
  removedMs: measured.ms.deletedToLastConnection,
  /**
   * From a container's unexpected end to the kubelet noticing it, by which its pod turns unready and it is started
   * again: the kubelet relists its containers once a second (genericPlegRelistPeriod, pkg/kubelet/kubelet.go).
   */
  noticeMs: measured.ms.endedToUnready,
  /** A container that is started again in its pod: no sandbox and no network has to be made. */
  restartMs: measured.ms.unreadyToRestarted,
} as const satisfies Record<string, readonly number[]>;

export type TimingName = keyof typeof timing;
