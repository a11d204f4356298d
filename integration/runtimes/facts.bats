#!/usr/bin/env bats
# What runclamp relies on in the runtimes themselves: each of these was measured, and a runtime that changes shows here.
# The meaning of profiles is in tests/tables/bare-profiles.tests (run below); here is what a table cannot say.

load ../lib/common

setup_file() { prepare; }
teardown() { clean; }
teardown_file() { clean_all; }

# with_seccomp NAME SECTION CALLS...: a bundle that makes these calls under this section.
with_seccomp() {
  local name=$1 section=$2
  shift 2
  bundle "$name" '.linux.seccomp = $section | .process.args = (["/call", $calls] | join(" ") | split(" ") | map(select(. != "")))' \
    --argjson section "$section" --arg calls "$*"
}

@test "profiles mean under runc, crun and runsc what the table says" {
  need_runtime runc
  need python3 python3
  run "$REPO/integration/enforce" --bare
  grep -A3 '^not ok' <<<"$output" || true
  [ "$status" -eq 0 ]
}

@test "runc matches JSON keys without case, and the last one wins" {
  need_runtime runc
  # shellcheck disable=SC2086
  b=$(with_seccomp case "$(allow $FLOOR)" getuid)
  run start bare runc "$b"
  [ "$output" = "getuid -1" ]
  # Two ways in: another case, and the Unicode fold of s.
  for key in Seccomp ſeccomp; do
    jq -c --arg key "$key" '.linux += {($key): null}' "$b/config.json" >"$b/new" && mv "$b/new" "$b/config.json"
    run start bare runc "$b"
    [ "$output" = "getuid ok" ]
    jq -c --arg key "$key" 'del(.linux[$key])' "$b/config.json" >"$b/new" && mv "$b/new" "$b/config.json"
  done
}

@test "crun does not match keys without case" {
  need_runtime crun
  # shellcheck disable=SC2086
  b=$(with_seccomp case "$(allow $FLOOR)" getuid)
  jq -c '.linux += {Seccomp: null}' "$b/config.json" >"$b/new" && mv "$b/new" "$b/config.json"
  run start bare crun "$b"
  [ "$output" = "getuid -1" ]
}

@test "a shorter list lowers runc's ENOSYS line" {
  need_runtime runc
  # shellcheck disable=SC2086
  b=$(with_seccomp low "$(allow $FLOOR)" futex_waitv)
  run start bare runc "$b"
  [ "$output" = "futex_waitv -38" ]
  # Named with a denial it counts as well: now the filter itself answers. A denial that repeats the default is left out
  # of the filter by libseccomp, but not of runc's count.
  # shellcheck disable=SC2086
  section=$(jq -c '.syscalls += [{names: ["futex_waitv"], action: "SCMP_ACT_ERRNO", errnoRet: 1}]' <<<"$(allow $FLOOR)")
  b=$(with_seccomp high "$section" futex_waitv)
  run start bare runc "$b"
  [ "$output" = "futex_waitv -1" ]
}

@test "runsc without --oci-seccomp ignores the section" {
  need_runtime runsc
  b=$(with_seccomp ignored "$(allow write exit_group)" getuid)
  run start bare runsc "$b"
  [ "$output" = "getuid ok" ]
  OCI_GLOBAL=--oci-seccomp run start bare runsc "$b"
  [ "$output" = "getuid -1" ]
}

@test "runsc crashes where no entry has a name that it knows" {
  need_runtime runsc
  for names in '[]' '["no_such_call"]'; do
    b=$(with_seccomp empty '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":'"$names"',"action":"SCMP_ACT_ERRNO"}]}' getuid)
    OCI_GLOBAL=--oci-seccomp run start bare runsc "$b"
    [ "$status" -ne 0 ]
    [ "$output" = "" ]
    grep -q 'EOF' "$b/stderr"
  done
}

@test "runsc has no KILL_PROCESS and no LOG" {
  need_runtime runsc
  for action in KILL_PROCESS LOG; do
    b=$(with_seccomp action "{\"defaultAction\":\"SCMP_ACT_$action\"}" getuid)
    OCI_GLOBAL=--oci-seccomp run start bare runsc "$b"
    [ "$status" -ne 0 ]
  done
}

@test "runc calls write, getdents64 and execve under the filter" {
  need_runtime runc
  for name in write getdents64 execve; do
    # shellcheck disable=SC2086
    b=$(with_seccomp "without-$name" "$(allow ${FLOOR//"$name"/})")
    OCI_TIMEOUT=10 run start bare runc "$b"
    echo "without $name: $status"
    [ "$status" -ne 0 ]
  done
}

@test "runc 1.1 refuses flags" {
  need_runtime runc
  case $("$(runtime_path runc)" --version) in "runc version 1.1."*) ;; *) skip "this runc is not 1.1: set RUNC" ;; esac
  # shellcheck disable=SC2086
  b=$(with_seccomp flags "$(allow $FLOOR | jq -c '.flags = ["SECCOMP_FILTER_FLAG_LOG"]')" getuid)
  run start bare runc "$b"
  [ "$status" -ne 0 ]
  [ "$output" = "" ]
}

@test "crun refuses errnoRet on an allowed call" {
  need_runtime crun
  # shellcheck disable=SC2086
  b=$(with_seccomp errnoret "$(allow $FLOOR | jq -c '.syscalls[0].errnoRet = 1')" getuid)
  run start bare crun "$b"
  [ "$status" -ne 0 ]
  [ "$output" = "" ]
}

@test "crun's cache of filters knows the names, not each rule's errno (sid)" {
  need_runtime crun
  CRUN=$("$REPO/integration/suites" sid | awk '$1 == "crun" { print $3 }')
  [ -n "$CRUN" ] || skip "sid's crun is missing: run integration/suites sid"
  export CRUN
  # shellcheck disable=SC2086
  for errno in 13 38; do
    section=$(allow $FLOOR | jq -c --argjson errno "$errno" \
      '.syscalls += [{names: ["getuid"], action: "SCMP_ACT_ERRNO", errnoRet: $errno}]')
    b=$(with_seccomp "cache-$errno" "$section" getuid)
    run start bare crun "$b"
    [ "$output" = "getuid -13" ]
  done
  section=$(jq -c '.syscalls[1].names = ["geteuid"]' <<<"$section")
  b=$(with_seccomp cache-name "$section" getuid geteuid)
  run start bare crun "$b"
  [ "${lines[0]}" = "getuid -1" ]
  [ "${lines[1]}" = "geteuid -38" ]
}

@test "runc delete --force drops the state of a running crun container and leaves it running" {
  need_runtime runc
  need_runtime crun
  b=$(bundle foreign '.process.args = ["/bin/sleep", "60"]')
  id=$(unique)
  oci bare crun run --bundle "$b" --detach --pid-file "$b/pid" "$id" >/dev/null </dev/null
  pid=$(cat "$b/pid")
  kill -0 "$pid"
  run "$(runtime_path runc)" --root "$T/root-crun" delete --force "$id"
  [ "$status" -eq 0 ]
  [ ! -e "$T/root-crun/$id" ]
  [ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = "/bin/sleep 60 " ]
  kill -9 "$pid"
}
