#!/usr/bin/env bats
# How one container's start could reach another's state: the rows of docs/THREAT-MODEL.md. The bare runtime shows the way, where
# it has it; through runclamp it is closed, or what it leaves of the victim is what there was before.

load ../lib/common

setup_file() {
  prepare
  [ ! -x "$RUNCLAMP" ] || shim_config
}
teardown() { clean; }
teardown_file() { clean_all; }

new_runsc() {
  need_runtime runsc
  RUNSC=$("$REPO/integration/suites" go-runsc | awk '$1 == "runsc" { print $3 }')
  [ -n "$RUNSC" ] || skip "a runsc of 2026 is missing: run integration/suites go-runsc"
  export RUNSC OCI_GLOBAL=--oci-seccomp
}

# sleeper NAME [FILTER [JQ-ARGS]]: its profile denies geteuid.
SLEEPER="$FLOOR brk arch_prctl clock_nanosleep nanosleep getuid set_tid_address prlimit64 readlink readlinkat getrandom exit_group"
sleeper() {
  local name=$1 filter=${2:-.}
  shift $(($# > 1 ? 2 : 1))
  # shellcheck disable=SC2086
  bundle "$name" '.process.args = ["/bin/sleep", "100"] | .linux.seccomp = $section | '"$filter" \
    --argjson section "$(allow $SLEEPER)" "$@"
}
WIDE='.linux.seccomp.syscalls[0].names += ["geteuid", "socket"]'

# up MODE KIND BUNDLE ID: created and started.
up() {
  oci "$1" "$2" ${OCI_GLOBAL:+"$OCI_GLOBAL"} create --bundle "$3" "$4" </dev/null >"$3/out" 2>"$3/stderr" || return 1
  oci "$1" "$2" ${OCI_GLOBAL:+"$OCI_GLOBAL"} start "$4" </dev/null >>"$3/out" 2>>"$3/stderr"
}

sandbox_pid() { oci bare "$1" state "$2" | jq .pid; }

# asks MODE ID: what an exec in the container may do.
asks() { oci "$1" runsc ${OCI_GLOBAL:+"$OCI_GLOBAL"} exec "$2" /call getuid geteuid 2>&1 | tail -2; }

AS_ITS_CONTAINER='.annotations = {"io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.sandbox-id": $victim,
  "io.kubernetes.cri.container-name": "__no_name_0"} | '
AS_CRIO='.annotations = {"io.kubernetes.cri-o.ContainerType": "container", "io.kubernetes.cri-o.SandboxID": $victim} | '

@test "bare runsc: a container with a pod's annotations starts in another's sentry" {
  need_runtime runsc
  victim=$(unique)
  up bare runsc "$(sleeper victim)" "$victim"
  for how in "$AS_ITS_CONTAINER" "$AS_CRIO"; do
    other=$(unique)-x
    up bare runsc "$(sleeper other "$how$WIDE" --arg victim "$victim")" "$other"
    [ "$(sandbox_pid runsc "$other")" = "$(sandbox_pid runsc "$victim")" ]
    oci bare runsc delete --force "$other"
  done
}

@test "bare runsc 2026: and under its name it replaces its filter" {
  new_runsc
  victim=$(unique)
  up bare runsc "$(sleeper victim)" "$victim"
  [ "$(asks bare "$victim")" = $'getuid ok\ngeteuid -1' ]
  up bare runsc "$(sleeper other "$AS_ITS_CONTAINER$WIDE" --arg victim "$victim")" "x-$victim"
  [ "$(asks bare "$victim")" = $'getuid ok\ngeteuid ok' ]
}

# joins_nothing: the same through the shim.
joins_nothing() {
  local victim other before how
  victim=$(unique)
  up shim runsc "$(sleeper victim)" "$victim"
  before="$(asks shim "$victim"); $(oci shim runsc ps --format json "$victim")"
  for how in "$AS_ITS_CONTAINER" "$AS_CRIO" '.annotations = {"io.kubernetes.cri.container-name": "x"} | '; do
    other=$(sleeper other "$how$WIDE" --arg victim "$victim")
    run up shim runsc "$other" "x-$victim"
    cat "$other/stderr"
    [ "$status" -ne 0 ]
    grep -q "has runsc start the container as one of a pod" "$other/stderr"
    [ "$(asks shim "$victim"); $(oci shim runsc ps --format json "$victim")" = "$before" ]
  done
  # A sandbox of its own joins nobody's, whatever it calls itself.
  up shim runsc "$(sleeper other '.annotations = {"io.kubernetes.cri-o.ContainerType": "sandbox", "io.kubernetes.cri-o.SandboxID": $victim} | .' \
    --arg victim "$victim")" "y-$victim"
  [ "$(sandbox_pid runsc "y-$victim")" != "$(sandbox_pid runsc "$victim")" ]
}

@test "runsc: pods' annotations join nothing, as no engine made the bundle" {
  need_runtime runsc
  need_shim
  joins_nothing
}

@test "runsc 2026: pods' annotations join nothing, as no engine made the bundle" {
  new_runsc
  need_shim
  shim_config
  joins_nothing
}

# A pod by hand, whose folder the configuration names: sandbox P, containers a (narrow) and b.
member() { # NAME FILTER
  sleeper "$1" '.annotations = {"io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.sandbox-id": $pod,
    "io.kubernetes.cri.container-name": $name} | '"$2" --arg pod "$pod" --arg name "$1"
}
pod_up() { # MODE
  up "$1" runsc "$(sleeper pause '.annotations = {"io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.cri.sandbox-id": $pod}' \
    --arg pod "$pod")" "$pod"
  up "$1" runsc "$(member a .)" "$pod-a"
  [ "$(asks "$1" "$pod-a")" = $'getuid ok\ngeteuid -1' ]
}

@test "bare runsc 2026: container-name-remap gives an exec in a the filter of b" {
  new_runsc
  pod=$(unique)
  pod_up bare
  up bare runsc "$(member b '.annotations["dev.gvisor.container-name-remap.1"] = "b=a" | '"$WIDE")" "$pod-b"
  [ "$(asks bare "$pod-a")" = $'getuid ok\ngeteuid ok' ]
}

@test "runsc 2026: in a pod neither a remapped name nor runsc's own is taken" {
  new_runsc
  need_shim
  shim_config '.engines.cri.bundles = "'"$T/b"'"'
  pod=$(unique)
  pod_up shim
  b=$(member b '.annotations["dev.gvisor.container-name-remap.1"] = "b=a" | '"$WIDE")
  run up shim runsc "$b" "$pod-b"
  grep -q 'dev.gvisor.container-name-remap.1" lets the container take' "$b/stderr"
  b=$(member __no_name_0 "$WIDE")
  run up shim runsc "$b" "$pod-c"
  cat "$b/stderr"
  grep -q 'name "__no_name_0" is one that runsc itself gives' "$b/stderr"
  [ "$(asks shim "$pod-a")" = $'getuid ok\ngeteuid -1' ]
  # The neighbour with a name of its own starts.
  up shim runsc "$(member d "$WIDE")" "$pod-d"
  [ "$(asks shim "$pod-a")" = $'getuid ok\ngeteuid -1' ]
  for id in "$pod-d" "$pod-a" "$pod"; do oci shim runsc delete --force "$id"; done
}

# What a victim of runc's or crun's is: its filters, capabilities, namespaces and processes.
state_of() { # PID
  grep -E '^(Seccomp|Seccomp_filters|NoNewPrivs|Cap[A-Z][a-z]+|Uid|Gid|Groups):' "/proc/$1/status"
  readlink "/proc/$1"/ns/*
  cat "/proc/$1/task/$1/children"
}

victim_up() { # KIND [FILTER]
  victim=$(unique)
  up shim "$1" "$(sleeper victim "${2:-.}" --arg id "/$victim")" "$victim"
  pid=$(oci bare "$1" state "$victim" | jq .pid)
  wait_status "$1" "$victim" running
  for ((i = 0; i < 50; i++)); do [ "$(cat "/proc/$pid/comm")" != sleep ] || break; sleep 0.1; done
  before=$(state_of "$pid")
  grep -q $'^Seccomp:\t2' <<<"$before"
}

@test "namespaces joined by path: the victim stays as it was, and who joins has a filter of its own" {
  need_shim
  local kind other
  for kind in runc crun; do
    need_runtime "$kind"
    victim_up "$kind"
    other=$(sleeper other '.process.args = ["/call", "getuid", "geteuid"]
      | .linux.namespaces |= map(if .type == "network" or .type == "ipc" or .type == "uts" or .type == "pid" then .path = "/proc/\($pid)/ns/" + {network: "net", ipc: "ipc", uts: "uts", pid: "pid"}[.type] else . end)' \
      --argjson pid "$pid")
    run start shim "$kind" "$other"
    cat "$other/stderr"
    [ "$output" = $'getuid ok\ngeteuid -1' ]
    [ "$(state_of "$pid")" = "$before" ]
    oci shim "$kind" delete --force "$victim"
  done
}

@test "another container's control group: limits are shared, filters and processes are not" {
  need_runtime runc
  need_shim
  victim_up runc '.linux.cgroupsPath = $id'
  other=$(sleeper other '.linux.cgroupsPath = $id' --arg id "/$victim")
  # From runc 1.2 on that is an error of its own.
  if up shim runc "$other" "x-$victim"; then
    [ "$(state_of "$pid")" = "$before" ]
    oci shim runc delete --force "x-$victim" 2>/dev/null
  fi
  [ "$(state_of "$pid")" = "$before" ]
  [ "$(oci bare runc state "$victim" | jq -r .status)" = running ]
}

@test "another container's ID under the same --root: it stays its runtime's" {
  need_runtime runc
  need_runtime crun
  need_shim
  local kind
  victim_up runc
  other=$(sleeper other)
  for kind in crun runc; do
    run env RUNCLAMP_CONFIG="$T/etc/config.json" "$LIB/enter" "$kind" "$T/bin/runclamp-$kind" --root "$T/root-runc" create --bundle "$other" \
      "$victim" </dev/null 3>&-
    echo "$output"
    [ "$status" -ne 0 ]
    [ "$(state_of "$pid")" = "$before" ]
  done
  oci shim runc delete --force "$victim"
  [ -z "$(oci bare runc list --quiet)" ]
}

# dials MODE RUNTIME JQ-FILTER: whether the runtime connects to the socket $s of the filter.
dials() {
  local socket=$T/etc/receiver listener status=0
  rm -f "$socket" "$T/dialled"
  python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); s.settimeout(20)
s.accept(); open(sys.argv[2], "w").close()' "$socket" "$T/dialled" 2>/dev/null 3>&- &
  listener=$!
  for ((i = 0; i < 100; i++)); do [ ! -S "$socket" ] || break; sleep 0.05; done
  start "$1" "$2" "$(sleeper other '.process.args = ["/call"] | '"$3" --arg s "$socket")" || status=$?
  for ((i = 0; i < 10; i++)); do [ ! -e "$T/dialled" ] || break; sleep 0.1; done
  kill "$listener" 2>/dev/null || true
  wait "$listener" 2>/dev/null || true
  [ -e "$T/dialled" ]
}

RECEIVER='.annotations["run.oci.pidfd_receiver"] = $s'
@test "crun: a pidfd receiver is dialled by the bare runtime alone" {
  need_runtime crun
  need_shim
  need python3 python3
  dials bare crun "$RECEIVER"
  if dials shim crun "$RECEIVER"; then return 1; fi
  grep -q run.oci.pidfd_receiver "$T/b/other/stderr"
}

LISTENER='.linux.seccomp.listenerPath = $s'
NOTIFY="$LISTENER"' | .linux.seccomp.syscalls += [{"names": ["sync"], "action": "SCMP_ACT_NOTIFY"}]'

# A listener is dialled by crun in any case, by runc for a rule; through runclamp where the operator has named it.
@test "a profile's listener: the bare runtime dials whatever socket; through runclamp those that seccomp_listeners names" {
  local kind filter
  need_shim
  need python3 python3
  chmod 755 "$T/etc"
  for kind in crun runc; do
    need_runtime "$kind"
    for filter in "$LISTENER" "$NOTIFY"; do
      [ "$kind$filter" != "runc$LISTENER" ] || continue
      dials bare "$kind" "$filter"
      shim_config
      if dials shim "$kind" "$filter"; then return 1; fi
      grep -q 'linux.seccomp.listenerPath\\" has the runtime connect to a socket of the node as root' "$T/b/other/stderr" ||
        grep -q 'linux.seccomp.listenerPath" has the runtime connect to a socket of the node as root' "$T/b/other/stderr"
      shim_config ".seccomp_listeners = [\"$T/etc/other\"]"
      if dials shim "$kind" "$filter"; then return 1; fi
      shim_config ".seccomp_listeners = [\"$T/etc\"]"
      dials shim "$kind" "$filter"
    done
  done
}

# The members that Go writes empty: what the bare runtime does with the section, it does through runclamp.
@test "an empty listenerPath is none to runc, and an error to crun; empty flags and architectures are none to both" {
  local kind mode member
  need_shim
  shim_config
  for kind in runc crun; do
    need_runtime "$kind"
    for member in '.listenerPath = ""' '.listenerPath = "" | .listenerMetadata = ""' '.listenerMetadata = ""' '.flags = []' '.architectures = []'; do
      for mode in bare shim; do
        if [[ $kind = crun && $member = *listenerPath* ]]; then
          if start "$mode" crun "$(bundle empty '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"} | .linux.seccomp |= ('"$member)")"; then return 1; fi
          grep -Eq 'is not an absolute path|linux.seccomp.listenerPath' "$T/b/empty/stderr"
        else
          start "$mode" "$kind" "$(bundle empty '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"} | .linux.seccomp |= ('"$member)")"
        fi
      done
    done
  done
}
