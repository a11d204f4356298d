#!/usr/bin/env bats
# runclamp-containerd against a peer that is not containerd: it ends within its deadline, with one sentence and nothing on stdout.

load ../lib/common

setup() {
  [ "$(id -u)" = 0 ] || skip "whoever listens has to be root: run as root"
  T=$(mktemp -d /tmp/runclamp-test.XXXXXX)
  # The one under test, and the one of the sanitizers where it was built.
  HELPERS=("$(dirname "$RUNCLAMP")/runclamp-containerd")
  local asan
  asan=$(dirname "$RUNCLAMP")/asan/runclamp-containerd
  [ ! -x "$asan" ] || HELPERS+=("$asan")
}
teardown() { rm -rf "$T"; }

# ask CASE HELPER: sets code, took (seconds) and the files $T/out, $T/err.
ask() {
  local began=$SECONDS i
  rm -f "$T/socket"
  /usr/bin/python3 "$REPO/integration/payload/hostile-h2" "$T/socket" "$1" 3>&- &
  local server=$!
  for ((i = 0; i < 100; i++)); do [ ! -S "$T/socket" ] || break; sleep 0.05; done
  code=0
  timeout 30 "$2" "$T/socket" default c1 >"$T/out" 2>"$T/err" </dev/null || code=$?
  took=$((SECONDS - began))
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
}

@test "each answer that containerd never gives" {
  local case helper
  while read -r case; do
    for helper in "${HELPERS[@]}"; do
      ask "$case" "$helper"
      echo "$case: $code in $took s: $(cat "$T/err")"
      [ "$code" -ne 0 ] && [ "$code" -lt 124 ]
      [ "$took" -le 8 ]
      [ ! -s "$T/out" ]
      [ "$(wc -l <"$T/err")" -eq 1 ]
      [ "$(wc -c <"$T/err")" -lt 700 ]
    done
  done < <(/usr/bin/python3 "$REPO/integration/payload/hostile-h2" --list)
}

@test "nobody listens; no socket; not containerd's names" {
  run "${HELPERS[0]}" "$T/nowhere" default c1
  [ "$status" -ne 0 ]
  [ "${#lines[@]}" -eq 1 ]
  run "${HELPERS[0]}" relative default c1
  [ "$status" -ne 0 ]
  run "${HELPERS[0]}" "$T/nowhere" 'a/b' c1
  [ "$status" -ne 0 ]
  [[ $output == *'is no namespace of containerd'* ]]
  run "${HELPERS[0]}"
  [ "$status" -ne 0 ]
}

# A fence that is silently missing would be noticed by nothing else.
@test "what it has left while it waits for an answer" {
  local server pid i
  /usr/bin/python3 "$REPO/integration/payload/hostile-h2" "$T/socket" silent 3>&- &
  server=$!
  for ((i = 0; i < 100; i++)); do [ ! -S "$T/socket" ] || break; sleep 0.05; done
  "${HELPERS[0]}" "$T/socket" default c1 >/dev/null 2>&1 </dev/null 3>&- &
  pid=$!
  for ((i = 0; i < 30; i++)); do ! grep -q '^Seccomp:.2' "/proc/$pid/status" || break; sleep 0.05; done
  cp "/proc/$pid/status" "$T/status"
  ls "/proc/$pid/fd" >"$T/fds"
  kill "$pid" "$server" 2>/dev/null || true
  wait "$pid" "$server" 2>/dev/null || true
  cat "$T/status" "$T/fds"
  grep -qx $'Seccomp:\t2' "$T/status"
  grep -qx $'NoNewPrivs:\t1' "$T/status"
  grep -qx $'Uid:\t65534\t65534\t65534\t65534' "$T/status"
  grep -qx $'Gid:\t65534\t65534\t65534\t65534' "$T/status"
  [ "$(grep -cE '^Cap(Inh|Prm|Eff|Amb):.0{16}$' "$T/status")" -eq 4 ]
  [ "$(tr '\n' ' ' <"$T/fds")" = '0 1 2 3 ' ]
}
