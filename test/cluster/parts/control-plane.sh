# shellcheck shell=bash
# Who may do what, the certificates, etcd, the API server, the controllers, the scheduler; dockerd and the registry.

user() { # user NAME IDENTITY GROUP: a token, and a kubeconfig that carries it
  local token; token=$(openssl rand -hex 16)
  echo "$token,$2,$1${3:+,\"$3\"}" >> "$STATE/tokens.csv"
  cat > "$STATE/$1.kubeconfig" <<EOF
apiVersion: v1
kind: Config
clusters: [{name: local, cluster: {server: $API, certificate-authority: $STATE/pki/ca.crt}}]
users: [{name: $1, user: {token: $token}}]
contexts: [{name: local, context: {cluster: local, user: $1}}]
current-context: local
EOF
  chmod 600 "$STATE/$1.kubeconfig"
}

issue() { # issue NAME SUBJECT SAN: a certificate of the cluster's own authority
  local p=$STATE/pki
  openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$p/$1.key" -out "$p/$1.csr" 2>/dev/null
  openssl x509 -req -days 30 -in "$p/$1.csr" -CA "$p/ca.crt" -CAkey "$p/ca.key" -CAcreateserial -out "$p/$1.crt" \
    -extfile <(echo "subjectAltName=$3") 2>/dev/null
}

configure_cluster() {
  local p=$STATE/pki
  mkdir -p "$STATE"/{log,run,etcd,docker,registry,pki}
  chmod 700 "$p"
  : > "$STATE/resolv.conf"
  : > "$STATE/tokens.csv"; chmod 600 "$STATE/tokens.csv"
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=local-ca -keyout "$p/ca.key" -out "$p/ca.crt" 2>/dev/null
  issue apiserver /CN=kube-apiserver "IP:127.0.0.1,IP:$HOST_IP,IP:198.19.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
  issue apiserver-kubelet "/O=system:masters/CN=apiserver-kubelet" "DNS:apiserver-kubelet"
  issue front-proxy /CN=front-proxy "DNS:front-proxy"
  issue metrics-server /CN=metrics-server "DNS:metrics-server.kube-system.svc"
  openssl genrsa -out "$p/service-account.key" 2048 2>/dev/null
  user admin admin system:masters
  user addons addons system:masters
  user controller system:kube-controller-manager ""
  user scheduler system:kube-scheduler ""
  user proxy system:kube-proxy ""
  local address
  for address in 127.0.0.1 "$HOST_IP"; do cat > "$STATE/registry-$address.yml" <<EOF
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $STATE/registry}, delete: {enabled: true}}
http: {addr: $address:5000}
EOF
  done
  cat > "$STATE/audit.yml" <<EOF
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: RequestResponse
    verbs: [create, update, patch, delete, deletecollection]
    resources: [{group: "", resources: [pods, pods/status, pods/eviction, pods/binding, services]}, {group: discovery.k8s.io, resources: [endpointslices]}, {group: apps}]
  - level: None
EOF
  local host; for host in docker.io 127.0.0.1:5000 localhost:5000; do
    mkdir -p "$STATE/certs.d/$host"
    printf 'server = "http://%s:5000"\n[host."http://%s:5000"]\n  capabilities = ["pull", "resolve"]\n' "$HOST_IP" "$HOST_IP" > "$STATE/certs.d/$host/hosts.toml"
  done
  cat > "$STATE/Corefile" <<EOF
cluster.local:53 in-addr.arpa:53 {
  bind $HOST_IP
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $STATE/addons.kubeconfig
    ttl 5
  }
}
EOF
}

start_control_plane() {
  local p=$STATE/pki
  start registry docker-registry serve "$STATE/registry-127.0.0.1.yml"
  start registry-nodes docker-registry serve "$STATE/registry-$HOST_IP.yml"
  start dockerd dockerd --data-root "$STATE/docker" --exec-root "$STATE/docker-exec" --pidfile "$STATE/run/dockerd.own.pid" \
    -H "unix://$STATE/docker.sock" --registry-mirror http://127.0.0.1:5000 --insecure-registry 127.0.0.0/8 --bip 198.18.200.1/24
  start etcd "$BIN/etcd" --name node --data-dir "$STATE/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster node=http://127.0.0.1:2380
  start kube-apiserver "$BIN/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --bind-address "$HOST_IP" --advertise-address "$HOST_IP" \
    --audit-policy-file "$STATE/audit.yml" --audit-log-path "$STATE/log/audit.log" --audit-log-maxsize 200 \
    --secure-port 6443 --service-cluster-ip-range "$SERVICES" --allow-privileged=true --enable-aggregator-routing=true \
    --tls-cert-file "$p/apiserver.crt" --tls-private-key-file "$p/apiserver.key" --client-ca-file "$p/ca.crt" \
    --token-auth-file "$STATE/tokens.csv" --authorization-mode Node,RBAC --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$p/service-account.key" --service-account-signing-key-file "$p/service-account.key" \
    --kubelet-certificate-authority "$p/ca.crt" --kubelet-client-certificate "$p/apiserver-kubelet.crt" \
    --kubelet-client-key "$p/apiserver-kubelet.key" --kubelet-preferred-address-types InternalIP \
    --requestheader-client-ca-file "$p/ca.crt" --requestheader-allowed-names front-proxy --requestheader-username-headers X-Remote-User \
    --requestheader-group-headers X-Remote-Group --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$p/front-proxy.crt" --proxy-client-key-file "$p/front-proxy.key"
  wait_for 180 kube-apiserver admin get --raw /readyz
  local c auth; for c in controller:kube-controller-manager scheduler:kube-scheduler; do
    auth="--kubeconfig $STATE/${c%%:*}.kubeconfig --authentication-kubeconfig $STATE/${c%%:*}.kubeconfig --authorization-kubeconfig $STATE/${c%%:*}.kubeconfig"
    # shellcheck disable=SC2086
    case $c in
      controller:*) start kube-controller-manager "$BIN/kube-controller-manager" $auth --bind-address 127.0.0.1 --leader-elect=false \
        --root-ca-file "$p/ca.crt" --service-account-private-key-file "$p/service-account.key" --use-service-account-credentials \
        --horizontal-pod-autoscaler-sync-period 5s --horizontal-pod-autoscaler-downscale-stabilization 30s ;;
      *) start kube-scheduler "$BIN/kube-scheduler" $auth --bind-address 127.0.0.1 --leader-elect=false ;;
    esac
  done
}
