# shellcheck shell=bash
# Background processes: each has a pid file and a log under $STATE.

# start NAME COMMAND...
start() {
  local name=$1; shift
  setsid "$@" > "$STATE/log/$name.log" 2>&1 < /dev/null 9>&- &
  echo "$! $(born_at $!)" > "$STATE/run/$name.pid"
}

# When a process began, in ticks since the machine did: a pid may be given to another process, both together are not.
# Nothing of one that is over and only waits to be reaped.
born_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" {print $20}'; }

started_names() { basename -s .pid "$STATE"/run/*.pid 2>/dev/null | grep -v '^dockerd\.own$'; }

# pid_of NAME: its pid if it lives
pid_of() {
  local pid="" born=""
  read -r pid born 2>/dev/null < "$STATE/run/$1.pid" || [ -n "$pid" ] || return
  [ -n "$(born_at "$pid")" ] && [ "${born:-$(born_at "$pid")}" = "$(born_at "$pid")" ] && echo "$pid"
}
alive() { [ -e "$STATE/run/$1.pid" ] && pid_of "$1" >/dev/null; }

# all_up NODES: the cluster runs, with so many, and nothing of it is missing
all_up() {
  [ "$(cat "$STATE/nodes" 2>/dev/null)" = "$1" ] || return
  local name
  for name in $(started_names); do alive "$name" || return; done
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
  local until=$((SECONDS + $1)) what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || die "$what did not come up; see $STATE/log"
    sleep 0.2
  done
}

admin() { "$BIN/kubectl" --kubeconfig "$STATE/admin.kubeconfig" "$@"; }
docker_() { docker -H "unix://$STATE/docker.sock" "$@"; }

# on_node I COMMAND...: becomes the command, in that node's network
on_node() {
  local i=$1; shift
  if [ "$i" = 1 ]; then exec "$@"; else exec nsenter --net="/run/netns/node-$i" "$@"; fi
}
