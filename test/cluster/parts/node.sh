# shellcheck shell=bash
# A node: its configuration, its network, its containerd, kubelet and kube-proxy.

configure_node() {
  local i=$1 d=$STATE/node-$1
  mkdir -p "$d"/{cni,kubelet,pod-logs}
  user "node-$i" "system:node:node-$i" system:nodes
  issue "node-$i" "/O=system:nodes/CN=system:node:node-$i" "DNS:node-$i,IP:$NODES.$i"
  cat > "$d/containerd.toml" <<EOF
version = 2
root = "$d/containerd/root"
state = "$d/containerd/state"
[grpc]
  address = "$d/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:local"
  restrict_oom_score_adj = true   # works without CAP_SYS_RESOURCE too
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$d/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$STATE/certs.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
EOF
  cat > "$d/cni/10-bridge.conflist" <<EOF
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni-pods", "isGateway": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "198.18.$i.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}], "dataDir": "$d/ipam"}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
EOF
  cat > "$d/kubelet.yml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $STATE/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $STATE/pki/node-$i.crt
tlsPrivateKeyFile: $STATE/pki/node-$i.key
containerRuntimeEndpoint: unix://$d/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: $([ "$i" = 1 ] && echo / || echo "/node-$i")
podLogsDir: $d/pod-logs
failSwapOn: false
failCgroupV1: false
oomScoreAdj: 0
address: $NODES.$i
clusterDomain: cluster.local
clusterDNS: [$DNS_IP]
resolvConf: $STATE/resolv.conf
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 200Mi, nodefs.available: 1%, imagefs.available: 1%}
serializeImagePulls: false
syncFrequency: 10s
EOF
  cat > "$d/proxy.yml" <<EOF
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: $PODS
clientConnection: {kubeconfig: $STATE/proxy.kubeconfig}
hostnameOverride: node-$i
iptables: {localhostNodePorts: true}   # minSyncPeriod stays at its default of 1 s, as on most clusters
conntrack: {maxPerCore: 0}
oomScoreAdj: 0
metricsBindAddress: 127.0.0.1:10249
healthzBindAddress: 127.0.0.1:10256
nodePortAddresses: ["127.0.0.0/8"]
EOF
}

network_of_node() {
  local i=$1
  if [ "$i" = 1 ]; then
    ip link add node0 type bridge; ip address add "$HOST_IP/24" dev node0; ip link set node0 up
  else
    ip netns add "node-$i"
    ip link add "node-$i" type veth peer name eth0 netns "node-$i"
    ip link set "node-$i" master node0 up
    ip -n "node-$i" link set lo up; ip -n "node-$i" address add "$NODES.$i/24" dev eth0; ip -n "node-$i" link set eth0 up
    ip -n "node-$i" route add default via "$HOST_IP"
    ip route add "198.18.$i.0/24" via "$NODES.$i"
    local c; for c in /sys/fs/cgroup/*/; do
      [ "$c" = /sys/fs/cgroup/unified/ ] && continue
      mkdir -p "$c/node-$i"
      [ ! -e "$c/node-$i/cpuset.cpus" ] || { cat "$c/cpuset.cpus" > "$c/node-$i/cpuset.cpus"; cat "$c/cpuset.mems" > "$c/node-$i/cpuset.mems"; }
    done
  fi
  ( on_node "$i" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1 )
}

import_pause_image() { # into node I's containerd
  local d architecture; d=$(mktemp -d); architecture=$(dpkg --print-architecture)
  cp "$BIN/pause" "$d/pause"
  ( cd "$d"
    tar -cf layer.tar pause
    echo "{\"architecture\":\"$architecture\",\"os\":\"linux\",\"config\":{\"Entrypoint\":[\"/pause\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:$(sha256sum layer.tar | cut -d' ' -f1)\"]}}" > config.json
    echo '[{"Config":"config.json","RepoTags":["registry.k8s.io/pause:local"],"Layers":["layer.tar"]}]' > manifest.json
    tar -cf image.tar manifest.json config.json layer.tar )
  ctr -a "$STATE/node-$1/containerd.sock" -n k8s.io images import "$d/image.tar" >/dev/null
  rm -rf "$d"
}

start_node() {
  local i=$1 d=$STATE/node-$1 regions=(eu us ap sa af) zones=(a b)
  start "containerd-$i" bash "$HERE/cluster" on-node "$i" containerd --config "$d/containerd.toml"
  wait_for 120 "containerd of node-$i" ctr -a "$d/containerd.sock" version
  import_pause_image "$i"
  local region=${regions[$(((i - 1) / 2))]} zone=${zones[$(((i - 1) % 2))]}
  start "kubelet-$i" bash "$HERE/cluster" on-node "$i" "$BIN/kubelet" --config "$d/kubelet.yml" --kubeconfig "$STATE/node-$i.kubeconfig" \
    --root-dir "$d/kubelet" --hostname-override "node-$i" --node-ip "$NODES.$i" \
    --node-labels "topology.kubernetes.io/region=$region,topology.kubernetes.io/zone=$region-$zone"
  start "kube-proxy-$i" bash "$HERE/cluster" on-node "$i" "$BIN/kube-proxy" --config "$d/proxy.yml"
}
