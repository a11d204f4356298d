#!/usr/bin/env bats
# How one container's start could reach another's state: the rows of docs/THREAT-MODEL.md. The bare runtime shows the way, where
# it has it; through runclamp it is closed, or what it leaves of the victim is what there was before.

load lib/common

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
