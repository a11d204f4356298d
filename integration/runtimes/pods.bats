#!/usr/bin/env bats
# A pod under runsc as containerd's handler calls it: a sandbox, then containers that join its sentry. There `start` installs
# the filter of every container after the first.

load ../lib/common

setup_file() {
  prepare
  # Nobody but this test made the bundles: it plays the CRI engine whose folder the configuration names.
  [ ! -x "$RUNCLAMP" ] || shim_config '.engines.cri.bundles = "'"$T/b"'"'
}
teardown() { clean; }
teardown_file() { clean_all; }

# The engine's profile is wide; what narrows is the shim's closure. The sandbox sleeps like a pause container.
pod_bundle() { # NAME TYPE SANDBOX-ID SEED-FILTER
  bundle "$1" '.annotations = {"io.kubernetes.cri.container-type": $type, "io.kubernetes.cri.sandbox-id": $sandbox}
    | if $type == "sandbox" then . else .annotations["io.kubernetes.cri.container-name"] = $name end
    | .process.args = if $type == "sandbox" then ["/bin/sleep", "100"] else ["/call", "getuid", "geteuid"] end
    | '"$4" --arg name "$1" --arg type "$2" --arg sandbox "$3"
}

# member MODE BUNDLE ID: create and start, then wait; the output of /call comes through a pipe.
member() {
  local mode=$1 b=$2 id=$3
  { oci "$mode" runsc ${OCI_CREATE:+"$OCI_CREATE"} create --bundle "$b" "$id" </dev/null 2>"$b/stderr" &&
    oci "$mode" runsc ${OCI_START:+"$OCI_START"} start "$id" </dev/null 2>>"$b/stderr" &&
    oci "$mode" runsc wait "$id" >/dev/null 2>&1; } | cat >"$b/out"
}

@test "each container of a pod is filtered" {
  need_runtime runsc
  need_shim
  sandbox=$(unique)
  needs='.annotations["io.runclamp.syscalls"] = "write exit_group getuid"'
  pause=$(pod_bundle pause sandbox "$sandbox" "$needs")
  oci shim runsc create --bundle "$pause" "$sandbox" </dev/null >/dev/null
  oci shim runsc start "$sandbox" </dev/null
  for name in c1 c2; do
    b=$(pod_bundle "$name" container "$sandbox" "$needs")
    member shim "$b" "$sandbox-$name"
    cat "$b/out" "$b/stderr"
    [ "$(cat "$b/out")" = $'getuid ok\ngeteuid -1' ]
  done
  for id in "$sandbox-c1" "$sandbox-c2" "$sandbox"; do
    oci shim runsc kill "$id" KILL 2>/dev/null || true
    oci shim runsc delete --force "$id"
  done
  [ -z "$(oci bare runsc list -quiet)" ]
}

@test "the sandbox alone under its built-in closure" {
  need_runtime runsc
  need_shim
  sandbox=$(unique)
  pause=$(pod_bundle pause sandbox "$sandbox" '.process.args = ["/call", "getpid", "socket:2,1,0"]')
  oci shim runsc run --bundle "$pause" "$sandbox" </dev/null 2>&1 | cat >"$pause/out"
  [ "$(cat "$pause/out")" = $'getpid ok\nsocket:2,1,0 -1' ]
}

# That the first test can fail: the bare runtime, the flag on create only.
@test "bare runsc: without the flag on start a pod's containers are unfiltered" {
  need_runtime runsc
  sandbox=$(unique)
  section=".linux.seccomp = $(allow write exit_group getuid nanosleep clock_nanosleep brk arch_prctl)"
  pause=$(pod_bundle pause sandbox "$sandbox" '.')
  oci bare runsc create --bundle "$pause" "$sandbox" </dev/null >/dev/null
  oci bare runsc start "$sandbox" </dev/null
  b=$(pod_bundle c1 container "$sandbox" "$section")
  OCI_CREATE=--oci-seccomp member bare "$b" "$sandbox-c1"
  cat "$b/out" "$b/stderr"
  [ "$(cat "$b/out")" = $'getuid ok\ngeteuid ok' ]
  b=$(pod_bundle c2 container "$sandbox" "$section")
  OCI_CREATE=--oci-seccomp OCI_START=--oci-seccomp member bare "$b" "$sandbox-c2"
  cat "$b/out" "$b/stderr"
  [ "$(cat "$b/out")" = $'getuid ok\ngeteuid -1' ]
}
