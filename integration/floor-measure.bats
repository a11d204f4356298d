#!/usr/bin/env bats
# What `clampctl floor measure` finds for $RUNC and $CRUN, else the host's, against the shipped table
# (integration/lib/floor-compare).
# FLOOR_MEASURE_STARTS (5) starts without each call.

load lib/common

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

# interrupted SECONDS: leaves nothing, whatever it was doing.
interrupted() {
  local pid
  TMPDIR=$T "$CLAMPCTL" floor measure --runtime "$(readlink -f "$(runtime_path crun)")" --output "$T/none.json" 2>"$T/progress" 3>&- &
  pid=$!
  sleep "$1"
  kill -INT "$pid"
  wait "$pid" && return 1
  grep -q '^clampctl: interrupted: nothing was written$' "$T/progress"
  [ ! -e "$T/none.json" ]
  [ -z "$(find "$T" -name 'runclamp-floor.*')" ]
  ! pgrep -f "[r]unclamp-floor-$pid-"
}

@test "crun, measured: an interrupted search leaves nothing behind" {
  need_runtime crun
  interrupted 0.3
  interrupted 1.1
  interrupted 5.7
}
