# shellcheck shell=bash
# What the integration tests share. A file's setup_file calls `prepare`, its teardown calls `clean`.
# The runtimes are those of $RUNC, $CRUN, $RUNSC ($RUNSC_PLATFORM) and $YOUKI, else the host's; $RUNCLAMP is the shim under test.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LIB=$REPO/integration/lib
: "${RUNCLAMP:=$REPO/build/runclamp}" "${CLAMPCTL:=$REPO/build/clampctl}"
PATH=$PATH:/usr/sbin:/sbin
# shellcheck disable=SC2034 # used by the tests
SIGSYS=159 # 128 + 31: a container whose init the filter killed

# Outside of bats (bench-engines) nothing can be skipped.
declare -F skip >/dev/null || bats_skip() { echo "$1" >&2; exit 1; }
# In setup_file bats 1.8 takes a skip for a failure, and does not say why: there each test of the file is skipped.
declare -F bats_skip >/dev/null || eval "bats_$(declare -f skip)"
# In a subshell, as in $(...), it could only end that, and the test would go on without what it needs: it is ended as failed.
skip() {
  if [ "$BASH_SUBSHELL" != 0 ]; then
    echo "# skip in a subshell, where it can skip nothing: call what skips outside of it ($1)" >&3
    kill "$$"
    exit 1
  fi
  [ -z "${BATS_TEST_NAME-outside}" ] || bats_skip "$@"
  local i
  # shellcheck disable=SC2154 # of bats
  for ((i = 1; i <= ${#tests_to_run[@]}; i++)); do
    echo "ok $((BATS_FILE_FIRST_TEST_NUMBER_IN_SUITE + i)) $(basename "$BATS_TEST_FILENAME"), test $i # skip $1" >&3
  done
  # shellcheck disable=SC2034 # of bats
  BATS_SETUP_FILE_COMPLETED=1
  exit 0
}

# need COMMAND PACKAGE: skips, saying how to get what is missing.
need() {
  command -v "$1" >/dev/null 2>&1 || skip "$1 is missing: apt-get install $2"
}

runtime_path() {
  local var=${1^^}
  if [ -n "${!var:-}" ]; then echo "${!var}"; else command -v "$1"; fi
}

need_runtime() {
  local path
  [ "$(uname -m)" = x86_64 ] || skip "the test program is for x86-64 only"
  [ "$(id -u)" = 0 ] || skip "containers need root: run as root"
  path=$(runtime_path "$1") || skip "$1 is missing: apt-get install $1"
  [ -x "$path" ] || skip "$1 is missing: $path"
}

# Not a skip: without the shim its tests fail.
need_shim() {
  [ -x "$RUNCLAMP" ] || { echo "$RUNCLAMP is missing: run make" >&2; return 1; }
}

# What this machine asks of a bare runtime; the shim's handlers have the same words as args.
runtime_args() {
  case $1 in
    crun) echo --cgroup-manager=disabled ;;
    runsc) echo "--platform=${RUNSC_PLATFORM:-ptrace}" --network=none --ignore-cgroups ;;
  esac
}

# prepare: a folder $T with a root filesystem (/call and busybox) and a base config.json. No absolute path in it is
# shared with another run, so two runs do not disturb each other.
prepare() {
  need jq jq
  need busybox busybox-static
  need gcc gcc
  T=$(mktemp -d /tmp/runclamp-test.XXXXXX)
  export T
  mkdir -p "$T"/rootfs/{bin,proc,dev,sys,tmp,etc} "$T"/{bin,b,etc}
  "$REPO/integration/payload/build" "$T/rootfs/call"
  cp "$(command -v busybox)" "$T/rootfs/bin/busybox"
  local applet
  for applet in sh sleep cat grep echo; do ln -s busybox "$T/rootfs/bin/$applet"; done
  base_config >"$T/base.json"
}

# The bundle that the runtime itself would write, in a private folder: `spec` refuses to overwrite.
base_config() {
  local dir=$T/spec writer
  mkdir "$dir"
  writer=$(runtime_path runc || runtime_path crun) || skip "runc and crun are missing: apt-get install runc"
  (cd "$dir" && "$writer" spec)
  jq --arg rootfs "$T/rootfs" '.process.terminal = false | .process.args = ["/call"] | .root = {path: $rootfs, readonly: true}
    | .ociVersion = "1.0.2" | del(.linux.seccomp)' "$dir/config.json"
}

# clean: ends and deletes every container that was started under this run's own roots, then the folder.
clean() {
  local kind root id
  [ -n "${T:-}" ] || return 0
  "$LIB/sweep" "$(basename "$T")"
  for kind in runc crun runsc youki; do
    root=$T/root-$kind
    [ -d "$root" ] || continue
    for id in $(oci bare "$kind" list 2>/dev/null | awk 'NR > 1 { print $1 }'); do
      oci bare "$kind" delete --force "$id" >/dev/null 2>&1 || true
    done
  done
}

clean_all() {
  clean
  [ -n "${T:-}" ] || return 0
  # runsc of 2026 keeps an empty network namespace bound there.
  if mountpoint -q "$T/root-runsc/null-netns"; then umount "$T/root-runsc/null-netns"; fi
  "$LIB/forget" "$T"
  rm -rf --one-file-system "$T"
}

# unique: an ID that no other run has; runc names a cgroup by it.
unique() { printf '%s-%s' "$(basename "$T")" "$((${BATS_TEST_NUMBER:-0} * 1000 + RANDOM % 1000))"; }

# bundle NAME [JQ-FILTER [JQ-ARGS...]]: a bundle folder from the base config; prints its path.
bundle() {
  local dir=$T/b/$1 filter=${2:-.}
  shift $(($# > 1 ? 2 : 1))
  rm -rf "$dir"
  mkdir -m 700 "$dir"
  jq "$@" "$filter" "$T/base.json" >"$dir/config.json" || return 1
  echo "$dir"
}

# shim_config [JQ-FILTER]: the shim's configuration and a name for each runtime in $T/bin.
shim_config() {
  local kind path
  local handlers='{}'
  for kind in runc crun runsc youki; do
    path=$(runtime_path "$kind") || continue
    handlers=$(jq -c --arg kind "$kind" --arg path "$(readlink -f "$path")" --arg args "$(runtime_args "$kind")" \
      '.["runclamp-" + $kind] = {runtime: $kind, path: $path, args: ($args | split(" ") | map(select(. != "")))}' <<<"$handlers")
    ln -sf "$RUNCLAMP" "$T/bin/runclamp-$kind"
  done
  # A copy: every folder on the way to a ceiling must be root's, which a checkout's need not be.
  cp "$REPO/config/whitelists/node-default.json" "$T/etc/"
  jq --argjson handlers "$handlers" --arg log "$T/decisions.jsonl" --arg ceiling "$T/etc/node-default.json" \
    "{level: \"standard\", decision_log: \$log,
      handlers: (\$handlers | map_values(if .runtime == \"runsc\" then . else .ceiling = \$ceiling end))} | ${1:-.}" \
    <<<null >"$T/etc/config.json"
  chmod 644 "$T/etc/config.json"
}

# oci bare|shim KIND WORDS...: one command line of a runtime, its state under $T.
oci() {
  local mode=$1 kind=$2 command
  shift 2
  case $mode in
    bare) read -ra command <<<"$(runtime_path "$kind") $(runtime_args "$kind")" ;;
    shim) command=("$T/bin/runclamp-$kind") ;;
  esac
  # A descriptor 3 left open in a container would keep bats waiting for it. runsc writes to a regular file at an offset
  # of its own: whoever reads its output must put a pipe there.
  RUNCLAMP_CONFIG=$T/etc/config.json timeout -k 5 "${OCI_TIMEOUT:-60}" "$LIB/enter" "$kind" \
    "${command[@]}" --root "$T/root-$kind" "$@" 3>&-
}

# start bare|shim KIND BUNDLE: runs the bundle to its end; its output and exit status are start's.
start() {
  local id
  id=$(unique)
  oci "$1" "$2" ${OCI_GLOBAL:+"$OCI_GLOBAL"} run --bundle "$3" "$id" </dev/null 2>"$3/stderr" | cat
  return "${PIPESTATUS[0]}"
}

# wait_status KIND ID STATUS: until `state` says so, for at most 10 s.
wait_status() {
  local i
  for ((i = 0; i < 100; i++)); do
    [ "$(oci bare "$1" state "$2" 2>/dev/null | jq -r .status)" = "$3" ] && return 0
    sleep 0.1
  done
  echo "$2 is not $3 after 10 s" >&2
  return 1
}

# allow NAMES...: a seccomp section that allows these and answers EPERM to all else.
allow() {
  jq -cn --args '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64"],
    syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_ALLOW"}]}' "$@"
}

# What runc and crun themselves call under the filter, runc's Go margin included: for bundles
# whose profile the test writes itself.
# shellcheck disable=SC2034
FLOOR="execve exit_group close fstatfs futex getdents64 openat openat2 statx write capget capset chdir faccessat2 fstat
  getcwd getppid newfstatat prctl read setgid setgroups setuid pselect6 rt_sigaction rt_sigprocmask setresgid setresuid
  rt_sigreturn nanosleep sched_yield epoll_pwait epoll_ctl mmap munmap madvise mprotect clone tgkill sigaltstack gettid
  getpid rseq set_robust_list exit restart_syscall"
