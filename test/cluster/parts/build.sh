# shellcheck shell=bash
# What is built once and kept in the cache.

# build NAME PACKAGE MODULE VERSION [GO.MOD LINES]: one main package, in a throw-away module
build() {
  local name=$1 package=$2 module=$3 version=$4 extra=${5:-} work attempt
  [ ! -x "$BIN/$name" ] || return 0
  find_go
  say "building $name $version"
  work=$(mktemp -d)
  printf '//go:build tools\npackage tools\nimport _ "%s"\n' "$package" > "$work/tools.go"
  printf 'module build\ngo 1.24.0\nrequire %s v%s\n%s\n' "$module" "$version" "$extra" > "$work/go.mod"
  # Hundreds of modules are fetched; what came stays, so a second attempt goes on where the network failed.
  for attempt in 1 2 3; do
    go_build "$work" "$BIN/$name.new" "$package" > "$work/log" 2>&1 && break
    [ $attempt -lt 3 ] || { tail -n 5 "$work/log" >&2; die "could not build $name $version"; }
    sleep 5
  done
  mv "$BIN/$name.new" "$BIN/$name"
  rm -rf "$work"
}

# go_build FOLDER OUTPUT PACKAGE
go_build() (
  cd "$1" || exit
  v=k8s.io/component-base/version minor=${KUBE_VERSION#1.}
  go mod tidy && CGO_ENABLED=0 go build -trimpath -o "$2" \
    -ldflags "-s -w -X $v.gitVersion=v$KUBE_VERSION -X $v.gitMajor=1 -X $v.gitMinor=${minor%%.*}" "$3"
)

find_go() {
  command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
  command -v go >/dev/null || die "Go 1.24 or newer is needed to build Kubernetes $KUBE_VERSION (https://go.dev/dl)"
  local version; version=$(go env GOVERSION)
  [ "$(printf 'go1.24\n%s\n' "$version" | sort -V | sed -n 1p)" = go1.24 ] ||
    die "Go 1.24 or newer is needed to build Kubernetes $KUBE_VERSION; this is $version (https://go.dev/dl)"
}

build_all() {
  mkdir -p "$BIN"
  # k8s.io/kubernetes asks for its own parts as v0.0.0, which only a replace can answer.
  local staging="api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap
    code-generator component-base component-helpers controller-manager cri-api cri-client csi-translation-lib
    dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler
    kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller"
  local name replace=""
  for name in $staging; do replace+="replace k8s.io/$name => k8s.io/$name v0.${KUBE_VERSION#1.}"$'\n'; done
  for name in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
    build "$name" "k8s.io/kubernetes/cmd/$name" k8s.io/kubernetes "$KUBE_VERSION" "$replace"
  done
  build etcd go.etcd.io/etcd/server/v3 go.etcd.io/etcd/server/v3 "$ETCD_VERSION"
  build coredns github.com/coredns/coredns github.com/coredns/coredns "$COREDNS_VERSION"
  build metrics-server sigs.k8s.io/metrics-server/cmd/metrics-server sigs.k8s.io/metrics-server "$METRICS_SERVER_VERSION"
  build helm helm.sh/helm/v3/cmd/helm helm.sh/helm/v3 "$HELM_VERSION"
  build_pause
  get_node
  build_debian
}

# The process that holds a pod's namespaces: it waits for its end.
build_pause() {
  [ ! -x "$BIN/pause" ] || return 0
  find_go
  local work; work=$(mktemp -d)
  cat > "$work/pause.go" <<'EOF'
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	<-end
}
EOF
  ( cd "$work" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$BIN/pause" pause.go ) || die "could not build pause"
  rm -rf "$work"
}

get_node() {
  local folder=$CACHE/node-$NODE_VERSION
  [ ! -x "$folder/node_modules/node/bin/node" ] || return 0
  say "getting node $NODE_VERSION"
  mkdir -p "$folder"
  echo '{"allowScripts": {"node": true}}' > "$folder/package.json"
  ( cd "$folder" && npm install "node@$NODE_VERSION" >/dev/null 2>&1 ) || die "could not get node $NODE_VERSION from npm"
}

# debian:bookworm-slim, from the mirror that this machine's apt uses.
build_debian() {
  [ ! -s "$CACHE/debian-$DEBIAN.tar" ] || return 0
  say "building debian $DEBIAN"
  local root mirror
  root=$(mktemp -d)
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | grep -v security | sed -n 1p)
  debootstrap --variant=minbase "$DEBIAN" "$root" "$mirror" >/dev/null || die "could not build debian $DEBIAN"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/*
  tar -C "$root" -cf "$CACHE/debian-$DEBIAN.new" .
  mv "$CACHE/debian-$DEBIAN.new" "$CACHE/debian-$DEBIAN.tar"
  rm -rf "$root"
}
