#!/usr/bin/env bats
# What a process is, bare and through runclamp, under the smallest closure: its image declares one call. The runtime gives it
# streams, user, groups, umask, descriptors and more by calls that are made under the filter, and goes on silently where some are
# denied. And what happens where the engine's profile denies the runtime's own calls. Of $RUNC and $CRUN, else the host's.

load ../lib/common

setup_file() {
  prepare
  # Its owner alone may run it.
  install -o 1000 -g 1000 -m 700 "$T/rootfs/call" "$T/rootfs/own"
  chmod 755 "$T"
  [ ! -x "$RUNCLAMP" ] || shim_config
}
teardown() { clean; }
teardown_file() { clean_all; }

# The process is looked at from outside, so that it needs nothing itself.
PROCESS='.process.args = ["/own", "pause"] | .process.noNewPrivileges = ($nnp == "true") | .process.oomScoreAdj = 321
  | .process.user = {uid: ($user | tonumber), gid: ($user | tonumber), additionalGids: [5, 6], umask: 63} | .process.cwd = "/tmp"
  | .process.rlimits = [] | .linux.personality = {domain: "LINUX32"}
  | .annotations = {"io.runclamp.syscalls": "pause"} | if $user == "0" then .process.args[0] = "/call" else . end'

# streams FOLDER COMMAND...: with three fifos as its standard streams, each of an owner that can be seen; and with a descriptor
# that it must not hand on.
streams() {
  local d=$1 i
  shift
  rm -rf "$d/fifo" && mkdir "$d/fifo"
  for i in 0 1 2; do mkfifo -m 600 "$d/fifo/$i"; done
  "$@" 0<>"$d/fifo/0" 1<>"$d/fifo/1" 2<>"$d/fifo/2" 3>&- 9</etc
}

# describe PID FOLDER: all that its image did not choose.
describe() {
  local fd
  awk '/^(Umask|Uid|Gid|Groups|Cap|NoNewPrivs|SigBlk|SigIgn)/' "/proc/$1/status"
  for fd in 0 1 2; do echo "stream $fd: $(stat -c '%u %g %a' "$2/fifo/$fd")"; done
  for fd in "/proc/$1/fd"/*; do echo "descriptor ${fd##*/}: $(readlink "$fd" | sed 's/[0-9]\{3,\}/N/g; s#.*/fifo/#fifo #')"; done
  echo "cwd $(readlink "/proc/$1/cwd")"
  echo "oom $(cat "/proc/$1/oom_score_adj") personality $(cat "/proc/$1/personality") nice $(awk '{ print $19, $41 }' "/proc/$1/stat")"
  tr '\0' '\n' <"/proc/$1/environ" | sort
}

# created MODE KIND BUNDLE ID: as an engine does it; then described.
created() {
  streams "$3" oci "$1" "$2" create --bundle "$3" --pid-file "$3/pid" "$4" || return 1
  sleep 0.1 # the runtime surely waits
  oci "$1" "$2" start "$4" </dev/null >"$3/start" 2>&1 || { cat "$3/start"; return 1; }
  described "$3" "$3/pid"
}

# described FOLDER PID-FILE: once the program itself runs.
described() {
  local pid i
  pid=$(cat "$2")
  for ((i = 0; i < 50; i++)); do
    case $(readlink "/proc/$pid/exe") in
      /call | /own) describe "$pid" "$1"; return 0 ;;
      '') break ;; # it has ended
    esac
    sleep 0.1
  done
  echo "the program does not run"
  return 1
}

# same FILE FILE
same() { diff -u "$1" "$2"; }

effects() { # KIND NNP USER
  local kind=$1 mode b id
  need_runtime "$kind"
  need_shim
  for mode in bare shim; do
    b=$(bundle "$mode" "$PROCESS" --arg nnp "$2" --arg user "$3")
    id=$(unique)
    created $mode "$kind" "$b" "$id" >"$T/$mode.created" || { cat "$T/$mode.created"; return 1; }
    # As engines do it, and as a person at the node does.
    jq '.process | .user.umask = 7 | .cwd = "/"' "$b/config.json" >"$b/process.json"
    streams "$b" oci $mode "$kind" exec --detach --pid-file "$b/exec" --process "$b/process.json" "$id"
    described "$b" "$b/exec" >"$T/$mode.exec"
    streams "$b" oci $mode "$kind" exec --detach --pid-file "$b/hand" "$id" /call pause
    described "$b" "$b/hand" >"$T/$mode.hand"
    oci $mode "$kind" delete --force "$id" </dev/null
  done
  cat "$T/bare.created"
  grep -q "^stream 1: $3 " "$T/bare.created"
  same "$T/bare.created" "$T/shim.created"
  same "$T/bare.exec" "$T/shim.exec"
  same "$T/bare.hand" "$T/shim.hand"
  # So the comparison has something to see.
  grep -q 'Umask:.0077' "$T/bare.created"
}

@test "runc, noNewPrivileges, root: create and exec make the process that they make without us" { effects runc true 0; }
@test "runc, noNewPrivileges, a user: create and exec make the process that they make without us" { effects runc true 1000; }
@test "runc, no noNewPrivileges, root: create and exec make the process that they make without us" { effects runc false 0; }
@test "runc, no noNewPrivileges, a user: create and exec make the process that they make without us" { effects runc false 1000; }
@test "crun, noNewPrivileges, root: create and exec make the process that they make without us" { effects crun true 0; }
@test "crun, noNewPrivileges, a user: create and exec make the process that they make without us" { effects crun true 1000; }
@test "crun, no noNewPrivileges, root: create and exec make the process that they make without us" { effects crun false 0; }
@test "crun, no noNewPrivileges, a user: create and exec make the process that they make without us" { effects crun false 1000; }

# Those that a runtime may survive. FLOOR_CALLS=all: what strace shows of both runtimes under their filter, create and exec,
# which takes minutes, since many a start then hangs.
CALLS_TRUE="openat2 statx umask" CALLS_FALSE="$CALLS_TRUE faccessat2 fchown"
[ "${FLOOR_CALLS:-}" != all ] || CALLS_TRUE="close close_range execve fcntl fstat fstatfs futex getdents64 ioctl openat openat2 statx
  umask write"
[ "${FLOOR_CALLS:-}" != all ] || CALLS_FALSE="$CALLS_TRUE capget capset chdir epoll_ctl faccessat2 fchown getcwd getpid getppid newfstatat prctl pselect6 read
  rt_sigaction rt_sigprocmask setgid setgroups setresgid setresuid setuid tgkill"

# life MODE KIND BUNDLE: "started" and the process, or "failed"; exec too. What it says where it fails is the runtime's own.
life() {
  local id
  id=$(unique)
  # crun keeps compiled filters from 1.9 on, by a key without errnos.
  rm -rf "$T/root-$2/.cache"
  if created "$1" "$2" "$3" "$id" >"$3/created" 2>&1; then
    cat "$3/created"
    jq .process "$3/config.json" >"$3/process.json"
    streams "$3" oci "$1" "$2" exec --detach --pid-file "$3/exec" --process "$3/process.json" "$id" || echo "exec failed"
    [ ! -s "$3/exec" ] || described "$3" "$3/exec" || true
  else
    echo failed
  fi
  oci "$1" "$2" delete --force "$id" </dev/null >/dev/null 2>&1 || true
}

# A profile of the engine's that allows all but one of the runtime's own calls: a runtime that survives it without us does so with us.
denied() { # KIND NNP USER NAMES...
  local kind=$1 nnp=$2 user=$3 name errno mode b bad=0 started=0
  shift 3
  need_runtime "$kind"
  need_shim
  for name; do for errno in 1 38; do
    for mode in bare shim; do
      b=$(bundle "$mode" "$PROCESS"' | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
        syscalls: [{names: [$name], action: "SCMP_ACT_ERRNO", errnoRet: ($errno | tonumber)}]}' \
        --arg nnp "$nnp" --arg user "$user" --arg name "$name" --arg errno "$errno")
      OCI_TIMEOUT=10 life $mode "$kind" "$b" >"$T/$mode.life"
    done
    [ "$(head -n 1 "$T/bare.life")" = failed ] || started=$((started + 1))
    same "$T/bare.life" "$T/shim.life" >"$T/diff" || { echo "$name denied with $errno:"; head -n 20 "$T/diff"; bad=$((bad + 1)); }
  done; done
  echo "$started of $(($# * 2)) start"
  [ "$bad" -eq 0 ] && [ "$started" -gt 0 ]
}

# shellcheck disable=SC2086 # lists
@test "runc, noNewPrivileges: where the engine denies one of its calls it lives as without us" { denied runc true 0 $CALLS_TRUE; }
# shellcheck disable=SC2086
@test "runc, no noNewPrivileges: where the engine denies one of its calls it lives as without us" { denied runc false 1000 $CALLS_FALSE; }
# shellcheck disable=SC2086
@test "crun, noNewPrivileges: where the engine denies one of its calls it lives as without us" { denied crun true 0 $CALLS_TRUE; }
# shellcheck disable=SC2086
@test "crun, no noNewPrivileges: where the engine denies one of its calls it lives as without us" { denied crun false 1000 $CALLS_FALSE; }

# The runtime's own line would be a riddle: "cannot start an already running container", an exit status without a word.
sure() { # KIND CALL
  need_runtime "$1"
  need_shim
  local b
  b=$(bundle sure '.process.noNewPrivileges = true | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
    {names: [$name], action: "SCMP_ACT_ERRNO"}]}' --arg name "$2")
  OCI_TIMEOUT=10 run start bare "$1" "$b"
  [ "$status" -ne 0 ]
  run start shim "$1" "$b"
  [ "$status" -eq 1 ]
  [[ $(cat "$b/stderr") == *"the engine's profile denies $2, which $1 itself needs to start a container: it would fail"* ]]
}

@test "runc: a start that the engine's profile makes fail says why" { sure runc execve; sure runc openat; }
@test "crun: a start that the engine's profile makes fail says why" { sure crun execve; }
