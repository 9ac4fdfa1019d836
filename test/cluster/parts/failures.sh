# shellcheck shell=bash
# What befalls a cluster, for tests: a node that stops answering, an API server that stands still.

# other_node NAME_OR_NUMBER: its number. The first one is this machine: the cluster and its tests would be cut off too.
other_node() {
  local i=${1#node-}
  [[ $i =~ ^[2-9]$ ]] && [ -d "$STATE/node-$i" ] || die "no node '$1' that can be stopped; there are node-2 to node-$(cat "$STATE/nodes")"
  echo "$i"
}

# As when its machine freezes: whoever talks to it gets no answer, not even a refusal.
node_stop() {
  local i; i=$(other_node "$1")
  signal_node "$i" STOP
  ip link set "node-$i" down
  say "node-$i no longer answers"
}

node_start() {
  local i; i=$(other_node "$1")
  ip link set "node-$i" up
  signal_node "$i" CONT
  say "node-$i is back"
}

# signal_node I SIGNAL: to its kubelet and its containerd
signal_node() {
  local name pid
  for name in "kubelet-$1" "containerd-$1"; do
    pid=$(pid_of "$name") || die "$name does not run"
    kill "-$2" "$pid"
  done
}

api_pause() {
  [[ ${1:-} =~ ^[1-9][0-9]{0,2}$ ]] || die "api-pause: for how many seconds (1 to 999)?"
  local pid sleeper; pid=$(pid_of kube-apiserver) || die "the API server does not run"
  sleep "$1" & sleeper=$!
  # shellcheck disable=SC2064
  trap "kill -CONT $pid; kill $sleeper 2>/dev/null || true" EXIT
  trap 'exit 1' INT TERM HUP
  kill -STOP "$pid"
  wait $sleeper   # ended by a signal at once, where a sleep in the foreground is only when it is over
}
