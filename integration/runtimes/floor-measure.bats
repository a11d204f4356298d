#!/usr/bin/env bats
# What `clampctl floor measure` finds for $RUNC and $CRUN, else the host's, against the shipped table
# (integration/lib/floor-compare).
# FLOOR_MEASURE_STARTS (5) starts without each call.

load ../lib/common

setup_file() {
  T=$(mktemp -d /tmp/runclamp-test.XXXXXX)
  export T
}
teardown_file() { rm -rf "$T"; }

measure() { # KIND
  need_runtime "$1"
  need python3 python3
  need jq jq
  local path
  path=$(readlink -f "$(runtime_path "$1")")
  "$CLAMPCTL" floor show --runtime "$path" >"$T/shown"
  ! grep 'not in the table' "$T/shown"
  TMPDIR=$T "$CLAMPCTL" floor measure --runtime "$path" --starts "${FLOOR_MEASURE_STARTS:-5}" --confirm 20 --output "$T/$1.json" \
    >"$T/out" 2>"$T/progress" || { tail "$T/progress"; return 1; }
  [ "$(cat "$T/out")" = "$T/$1.json" ]
  "$LIB/floor-compare" "$T/shown" "$T/$1.json" || { cat "$T/progress"; return 1; }
  [ -z "$(find "$T" -name 'runclamp-floor.*')" ]
}

@test "runc, measured: the floor is the table's" {
  measure runc
  [ "$(jq -r '.nnp_false.fallbacks[] | select(.denied == "faccessat2").instead | index("geteuid") != null' "$T/runc.json")" = true ]
}
@test "crun, measured: the floor is the table's" { measure crun; }

# interrupted KIND SECONDS: leaves nothing, whatever it was doing.
interrupted() {
  local pid
  TMPDIR=$T "$CLAMPCTL" floor measure --runtime "$(readlink -f "$(runtime_path "$1")")" --output "$T/none.json" 2>"$T/progress" 3>&- &
  pid=$!
  sleep "$2"
  kill -INT "$pid"
  wait "$pid" && return 1
  grep -q '^clampctl: interrupted: nothing was written$' "$T/progress"
  [ ! -e "$T/none.json" ]
  [ -z "$(find "$T" -name 'runclamp-floor.*')" ]
  ! pgrep -f "[r]unclamp-floor-$pid-"
  [ -z "$(find /sys/fs/cgroup -name "runclamp-floor-$pid-*" 2>/dev/null)" ]
}

@test "crun, measured: an interrupted search leaves nothing behind" {
  need_runtime crun
  interrupted crun 0.3
  interrupted crun 1.13
  interrupted crun 3.7
}
# Killed in its midst, a create of runc leaves cgroups.
@test "runc, measured: an interrupted search leaves nothing behind" {
  need_runtime runc
  local seconds
  for seconds in 0.31 0.62 1.03 1.47 2.11 2.83; do interrupted runc $seconds; done
}
