# shellcheck shell=bash disable=SC2034
# Podman in a node: the host's, or that of another suite's root file system ($ENGINE_ROOT, from `suites sid-engines`).
# Source lib/common and lib/engine.bash first.
#   p ARGS...       podman as root
#   u ARGS...       podman as the user tester, whose home lies on a disk
#   handler KIND    the path of runclamp's handler for runc, crun or runsc

# podman_setup v1|v2: a node with runclamp, Podman's configuration and the image localhost/app:1; PODMAN is Podman's major and minor
# version as one number: 4.3.1 is 403.
podman_setup() {
  engine_need podman podman
  engine_need conmon conmon
  engine_need catatonit catatonit
  engine_setup "$1" "$ENGINE_ROOT"
  podman_handlers
  podman_config
  image_root "$T/rootfs"
  image p localhost/app:1
  PODMAN=$(p version --format '{{.Client.Version}}' | awk -F. '{ print $1 * 100 + $2 }')
  export PODMAN
}

# podman_empty in_node|as_tester: no pod and no container is left of root's or the user's.
podman_empty() {
  [ -z "${T:-}" ] || "$1" sh -c 'podman pod rm -fa -t 0; podman rm -fa -t 0' >/dev/null 2>&1 || true
}

podman_clean() {
  podman_empty in_node
  engine_clean
}

# What this machine's runsc can do differs by release (integration/matrix).
podman_handlers() {
  engine_config '.handlers["runclamp-runsc"].args[0] = "--platform='"${RUNSC_PLATFORM:-ptrace}"'" | '"${1:-.}"
}

# podman_config [LINES]: containers.conf; LINES stand in [engine]. No network: a node has none, and tests want none. The limits
# are what a machine without CAP_SYS_RESOURCE can set, a cgroup without its controllers takes no other bound on processes.
podman_config() {
  node_file /etc/containers/containers.conf <<CONF
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
${1:-}
[engine.runtimes]
runclamp = ["/usr/local/bin/runclamp"]
runclamp-crun = ["/usr/local/bin/runclamp-crun"]
runclamp-runsc = ["/usr/local/bin/runclamp-runsc"]
CONF
}

p() { in_node env PODMAN_IGNORE_CGROUPSV1_WARNING=1 podman "$@"; }

handler() {
  case $1 in
    runc) echo /usr/local/bin/runclamp ;;
    *) echo "/usr/local/bin/runclamp-$1" ;;
  esac
}

# image p|u NAME [CHANGE...]: made from $T/rootfs; CHANGE as in a Containerfile: 'LABEL a=b'.
image() {
  local who=$1 name=$2 change=()
  shift 2
  while [ $# -gt 0 ]; do change+=(--change "$1") && shift; done
  tar -C "$T/rootfs" -c . | "$who" import -q ${change[@]+"${change[@]}"} - "$name" >/dev/null
}

# run_in p|u KIND ARGS...: `podman run --rm` through the handler for KIND, by its path.
run_in() {
  local who=$1 kind=$2
  shift 2
  "$who" --runtime "$(handler "$kind")" run --rm "$@"
}

# rootless_setup: the user tester, with a range of IDs and a runtime folder, as a login makes them.
rootless_setup() {
  engine_need newuidmap uidmap
  in_node sh -euc '
    mkdir -p /var/lib/containers/home
    useradd -m -b /var/lib/containers/home -s /bin/sh tester
    grep -qs ^tester: /etc/subuid || echo tester:500000:65536 >>/etc/subuid
    grep -qs ^tester: /etc/subgid || echo tester:500000:65536 >>/etc/subgid
    uid=$(id -u tester)
    mkdir -p "/run/user/$uid"
    chown tester: "/run/user/$uid"
    chmod 700 "/run/user/$uid"'
  TESTER=$(in_node id -u tester)
  export TESTER
}

# as_tester COMMAND...: with the environment of a login.
as_tester() {
  in_node setpriv --reuid "$TESTER" --regid "$TESTER" --init-groups env -i HOME=/var/lib/containers/home/tester USER=tester \
    PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin XDG_RUNTIME_DIR="/run/user/$TESTER" PODMAN_IGNORE_CGROUPSV1_WARNING=1 "$@"
}
u() { as_tester podman "$@"; }

# users_folders COMMAND: `COMMAND own` with folders above the user's store that he alone can write to, though their modes say more,
# and `COMMAND shared` with those that others can. The modes of his home and of ~/.local, and the latter's group.
users_folders() {
  local home=/var/lib/containers/home/tester in_home mode group whose failed=''
  while read -r in_home mode group whose; do
    in_node sh -euc 'chmod "$2" "$1"; chgrp "$4" "$1/.local"; chmod "$3" "$1/.local"' folders "$home" "$in_home" "$mode" "$group"
    echo "home $in_home, .local $mode $group:"
    "$1" "$whose" || failed="$failed; $in_home $mode $group"
  done <<<'755 775 tester own
750 777 tester own
700 775 users own
700 777 users own
755 775 users shared
711 777 tester shared'
  in_node sh -euc 'chmod 755 "$1" "$1/.local"; chgrp tester "$1/.local"' folders "$home"
  [ -z "$failed" ] || { echo "failed$failed"; return 1; }
}
# not_his_alone: the last `run` says so, and the cure.
# shellcheck disable=SC2154 # of bats
not_his_alone() {
  [ "$status" -ne 0 ] &&
    [[ $output =~ '/.local is not trusted: '(its group may write to it \(mode 0775\)|everybody may write to it \(mode 0777\))', not only root and the caller; run chmod '(g|go)'-w on it' ]]
}

# What the tests say again and again.
NEEDS=io.runclamp.syscalls
# On one line: Podman 4.3 reads an annotation as a record of CSV, and drops what follows a line's end.
# shellcheck disable=SC2086 # a list
BUSYBOX=$(tr -s ' \n' ' ' <<<"$BUSYBOX_NEEDS")

# The last decision line has this in it.
decided() {
  decisions | tail -n 1 >"$T/last"
  jq -e "$1" "$T/last" || { cat "$T/last" >&2; return 1; }
}

# refused WORDS: the last `run` was refused as Podman says it, in one sentence with WORDS, and nothing runs.
# shellcheck disable=SC2154 # of bats
refused() {
  echo "$status: $output"
  [ "$status" -eq 126 ]
  [ "$(grep -c "$1" <<<"$output")" -eq 1 ]
  [ -z "$(p ps -q)" ]
}

# nothing_left: no container, no mount, no process of one, and no record of runclamp.
nothing_left() {
  [ -z "$(p ps -aq)" ]
  if in_node grep -E 'overlay-containers|/merged' /proc/mounts; then return 1; fi
  ! in_node sh -c 'cat /proc/[0-9]*/comm' 2>/dev/null | grep -x conmon
}

# sleeper NAME [ARGS...]: a container that stays, under a closure of its own.
sleeper() {
  local name=$1
  shift
  p --runtime "$(handler "${KIND:-runc}")" run -d --name "$name" --annotation "$NEEDS=$BUSYBOX" "$@" \
    localhost/app:1 sleep 1000 >/dev/null
}
