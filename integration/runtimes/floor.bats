#!/usr/bin/env bats
# The smallest closure there is: the floor alone, and a program that needs nothing else. Starts in a row, none may fail: a
# floor with a hole fails only now and then (runc's Go scheduler). FLOOR_STARTS, FLOOR_STARTS_RUNSC say how many.

load ../lib/common

setup_file() {
  prepare
  [ ! -x "$RUNCLAMP" ] || shim_config
}
teardown() { clean; }
teardown_file() { clean_all; }

# starts MODE KIND BUNDLE COUNT: stops at the first that fails and says what it said.
starts() {
  local i
  for ((i = 1; i <= $4; i++)); do
    start "$1" "$2" "$3" >"$3/out" || { echo "start $i of $4: status ${PIPESTATUS[0]}"; cat "$3/out" "$3/stderr"; return 1; }
  done
}

# floor KIND NNP NEEDS COUNT: through the shim; the injected list is shown where a start fails.
floor() {
  local b
  need_runtime "$1"
  need_shim
  b=$(bundle "floor-$1-$2" '.process.noNewPrivileges = ($nnp == "true") | .annotations = {"io.runclamp.syscalls": $needs}' \
    --arg nnp "$2" --arg needs "$3")
  starts shim "$1" "$b" "$4" || { jq -c '.linux.seccomp' "$b/config.json"; return 1; }
}

@test "runc, noNewPrivileges: the floor alone" { floor runc true '' "${FLOOR_STARTS:-100}"; }
@test "runc, no noNewPrivileges: the floor alone" { floor runc false '' "${FLOOR_STARTS:-100}"; }
@test "crun, noNewPrivileges: the floor alone" { floor crun true '' "${FLOOR_STARTS:-100}"; }
@test "crun, no noNewPrivileges: the floor alone" { floor crun false '' "${FLOOR_STARTS:-100}"; }
# runsc has no floor, so the program's own exit must be declared.
@test "runsc, noNewPrivileges: the smallest closure" { floor runsc true exit_group "${FLOOR_STARTS_RUNSC:-100}"; }
@test "runsc, no noNewPrivileges: the smallest closure" { floor runsc false exit_group "${FLOOR_STARTS_RUNSC:-100}"; }

@test "a hole in the floor is seen: runc without fstatfs" {
  need_runtime runc
  # shellcheck disable=SC2086
  b=$(bundle hole '.linux.seccomp = $section' --argjson section "$(allow ${FLOOR//fstatfs/})")
  OCI_TIMEOUT=10 run starts bare runc "$b" 3
  echo "$output"
  [ "$status" -ne 0 ]
}

@test "a hole in the floor is seen: crun without execve" {
  need_runtime crun
  # shellcheck disable=SC2086
  b=$(bundle hole '.linux.seccomp = $section' --argjson section "$(allow ${FLOOR//execve/})")
  run starts bare crun "$b" 1
  [ "$status" -ne 0 ]
}
