# shellcheck shell=bash
# What hangs on the control plane: names, metrics, load balancers, volumes.

# CoreDNS and metrics-server run on the host; a Service without a selector leads the cluster to each.
start_addons() {
  start coredns "$BIN/coredns" -conf "$STATE/Corefile"
  start metrics-server "$BIN/metrics-server" --kubeconfig "$STATE/addons.kubeconfig" --authentication-kubeconfig "$STATE/addons.kubeconfig" \
    --authorization-kubeconfig "$STATE/addons.kubeconfig" --bind-address "$HOST_IP" --secure-port 4443 --metric-resolution 10s \
    --kubelet-request-timeout 5s --kubelet-preferred-address-types InternalIP --kubelet-certificate-authority "$STATE/pki/ca.crt" \
    --tls-cert-file "$STATE/pki/metrics-server.crt" --tls-private-key-file "$STATE/pki/metrics-server.key"
  admin apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {clusterIP: $DNS_IP, ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns-host, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
endpoints: [{addresses: [$HOST_IP], conditions: {ready: true}}]
---
apiVersion: v1
kind: Service
metadata: {name: metrics-server, namespace: kube-system}
spec: {ports: [{name: https, port: 443, targetPort: 4443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: metrics-server-host, namespace: kube-system, labels: {kubernetes.io/service-name: metrics-server}}
addressType: IPv4
ports: [{name: https, port: 4443, protocol: TCP}]
endpoints: [{addresses: [$HOST_IP], conditions: {ready: true}}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  service: {name: metrics-server, namespace: kube-system}
  group: metrics.k8s.io
  version: v1beta1
  caBundle: $(base64 -w0 "$STATE/pki/ca.crt")
  groupPriorityMinimum: 100
  versionPriority: 100
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: nodes}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:node}
subjects: [{kind: Group, name: system:nodes, apiGroup: rbac.authorization.k8s.io}]
EOF
  start load-balancer bash "$HERE/cluster" load-balancer-loop
  start volumes bash "$HERE/cluster" volumes-loop
}

# Gives each Service of type LoadBalancer the ingress IP 127.0.0.1, as a desktop cluster does.
load_balancer_loop() {
  local services namespace name ip
  while sleep 0.5; do
    # An API server that is busy or stands still answers again later.
    services=$(admin get services -A -o jsonpath='{range .items[?(@.spec.type=="LoadBalancer")]}{.metadata.namespace} {.metadata.name} {.status.loadBalancer.ingress[0].ip}{"\n"}{end}' 2>/dev/null) || continue
    while read -r namespace name ip; do
      [ -z "$name" ] || [ "${ip:-}" = 127.0.0.1 ] ||
        admin -n "$namespace" patch service "$name" --subresource=status --type=merge \
          -p '{"status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1"}]}}}' >/dev/null 2>&1 || true
    done <<< "$services"
  done
}
