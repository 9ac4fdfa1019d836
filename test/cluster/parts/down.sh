# shellcheck shell=bash
# Takes back what `up` did to the machine.

down() (
  set +e   # every step is worth trying, whatever is missing
  [ -e "$STATE/tokens.csv" ] || exit 0   # not a folder of ours, whatever CLUSTER_STATE says
  for name in volumes load-balancer coredns metrics-server kube-scheduler kube-controller-manager; do end "$name"; done
  for i in $(seq 9); do end "kube-proxy-$i"; end "kubelet-$i"; done
  for i in $(seq 9); do remove_containers "$i"; done
  if alive dockerd; then docker_ ps -q 2>/dev/null | xargs -r docker -H "unix://$STATE/docker.sock" kill >/dev/null 2>&1; fi
  for name in kube-apiserver etcd registry registry-nodes; do end "$name"; done
  stop dockerd
  grep -o " $STATE/[^ ]*" /proc/mounts | sort -r | while read -r mount; do umount -l "$mount" 2>/dev/null; done
  remove_networks
  restore_machine
  for i in $(seq 2 9); do find /sys/fs/cgroup -mindepth 1 -depth -type d -path "*/node-$i*" -exec rmdir {} + 2>/dev/null; done
  rm -rf "$STATE"
)

# For what keeps nothing outside $STATE. Its group: each was started as the leader of its own.
end() { local pid; pid=$(pid_of "$1") && kill -9 -- "-$pid" 2>/dev/null; }

# stop NAME: asks, waits up to 10 s, then insists
stop() {
  local pid; pid=$(pid_of "$1") || return
  kill -CONT "$pid" 2>/dev/null
  kill -- "-$pid" 2>/dev/null || kill "$pid" 2>/dev/null
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null && [ -n "$(born_at "$pid")" ] || return; sleep 0.1; done
  kill -9 -- "-$pid" 2>/dev/null
}

# remove_containers I: all of the node's, and then its containerd
remove_containers() {
  local pid c
  pid=$(pid_of "containerd-$1") || return
  kill -CONT "$pid"   # a stopped node's stands still
  for c in $(node_ctr "$1" tasks ls -q 2>/dev/null); do node_ctr "$1" tasks rm -f "$c" >/dev/null 2>&1; done
  for c in $(node_ctr "$1" containers ls -q 2>/dev/null); do node_ctr "$1" containers rm "$c" >/dev/null 2>&1; done
  stop "containerd-$1"
}
node_ctr() { local i=$1; shift; timeout 20 ctr -a "$STATE/node-$i/containerd.sock" -n k8s.io "$@"; }

remove_networks() {
  local name
  ip netns list 2>/dev/null | awk '/^(cni-|node-)/{print $1}' | while read -r name; do ip netns delete "$name"; done
  for name in cni-pods node0; do ip link delete "$name" 2>/dev/null; done
  iptables-save 2>/dev/null | grep -v -E 'KUBE-|CNI-|cni-' | iptables-restore 2>/dev/null
}
