/**
 * How long things take that a process on one machine does at once and a cluster does not, in ms, each drawn evenly from
 * its interval. Estimates for a small cluster, to be replaced by measurements on a real one.
 */
export const timing = {
  /** From a container's creation (its image is on the node) to its start: sandbox, network, runtime. */
  startMs: [500, 1500],
  /**
   * From a change of a Service's endpoints to new connections following it: EndpointSlice controller, watch, and
   * kube-proxy, which writes its rules at most once a second (--iptables-min-sync-period=1s).
   */
  spreadMs: [100, 1100],
  /**
   * From a container's unexpected end to the kubelet noticing it, by which its pod turns unready and it is started
   * again: the kubelet relists its containers once a second (genericPlegRelistPeriod, pkg/kubelet/kubelet.go).
   */
  noticeMs: [0, 1000],
  /** A container that is started again in its pod: no sandbox and no network has to be made. */
  restartMs: [100, 400],
} as const satisfies Record<string, readonly [number, number]>;

export type TimingName = keyof typeof timing;
