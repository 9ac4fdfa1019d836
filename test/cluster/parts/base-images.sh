# shellcheck shell=bash
# Base images for machines that reach no image registry, pushed to the local one under the names that Dockerfiles ask for.
push_base_images() {
  push_node
  docker_ import -c 'CMD ["bash"]' "$CACHE/debian-$DEBIAN.tar" "127.0.0.1:5000/library/debian:$DEBIAN-slim" >/dev/null
  docker_ push -q "127.0.0.1:5000/library/debian:$DEBIAN-slim" >/dev/null
  docker_ tag "127.0.0.1:5000/library/debian:$DEBIAN-slim" "debian:$DEBIAN-slim"
}

# node:alpine: node (from its npm package) and this machine's npm on busybox.
push_node() {
  local d node npm command library; d=$(mktemp -d)
  node=$CACHE/node-$NODE_VERSION/node_modules/node/bin/node; npm=$(readlink -f "$(command -v npm)"); npm=${npm%/bin/*}
  mkdir -p "$d"/{bin,usr/bin,usr/local/bin,usr/lib/node_modules,etc,tmp,root,home/node,proc,sys,dev}
  cp /bin/busybox "$d/bin/busybox"
  for command in $(/bin/busybox --list | grep -vx busybox); do ln -s busybox "$d/bin/$command"; done
  ln -s /bin/busybox "$d/usr/bin/env"
  cp "$node" "$d/usr/local/bin/node"
  # librt, which node itself does not need, is for the native modules of its apps.
  { ldd "$node" | grep -o '/[^ ]*'; ldconfig -p | sed -n 's|.*librt\.so\.1 .*x86-64.*=> ||p;s|.*librt\.so\.1 .*AArch64.*=> ||p'; } | while read -r library; do mkdir -p "$d$(dirname "$library")"; cp -L "$library" "$d$library"; done
  cp -r "$npm" "$d/usr/lib/node_modules/npm"; ln -s /usr/lib/node_modules/npm/bin/npm-cli.js "$d/usr/local/bin/npm"
  printf 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n' > "$d/etc/passwd"; printf 'root:x:0:\nnode:x:1000:\n' > "$d/etc/group"
  chown 1000:1000 "$d/home/node"; chmod 1777 "$d/tmp"
  tar -C "$d" -c . | docker_ import -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin' -c 'CMD ["node"]' - 127.0.0.1:5000/library/node:alpine >/dev/null
  docker_ push -q 127.0.0.1:5000/library/node:alpine >/dev/null
  docker_ tag 127.0.0.1:5000/library/node:alpine node:alpine
  rm -rf "$d"
}
