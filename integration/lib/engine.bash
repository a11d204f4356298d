# shellcheck shell=bash
# What the engines' tests share: a node (lib/node) with runclamp installed in it as `make install` does, a root file system for
# images, and words to wait. Source lib/common first. A file's setup_file calls engine_setup, its teardown_file engine_clean.

# The engines of another Debian suite, from `suites sid-engines`, in the place of the host's.
: "${ENGINE_ROOT:=/}"

# engine_need COMMAND PACKAGE: of the root that the nodes lie over.
engine_need() {
  local dir
  for dir in usr/bin usr/sbin usr/libexec/podman usr/lib/podman; do [ ! -x "${ENGINE_ROOT%/}/$dir/$1" ] || return 0; done
  skip "$1 is missing in $ENGINE_ROOT: apt-get install $2"
}

# engine_setup v1|v2 [ROOT]: the folder $T, a node over ROOT ($ENGINE_ROOT), and runclamp in it with a handler for each runtime.
engine_setup() {
  [ "$(id -u)" = 0 ] || skip "engines need root: run as root"
  need_shim
  need jq jq
  need busybox busybox-static
  # Not below /tmp: the node has one of its own, and layers want a disk.
  T=$(mktemp -d /var/tmp/runclamp-engine.XXXXXX)
  export T
  "$LIB/node" start "$1" "${2:-$ENGINE_ROOT}" "$T"
  make -s -C "$REPO" install DESTDIR="$T/stage" >/dev/null
  in_node cp -a "$T/stage/." /
  in_node rm -f /var/log/runclamp/decisions.jsonl # the host's shows through
  engine_config .
}

engine_clean() {
  [ -n "${T:-}" ] || return 0
  "$LIB/node" stop "$T"
  rm -rf --one-file-system "$T"
}

# in_node COMMAND...: in the node; a descriptor 3 left open there would keep bats waiting.
in_node() { "$LIB/node" run "$T" "$@" 3>&-; }

# node_file PATH: writes standard input to a file of the node, made with its folder.
node_file() { in_node sh -c 'mkdir -p "$(dirname "$1")" && cat >"$1"' node_file "$1"; }

# engine_config [JQ-FILTER]: the node's configuration of runclamp: handlers runclamp (runc), runclamp-crun and runclamp-runsc.
engine_config() {
  local name
  jq -n '{level: "standard", handlers: {
      runclamp: {runtime: "runc", path: "/usr/sbin/runc"},
      "runclamp-crun": {runtime: "crun", path: "/usr/bin/crun"},
      "runclamp-runsc": {runtime: "runsc", path: "/usr/bin/runsc",
        args: ["--platform='"${RUNSC_PLATFORM:-ptrace}"'", "--network=none", "--ignore-cgroups"]}}} | '"${1:-.}" |
    node_file /etc/runclamp/config.json
  for name in runclamp-crun runclamp-runsc; do in_node ln -sf runclamp "/usr/local/bin/$name"; done
}

# decisions [JQ-FILTER]: the decision log's lines so far.
decisions() { in_node cat /var/log/runclamp/decisions.jsonl 2>/dev/null | jq -c "${1:-.}"; }

# daemon NAME COMMAND...: starts it in the node's background; its output is in $T/NAME.log, its pid (the node's) in $T/NAME.pid.
daemon() {
  local name=$1
  shift
  # shellcheck disable=SC2016 # the inner shell's
  in_node sh -c 'echo $$ >"$0" && exec "$@"' "$T/$name.pid" "$@" >"$T/$name.log" 2>&1 </dev/null &
  disown
}

# daemon_end NAME [SIGNAL]: by its own pid, and waits until it is gone.
daemon_end() {
  local pid
  pid=$(cat "$T/$1.pid") || return 0
  in_node kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  wait_for 60 node_lacks "$pid"
  rm -f "$T/$1.pid"
}
# shellcheck disable=SC2016 # the inner shell's
node_lacks() { in_node sh -c '! kill -0 "$0" 2>/dev/null' "$1"; }

# wait_for SECONDS COMMAND...: until it succeeds; says what it waited for when it does not.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "waited in vain for: $*" >&2; return 1; }
    sleep 0.1
  done
}

# says ID STATE [ID STATE...]: `clampctl check --node` says this of these ways round.
says() {
  local answer
  answer=$(in_node clampctl check --node --json || true)
  while [ $# -gt 0 ]; do
    [ "$(jq -r --arg id "$1" '.ways[] | select(.id == $id) | .state' <<<"$answer")" = "$2" ] ||
      { jq --arg id "$1" '.ways[] | select(.id == $id)' <<<"$answer"; echo "wanted: $1 $2"; return 1; }
    shift 2
  done
}

# image_root DIR: a root file system for images: busybox with its applets, and /call (payload/call.c).
image_root() {
  local applet
  mkdir -p "$1"/{bin,proc,dev,sys,tmp,etc,root}
  "$REPO/integration/payload/build" "$1/call"
  cp "$(command -v busybox)" "$1/bin/busybox"
  for applet in sh sleep cat grep echo true false id ls mkdir rm kill wc head stat touch env; do ln -sf busybox "$1/bin/$applet"; done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
}

# What busybox's sh and the small programs of the tests call; an image's own declaration is made from it.
# shellcheck disable=SC2034 # used by the tests
BUSYBOX_NEEDS="access arch_prctl brk clone close dup2 execve exit_group faccessat fcntl fork fstat futex getcwd getpid getppid
  getrandom getuid getdents64 geteuid getgid getegid getgroups ioctl kill lseek lstat mmap mprotect munmap nanosleep clock_nanosleep newfstatat
  open openat pipe pipe2 poll prctl prlimit64 read readlink rseq rt_sigaction rt_sigprocmask rt_sigreturn set_robust_list
  set_tid_address setpgid stat uname vfork wait4 write writev"
