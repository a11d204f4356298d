#!/usr/bin/env bats
# The newest runc and crun that Debian has, beside the host's: the tables, a floor, a life. The whole is in `make test-matrix`.

load ../lib/common

setup_file() {
  prepare
  local found
  found=$("$REPO/integration/suites" sid)
  RUNC=$(awk '$1 == "runc" { print $3 }' <<<"$found") CRUN=$(awk '$1 == "crun" { print $3 }' <<<"$found")
  MISSING=$(awk '$1 == "skip"' <<<"$found")
  export RUNC CRUN MISSING
  [ ! -x "$RUNCLAMP" ] || shim_config
}
teardown() { clean; }
teardown_file() { clean_all; }

here() {
  [ -z "$MISSING" ] || skip "$MISSING (integration/suites sid)"
  need_runtime "$1"
  need_shim
}

tables() {
  here "$1"
  need python3 python3
  RUNTIMES=$1 run "$REPO/integration/enforce"
  grep -A3 '^not ok' <<<"$output" || true
  [ "$status" -eq 0 ]
}

floor() {
  here "$1"
  local b i nnp
  for nnp in true false; do
    b=$(bundle "floor-$nnp" '.process.noNewPrivileges = ($nnp == "true") | .annotations = {"io.runclamp.syscalls": ""}' --arg nnp "$nnp")
    for i in $(seq "${FLOOR_STARTS_SID:-20}"); do
      start shim "$1" "$b" || { echo "start $i, noNewPrivileges $nnp"; cat "$b/stderr"; return 1; }
    done
  done
}

@test "sid's runc: the tables of real enforcement" { tables runc; }
@test "sid's crun: the tables of real enforcement" { tables crun; }
@test "sid's runc: the floor alone" { floor runc; }
@test "sid's crun: the floor alone" { floor crun; }

@test "sid's runc and crun: --version and features pass through byte for byte" {
  for kind in runc crun; do
    here $kind
    for words in --version features; do
      RUNCLAMP_CONFIG=$T/etc/config.json "$T/bin/runclamp-$kind" $words >"$T/shim.out" 2>"$T/shim.err"
      "$(runtime_path $kind)" $words >"$T/bare.out" 2>"$T/bare.err"
      cmp "$T/shim.out" "$T/bare.out"
      cmp "$T/shim.err" "$T/bare.err"
    done
  done
}

@test "sid's crun: two closures that differ only in an errno are not taken for one" {
  here crun
  local errno section b
  # shellcheck disable=SC2086
  for errno in 13 38; do
    section=$(allow $FLOOR | jq -c --argjson errno "$errno" \
      '.syscalls += [{names: ["getuid"], action: "SCMP_ACT_ERRNO", errnoRet: $errno}]')
    b=$(bundle "cache-$errno" '.linux.seccomp = $section | .process.args = ["/call", "getuid"]' --argjson section "$section")
    run start shim crun "$b"
    [ "$output" = "getuid -$errno" ]
  done
}
