# shellcheck shell=bash
# Volumes for PersistentVolumeClaims without a class: folders of the first node, three ahead of those that are claimed.

volumes_loop() {
  local volumes name phase available
  while sleep 1; do
    volumes=$(admin get persistentvolumes -l hitless-cluster -o jsonpath='{range .items[*]}{.metadata.name} {.status.phase}{"\n"}{end}' 2>/dev/null) || continue
    available=0
    while read -r name phase; do
      case $phase in
        Available | Pending) available=$((available + 1)) ;;
        # A volume is not given out twice: its claim is gone, and what it held with it.
        Released | Failed) admin delete persistentvolume "$name" --wait=false >/dev/null 2>&1 && rm -rf "${STATE:?}/volumes/$name" ;;
      esac
    done <<< "$volumes"
    [ "$available" -ge 3 ] || make_volume "volume-$(date +%s%N)" || true
  done
}

make_volume() {
  mkdir -p "$STATE/volumes/$1"
  # For whatever user an image runs as.
  chmod 777 "$STATE/volumes/$1"
  admin apply -f - >/dev/null 2>&1 <<EOF
apiVersion: v1
kind: PersistentVolume
metadata: {name: $1, labels: {hitless-cluster: ""}}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  local: {path: $STATE/volumes/$1}
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-1]}]}]}
EOF
}
