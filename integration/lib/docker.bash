# shellcheck shell=bash
# Docker in the node (lib/engine): containerd and dockerd at their default places, configured in /etc/docker/daemon.json as an
# operator would. Which versions these are is the affair of the node's root file system. Source lib/engine first.

# Another docker may stand before the packaged one on a machine's PATH. The legacy builder: BuildKit is another matter.
docker() { in_node env DOCKER_BUILDKIT=0 /usr/bin/docker "$@" </dev/null; }

# Skips where the node's root has no Docker.
need_docker() {
  engine_need dockerd docker.io
  engine_need docker docker.io
  engine_need containerd containerd
}

# docker_needs_runtime KIND: skips where the node has no such runtime. Not in $(...).
docker_needs_runtime() {
  in_node sh -c 'command -v "$0" >/dev/null' "$1" || skip "$1 is missing: apt-get install $1"
}

# docker_runtime KIND: the name of runclamp's handler in front of it.
docker_runtime() {
  case $1 in runc) echo runclamp ;; *) echo "runclamp-$1" ;; esac
}

# docker_config [JQ-FILTER]: /etc/docker/daemon.json, with a runtime for each link to runclamp. No bridge and no firewall rules:
# the tests need no network, and not every machine has the kernel's modules for them.
docker_config() {
  # shellcheck disable=SC2016 # the inner shell's
  in_node sh -c 'for path in /usr/local/bin/runclamp*; do printf "{\"%s\":{\"path\":\"%s\"}}\n" "${path##*/}" "$path"; done' |
    jq -s '{bridge: "none", iptables: false, "storage-driver": "overlay2", runtimes: add} | '"${1:-.}" |
    node_file /etc/docker/daemon.json
}

# docker_start [JQ-FILTER]: containerd and dockerd, until they answer.
docker_start() {
  # Without it newer ones warn at each start of a container.
  in_node sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  docker_config "${1:-.}"
  daemon containerd containerd
  wait_for 60 in_node test -S /run/containerd/containerd.sock
  dockerd_up
}
dockerd_up() {
  daemon dockerd dockerd --containerd /run/containerd/containerd.sock
  wait_for 90 docker version || { tail -n 20 "$T/dockerd.log" >&2; return 1; }
}

# docker_restart [SIGNAL]: dockerd again; a TERM ends its containers unless live-restore is set.
docker_restart() {
  daemon_end dockerd "${1:-TERM}"
  dockerd_up
}
# docker_reconfigure [JQ-FILTER]: another daemon.json, and dockerd again.
docker_reconfigure() {
  daemon_end dockerd
  docker_config "${1:-.}"
  dockerd_up
}

# docker_handler NAME JQ-OBJECT: one more handler of runclamp with a link of its name; dockerd reads its runtimes again.
docker_handler() {
  in_node cat /etc/runclamp/config.json >"$T/config.json"
  jq --arg name "$1" ".handlers[\$name] = $2" "$T/config.json" | node_file /etc/runclamp/config.json
  in_node ln -sf runclamp "/usr/local/bin/$1"
  docker_config
  in_node kill -HUP "$(cat "$T/dockerd.pid")"
  wait_for 20 docker_knows "$1"
}
docker_knows() { docker info --format '{{json .Runtimes}}' | jq -e --arg name "$1" 'has($name)'; }

# docker_image NAME [INSTRUCTION...]: imports image_root's files as an image; an INSTRUCTION is a Dockerfile's.
docker_image() {
  local name=$1 change
  local changes=()
  shift
  if [ ! -e "$T/rootfs.tar" ]; then
    mkdir "$T/rootfs"
    image_root "$T/rootfs"
    tar -C "$T/rootfs" -cf "$T/rootfs.tar" .
  fi
  for change; do changes+=(--change "$change"); done
  docker import "${changes[@]}" "$T/rootfs.tar" "$name" >/dev/null
}

# docker_build NAME INSTRUCTION...: an image of several layers by the legacy builder.
docker_build() {
  local name=$1
  shift
  mkdir -p "$T/context"
  printf '%s\n' "$@" >"$T/context/Dockerfile"
  docker build -q -t "$name" "$T/context" >/dev/null
}

# docker_id NAME: the container's whole ID.
docker_id() { docker inspect --format '{{.Id}}' "$1"; }
# decided ID [JQ-FILTER]: the decision lines of a container.
decided() { decisions "select(.id == \"$1\") | ${2:-.}"; }

# docker_left ID...: prints what there still is of containers, anywhere in the node.
docker_left() {
  # shellcheck disable=SC2016 # the inner shell's
  in_node sh -c 'for id; do
    find /run /var/lib/docker /sys/fs/cgroup -name "*$id*" 2>/dev/null
    grep -e "$id" /proc/self/mountinfo
    ctr --namespace moby containers ls -q | grep -e "$id"
    ctr --namespace moby tasks ls -q | grep -e "$id"
    for pid in /proc/[0-9]*; do tr "\0" " " 2>/dev/null <"$pid/cmdline" | grep -e "-id $id"; done
  done' docker_left "$@" || true
}
# docker_says SENTENCE: the last `run` was a container that Docker could not create, with 125 and this sentence of the runtime;
# up to some version Docker puts its own ": unknown." behind it.
docker_says() {
  # shellcheck disable=SC2154 # of bats
  echo "$status: $output"
  [ "$status" -eq 125 ] && grep -qE "^docker: Error response from daemon: .*OCI runtime create failed: .*$" <<<"$output" &&
    sed -nE 's/.*OCI runtime create failed: (.*)/\1/p' <<<"$output" | sed 's/: unknown\.$//' | grep -qxF -e "$1"
}

# Where root file systems are mounted: none may be left of a container that is gone.
docker_mounts() { in_node grep -c ' /var/lib/docker/.*/merged ' /proc/self/mountinfo || true; }
