# shellcheck shell=bash
# containerd in a node (lib/engine), in its default places: daemon, images, `ctr`, and the CRI by lib/cri. Nothing here
# depends on containerd's version: what differs between its configurations is asked of the daemon itself.

: "${BASE_IMAGE:=example.org/base:1}"
export BASE_IMAGE

# containerd_setup v1|v2 [ROOT]: a node as engine_setup makes it, containerd running in it, and the image $BASE_IMAGE.
containerd_setup() {
  engine_need containerd containerd
  need python3 python3
  engine_setup "$@"
  containerd_handlers
  image_root "$T/rootfs"
  containerd_start
  image "$BASE_IMAGE"
}

# containerd_handlers [JQ-FILTER]: as engine_config. crun raises RLIMIT_MEMLOCK for its device filter, which a machine without
# CAP_SYS_RESOURCE denies: there no cgroups.
containerd_handlers() { engine_config '.handlers["runclamp-crun"].args = ["--cgroup-manager=disabled"] | '"${1:-.}"; }

# containerd_start [ENVIRONMENT=VALUE...]: the daemon, until it answers.
containerd_start() {
  daemon containerd env "$@" containerd
  wait_for 60 in_node ctr version || { tail -n 20 "$T/containerd.log" >&2; return 1; }
}

# containerd_stop [SIGNAL]: the daemon alone; what runs in containers goes on.
containerd_stop() { daemon_end containerd "${1:-TERM}"; }

# image NAME [LABEL=VALUE...]: imports an image of $T/rootfs with these labels; in containerd's namespace $NAMESPACE.
image() {
  LAYER=$T/layer.tar "$LIB/oci-image" "$T/rootfs" "$@" | in_node ctr -n "${NAMESPACE:-default}" image import - >/dev/null
}

# ctr WORDS...: with a deadline; a hanging client would take the whole suite with it.
ctr() { timeout -k 5 "${CTR_TIMEOUT:-90}" "$LIB/node" run "$T" ctr -n "${NAMESPACE:-default}" "$@" </dev/null 3>&-; }

# through RUNTIME OPTIONS... IMAGE ID [COMMAND...]: `ctr run` with runclamp in the runtime's place.
through() {
  local runtime=$1
  shift
  ctr run --runc-binary "$(shim_of "$runtime")" "$@"
}

shim_of() { if [ "$1" = runc ]; then echo /usr/local/bin/runclamp; else echo "/usr/local/bin/runclamp-$1"; fi; }

# task_is ID STATUS; snapshot_is_gone ID
task_is() { [ "$(ctr task ls | awk -v id="$1" '$1 == id { print $3 }')" = "$2" ]; }

# remnants ID: what is still there of a container that the engine was to take away.
remnants() {
  local state=/run/containerd/io.containerd.runtime.v2.task
  ctr container ls -q | grep -Fx -- "$1" | sed 's/^/container /'
  ctr task ls -q | grep -Fx -- "$1" | sed 's/^/task /'
  ctr snapshot ls | awk -v id="$1" '$1 == id { print "snapshot " $1 }'
  # shellcheck disable=SC2016 # the inner shell's
  in_node sh -c '
    for dir in "$2/$3/$1" "/run/containerd/runc/$3/$1"; do [ ! -e "$dir" ] || echo "folder $dir"; done
    grep -F "/$1/" /proc/self/mounts | sed "s/^/mount /"
    find /sys/fs/cgroup -type d -name "$1" | sed "s/^/cgroup /"
    for pid in /proc/[0-9]*; do
      line=$(tr "\0" " " <"$pid/cmdline") 2>/dev/null || continue
      case $line in *containerd-shim*" -id $1 "*) echo "process $line" ;; esac
    done' remnants "$1" "$state" "${NAMESPACE:-default}"
}

# gone ID: nothing is left of it; says what is. What the engine takes away in the background gets some time.
gone() {
  wait_for 20 nothing_of "$1" || { remnants "$1" >&2; return 1; }
}
nothing_of() { [ -z "$(remnants "$1")" ]; }

# decided ID [JQ-FILTER]: the decision lines of one container.
decided() { decisions | jq -c --arg id "$1" 'select(.id == $id) | '"${2:-.}"; }

# config_version: of the configuration that this containerd writes itself.
config_version() { in_node containerd config default | awk '$1 == "version" { print $3; exit }'; }

# The plug-in whose tables are the CRI's runtimes.
cri_plugin() { if [ "$(config_version)" -ge 3 ]; then echo io.containerd.cri.v1.runtime; else echo io.containerd.grpc.v1.cri; fi; }

# cri_config [TOML...]: /etc/containerd/config.toml for the CRI on these machines; each argument is put behind it. The
# tables of runtimes are the caller's: cri_handler prints them.
cri_config() {
  local version cri sandbox
  version=$(config_version)
  cri=$(cri_plugin)
  if [ "$version" -ge 3 ]; then
    sandbox='[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "'$PAUSE_IMAGE'"'
  fi
  {
    printf 'version = %s\nimports = ["/etc/containerd/conf.d/*.toml"]\n%s\n[plugins."%s"]\n' "$version" "${sandbox:-}" "$cri"
    [ -n "${sandbox:-}" ] || printf '  sandbox_image = "%s"\n' "$PAUSE_IMAGE"
    # Without CAP_SYS_RESOURCE the score of the pause container cannot be lowered.
    printf '  restrict_oom_score_adj = true\n  disable_apparmor = true\n'
    printf '%s\n' "$@"
  } | node_file /etc/containerd/config.toml
}
: "${PAUSE_IMAGE:=example.org/pause:1}"

# cri_handler NAME BINARY [GLOBS]: the table of a runtime handler, as docs/containerd.md has it. GLOBS: a TOML list of the
# annotations that are handed on, in place of runclamp's own.
cri_handler() {
  local cri globs=${3:-'["io.runclamp.*", "io.runclamp.*/*"]'}
  cri=$(cri_plugin)
  cat <<TOML
[plugins."$cri".containerd.runtimes.$1]
  runtime_type = "io.containerd.runc.v2"
  pod_annotations = $globs
  container_annotations = $globs
  [plugins."$cri".containerd.runtimes.$1.options]
    BinaryName = "$2"
TOML
}

# gvisor_handler NAME BINARY: the same by gVisor's own shim, for a runsc.
gvisor_handler() {
  node_file "/etc/containerd/$1.toml" <<<"binary_name = \"$2\""
  cri_handler "$1" "$2" | sed -e 's/io.containerd.runc.v2/io.containerd.runsc.v1/' \
    -e 's|^ *BinaryName.*|    TypeUrl = "io.containerd.runsc.v1.options"\n    ConfigPath = "/etc/containerd/'"$1"'.toml"|'
}

# cri METHOD [TEXT]: a call of the CRI; the socket is reached through the node's own root.
cri() { "$LIB/cri" "/proc/$(cat "$T/node/pid")/root/run/containerd/containerd.sock" "$@" 3>&-; }
