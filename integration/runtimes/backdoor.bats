#!/usr/bin/env bats
# Ways round linux.seccomp. Where it can be shown, the bare runtime goes through the door first: a door that a release closed
# shows here. Then runclamp refuses it with one sentence that names it, starts nothing and leaves config.json as it was.

load ../lib/common

setup_file() {
  prepare
  [ ! -x "$RUNCLAMP" ] || shim_config
}
teardown() { clean; }
teardown_file() { clean_all; }

# guarded NAME [FILTER [JQ-ARGS]]: getuid is denied by the engine's profile, so `getuid ok` means that it was got round.
guarded() {
  local name=$1 filter=${2:-.}
  shift $(($# > 1 ? 2 : 1))
  # shellcheck disable=SC2086
  bundle "$name" '.linux.seccomp = $section | .process.args = ["/call", "getuid"] | '"$filter" \
    --argjson section "$(allow $FLOOR)" "$@"
}

annotated() { guarded "$1" '.annotations[$key] = $value' --arg key "$2" --arg value "$3"; }

# refused KIND BUNDLE TEXT [WORDS...]: words go to `run`.
refused() {
  local kind=$1 b=$2 text=$3 id before
  shift 3
  id=$(unique)
  before=$(sha256sum "$b/config.json")
  oci shim "$kind" run --bundle "$b" "$@" "$id" >"$b/out" 2>"$b/stderr" </dev/null && status=0 || status=$?
  cat "$b/out" "$b/stderr"
  [ "$status" -ne 0 ]
  [ ! -s "$b/out" ]
  [ "$(wc -l <"$b/stderr")" -eq 1 ]
  grep -qF -- "$text" "$b/stderr"
  [ "$(sha256sum "$b/config.json")" = "$before" ]
  [ ! -e "$T/root-$kind/$id" ]
}

# passes KIND BUNDLE: it starts, and its filter is in force.
passes() {
  run start shim "$1" "$2"
  cat "$2/stderr"
  [ "$output" = "getuid -1" ]
}

# One BPF instruction: return SECCOMP_RET_ALLOW.
ALLOW_ALL=BgAAAAAA/38=

@test "bare crun: seccomp_bpf_data replaces the filter" {
  need_runtime crun
  run start bare crun "$(guarded plain)"
  [ "$output" = "getuid -1" ]
  run start bare crun "$(annotated bpf run.oci.seccomp_bpf_data "$ALLOW_ALL")"
  [ "$output" = "getuid ok" ]
}

@test "bare crun: --config replaces config.json" {
  need_runtime crun
  b=$(guarded replaced)
  jq 'del(.linux.seccomp)' "$b/config.json" >"$b/other.json"
  run oci bare crun run --bundle "$b" --config "$b/other.json" "$(unique)" </dev/null
  [ "$output" = "getuid ok" ]
}

@test "bare runc: a section under another case is obeyed" {
  need_runtime runc
  b=$(guarded case 'del(.linux.seccomp) | .["LINUX"] = {"SECCOMP": $section}')
  run start bare runc "$b"
  [ "$output" = "getuid -1" ]
}

@test "bare runsc: dev.gvisor.flag.oci-seccomp switches the filter off" {
  need_runtime runsc
  b=$(annotated flag dev.gvisor.flag.oci-seccomp false)
  run oci bare runsc --oci-seccomp --allow-flag-override run --bundle "$b" "$(unique)" </dev/null
  [ "${lines[0]}" = "getuid ok" ]
  OCI_GLOBAL=--oci-seccomp run start bare runsc "$(guarded plain)"
  [ "$output" = "getuid -1" ]
}

@test "bare runsc 2026: dev.gvisor.internal.seccomp drops the section" {
  need_runtime runsc
  RUNSC=$("$REPO/integration/suites" go-runsc | awk '$1 == "runsc" { print $3 }')
  [ -n "$RUNSC" ] || skip "a runsc of 2026 is missing: run integration/suites go-runsc"
  export RUNSC
  b=$(guarded drop '.annotations = {"io.kubernetes.cri.container-name": "app", "dev.gvisor.internal.seccomp.app": "RuntimeDefault"}')
  OCI_GLOBAL=--oci-seccomp run start bare runsc "$b"
  [ "$output" = "getuid ok" ]
  OCI_GLOBAL=--oci-seccomp run start bare runsc "$(guarded plain)"
  [ "$output" = "getuid -1" ]
}

# hooked NAME FILE: crun's hooks have their output there.
hooked() {
  guarded "$1" '.annotations["run.oci.hooks.stdout"] = $file | .hooks.poststart = [{path: "/bin/true"}]' --arg file "$2"
}

@test "bare crun: hooks.stdout creates a file of the node" {
  need_runtime crun
  run start bare crun "$(hooked write "$T/etc/of-the-node.json")"
  [ "$output" = "getuid -1" ]
  [ -e "$T/etc/of-the-node.json" ]
}

@test "crun: annotations that make root write, connect, mount or join are refused" {
  need_runtime crun
  need_shim
  refused crun "$(hooked write "$T/etc/refused.json")" run.oci.hooks.stdout
  [ ! -e "$T/etc/refused.json" ]
  refused crun "$(annotated err run.oci.hooks.stderr /dev/null)" run.oci.hooks.stderr
  refused crun "$(annotated pidfd run.oci.pidfd_receiver "$T/socket")" run.oci.pidfd_receiver
  refused crun "$(annotated v1 run.oci.systemd.force_cgroup_v1 /sys/fs/cgroup)" run.oci.systemd.force_cgroup_v1
  refused crun "$(annotated sub run.oci.systemd.subgroup ../other.scope)" run.oci.systemd.subgroup
  refused crun "$(annotated criu org.criu.config "$T/criu.conf")" org.criu.config
  passes crun "$(annotated cri-o run.oci.systemd.subgroup "")"
  need_runtime runc
  refused runc "$(annotated criu org.criu.config "$T/criu.conf")" org.criu.config
  refused runc "$(annotated unit org.systemd.property.OnFailure "['poweroff.target']")" org.systemd.property.OnFailure
  passes runc "$(annotated stop org.systemd.property.TimeoutStopUSec "uint64 10000000")"
}

@test "crun: annotations that replace or move the filter are refused" {
  need_runtime crun
  need_shim
  refused crun "$(annotated bpf run.oci.seccomp_bpf_data "$ALLOW_ALL")" run.oci.seccomp_bpf_data
  refused crun "$(annotated receiver run.oci.seccomp.receiver /tmp/socket)" run.oci.seccomp.receiver
  refused crun "$(annotated plugins run.oci.seccomp.plugins /tmp/p.so)" run.oci.seccomp.plugins
  refused crun "$(annotated handler run.oci.handler krun)" run.oci.handler
  refused crun "$(annotated wasm module.wasm.image/variant compat)" module.wasm.image/variant
}

@test "crun: a receiver from the environment is refused" {
  need_runtime crun
  need_shim
  RUN_OCI_SECCOMP_RECEIVER=/tmp/socket refused crun "$(guarded env)" RUN_OCI_SECCOMP_RECEIVER
}

@test "crun: --config is refused" {
  need_runtime crun
  need_shim
  b=$(guarded replaced)
  jq 'del(.linux.seccomp)' "$b/config.json" >"$b/other.json"
  refused crun "$b" --config --config "$b/other.json"
  refused crun "$b" --config -f "$b/other.json"
}

@test "runc: keys that fold to linux.seccomp, and duplicates, are refused" {
  need_runtime runc
  need_shim
  for key in Seccomp SECCOMP ſeccomp; do
    refused runc "$(guarded fold '.linux[$key] = null' --arg key "$key")" config.json
  done
  refused runc "$(guarded upper 'del(.linux.seccomp) | .LINUX = {SECCOMP: $section}')" LINUX
  b=$(guarded twice)
  sed -i '0,/"linux": {/s//"linux": {"seccomp": null,/' "$b/config.json"
  [ "$(grep -c '"seccomp"' "$b/config.json")" -eq 2 ]
  refused runc "$b" seccomp
}

@test "runc: programs of hooks.startContainer are refused" {
  need_runtime runc
  need_shim
  refused runc "$(guarded hook '.hooks.startContainer = [{path: "/bin/sh"}]')" startContainer
}

@test "runsc: annotations that change its flags or drop the section are refused" {
  need_runtime runsc
  need_shim
  refused runsc "$(annotated flag dev.gvisor.flag.oci-seccomp false)" dev.gvisor.flag.oci-seccomp
  refused runsc "$(annotated other dev.gvisor.flag.debug true)" dev.gvisor.flag.debug
  refused runsc "$(annotated bundle dev.gvisor.bundle.x true)" dev.gvisor.bundle.x
  b=$(guarded drop '.annotations = {"io.kubernetes.cri.container-name": "app", "dev.gvisor.internal.seccomp.app": "RuntimeDefault"}')
  refused runsc "$b" dev.gvisor.internal.seccomp.app
  refused runsc "$(annotated tar dev.gvisor.tar.rootfs.upper "$T/x.tar")" dev.gvisor.tar.rootfs.upper
  refused runsc "$(annotated rootfs dev.gvisor.spec.rootfs.source /)" dev.gvisor.spec.rootfs.source
}

@test "runsc: the caller's own --oci-seccomp=false changes nothing" {
  need_runtime runsc
  need_shim
  OCI_GLOBAL=--oci-seccomp=false run start shim runsc "$(guarded caller)"
  [ "$output" = "getuid -1" ]
}

@test "crun: what only looks like a door passes" {
  need_runtime crun
  need_shim
  passes crun "$(annotated cri io.kubernetes.cri.container-type container)"
  passes crun "$(annotated unknown run.oci.seccomp_fail_unknown_syscall 1)"
  # A door of another runtime is none here.
  passes crun "$(annotated gvisor dev.gvisor.flag.oci-seccomp false)"
  need_runtime runc
  passes runc "$(annotated crun run.oci.seccomp_bpf_data "$ALLOW_ALL")"
}

# Each name that the installed runtime's own help lists is known: none is refused for being new.
@test "every subcommand of these runtimes is known, and one that is not is refused" {
  need_shim
  local kind names name
  for kind in runc crun runsc; do
    need_runtime "$kind"
    case $kind in
      runc) names=$(runc --help | sed -n '/^COMMANDS/,/^GLOBAL/s/^ *\([a-z-]*\)[, ].*/\1/p') ;;
      crun) names=$(crun --help | sed -n 's/^\t\([a-z-]*\) *- .*/\1/p') ;;
      runsc) names=$(runsc help | sed -n '/^Subcommands/,/^Additional/s/^\t\([a-z-]*\) .*/\1/p') ;;
    esac
    [ "$(wc -w <<<"$names")" -ge 13 ]
    for name in $names; do
      run oci shim "$kind" "$name" --help </dev/null
      [[ $output != *"is no subcommand of"* ]] || { echo "$kind $name: $output"; return 1; }
    done
    run oci shim "$kind" newcmd x </dev/null
    [ "$status" -ne 0 ]
    [[ $output == *"\"newcmd\" is no subcommand of $kind that runclamp knows"* ]]
  done
}

@test "runsc 2026: bwrap runs a program on the bare runtime, and is refused" {
  need_runtime runsc
  need_shim
  RUNSC=$("$REPO/integration/suites" go-runsc | awk '$1 == "runsc" { print $3 }')
  [ -n "$RUNSC" ] || skip "a runsc of 2026 is missing: run integration/suites go-runsc"
  export RUNSC
  shim_config
  local words=(bwrap --ro-bind "$T/rootfs" / /call getuid)
  run oci bare runsc "${words[@]}" </dev/null
  echo "$output"
  [[ $output == *"getuid ok"* ]]
  run oci shim runsc "${words[@]}" </dev/null
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *'runclamp does not run "runsc bwrap"'* ]]
  run oci shim runsc sandboxexec /call getuid </dev/null
  [[ $output == *'runclamp does not run "runsc sandboxexec"'* ]]
  unset RUNSC
  shim_config
}
