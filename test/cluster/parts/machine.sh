# shellcheck shell=bash
# What `up` does to the machine itself, and whether it may.

agreed() {
  [ "${HITLESS_THROWAWAY_MACHINE:-}" = 1 ] && return
  say "FOR THROW-AWAY MACHINES ONLY. This will, as root: install Debian packages (dockerd, containerd, ...), turn swap"
  say "off, set the policy of iptables FORWARD to ACCEPT, and add bridges, routes, network namespaces and rules."
  [ -t 0 ] || die "set HITLESS_THROWAWAY_MACHINE=1 where that is all right; kind or minikube do where it is not"
  local answer
  read -r -p "cluster: is this machine there to be thrown away? Type yes: " answer
  [ "$answer" = yes ] || die "nothing was done"
}

# Of two at once one would take down what the other starts.
one_at_a_time() {
  mkdir -p "$(dirname "$STATE")"
  exec 9> "$STATE.lock"
  flock --nonblock 9 || { say "waiting for another one that is at work"; flock 9; }
}

# Its rules of iptables and ours would be mixed up, and its port is ours. One in containers (kind) is no neighbour.
no_other_kubernetes() {
  local pid
  for pid in $(pgrep -x kubelet; pgrep -x k3s-server; pgrep -x kube-proxy); do
    grep -qsx "$pid\( .*\)\?" "$STATE"/run/*.pid && continue
    [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] ||
      die "another Kubernetes runs on this machine (process $pid): use that one's KUBECONFIG, or stop it"
  done
}

install_packages() {
  local missing=() pair
  for pair in dockerd:docker.io containerd:containerd runc:runc iptables:iptables conntrack:conntrack ip:iproute2 \
              openssl:openssl docker-registry:docker-registry ps:procps nsenter:util-linux debootstrap:debootstrap; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  [ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
  [ -x /bin/busybox ]        || missing+=(busybox-static)
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || die "needs Debian, or else these packages of it: ${missing[*]}"
  say "installing ${missing[*]}"
  local apt=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -qq)
  "${apt[@]}" update >/dev/null
  DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
}

# What is changed is written down first, so that `down` can put it back.
prepare_machine() {
  iptables -S FORWARD | sed -n 's/^-P FORWARD //p' > "$STATE/forward-policy"
  awk 'NR > 1 {print $1}' /proc/swaps > "$STATE/swaps"
  swapoff -a 2>/dev/null || true
  [ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || sysctl -qw net.bridge.bridge-nf-call-iptables=1
}

restore_machine() {
  local swap
  [ ! -s "$STATE/forward-policy" ] || iptables -P FORWARD "$(cat "$STATE/forward-policy")"
  [ ! -s "$STATE/swaps" ] || while read -r swap; do swapon "$swap" 2>/dev/null; done < "$STATE/swaps"
}
