#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell of its own
# What must be told, and what must go on working, when the configuration, the command line or the runtime are wrong.

load ../lib/common

setup_file() {
  prepare
  [ ! -x "$RUNCLAMP" ] || shim_config
}
setup() {
  need_runtime runc
  need_shim
  shim_config
  SHIM=$T/bin/runclamp-runc
  export RUNCLAMP_CONFIG=$T/etc/config.json
}
teardown() { clean; }
teardown_file() { clean_all; }

# logged WORDS COMMAND...: it fails with one sentence on stderr and the same in one line of --log.
logged() {
  local words=$1
  shift
  rm -f "$T/log.json"
  if "$@" >"$T/out" 2>"$T/err"; then return 1; fi
  [ ! -s "$T/out" ]
  [ "$(wc -l <"$T/err")" -eq 1 ]
  grep -qF -- "$words" "$T/err"
  [ "$(wc -l <"$T/log.json")" -eq 1 ]
  jq -e --arg words "$words" '.level == "error" and (.msg | contains($words))' "$T/log.json"
}

@test "a broken configuration reaches the engine's log" {
  echo '{broken' >"$T/etc/config.json"
  logged "config.json" "$SHIM" --root "$T/root-runc" --log "$T/log.json" --log-format json create --bundle "$T" x1
}

@test "an unknown option of create reaches the engine's log and the decision log" {
  logged "--unknown" "$SHIM" --log="$T/log.json" --log-format=json create --unknown --bundle "$T" x2
  [ "$(tail -n 1 "$T/decisions.jsonl" | jq -r .verdict)" = error ]
}

@test "a name that is no handler reaches the engine's log" {
  ln -sf "$RUNCLAMP" "$T/bin/runclamp-nobody"
  logged "runclamp-nobody" "$T/bin/runclamp-nobody" --log "$T/log.json" create --bundle "$T" x3
}

@test "what starts nothing works under a broken configuration" {
  echo '{broken' >"$T/etc/config.json"
  "$SHIM" --version | grep -q '^runc version'
  "$SHIM" features | jq -e .ociVersionMax
  "$SHIM" --root "$T/root-runc" list
  "$SHIM" --root "$T/root-runc" delete --force never-created
  run "$SHIM" --root "$T/root-runc" exec never-created true
  [ "$status" -eq 102 ]
}

@test "a handler that is runclamp itself ends with a sentence, also on pass-through" {
  shim_config ".handlers[\"runclamp-runc\"].path = \"$(readlink -f "$RUNCLAMP")\""
  for words in "--version" "state x" "delete --force x" "create --bundle $T x"; do
    # shellcheck disable=SC2086
    run timeout 5 "$SHIM" --root "$T/root-runc" $words
    [ "$status" -eq 105 ]
    [[ $output == *"itself"* ]]
  done
}

@test "a wrapper that leads back to runclamp is found" {
  printf '#!/bin/sh\nexec %s "$@"\n' "$SHIM" >"$T/bin/wrapper"
  chmod 755 "$T/bin/wrapper"
  shim_config ".handlers[\"runclamp-runc\"].path = \"$T/bin/wrapper\""
  run timeout 5 "$SHIM" --root "$T/root-runc" create --bundle "$(bundle loop)" x5
  [ "$status" -eq 105 ]
}

@test "a runtime that others can write is not executed on pass-through either" {
  cp "$(runtime_path runc)" "$T/bin/loose"
  chmod 777 "$T/bin/loose"
  shim_config ".handlers[\"runclamp-runc\"].path = \"$T/bin/loose\""
  run "$SHIM" --root "$T/root-runc" state never-created
  [ "$status" -ne 0 ]
  [[ $output == *"not trusted"* ]]
}

@test "args of a handler that would hide the engine's subcommand are refused" {
  for args in '["create"]' '["run", "--config=/x"]' '["--"]'; do
    shim_config ".handlers[\"runclamp-runc\"].args = $args"
    run "$SHIM" --root "$T/root-runc" create --bundle "$(bundle args)" x6
    [ "$status" -eq 102 ]
    [[ $output == *'"args"'* ]]
  done
}

@test "a bundle below a folder of another user is refused" {
  mkdir "$T/alice"
  b=$(bundle inner)
  mv "$b" "$T/alice/b"
  chown 1000 "$T/alice"
  before=$(sha256sum "$T/alice/b/config.json")
  run "$SHIM" --root "$T/root-runc" create --bundle "$T/alice/b" x7
  [ "$status" -ne 0 ]
  [[ $output == *"belongs to uid 1000"* ]]
  [ "$(sha256sum "$T/alice/b/config.json")" = "$before" ]
}

@test "the sandbox annotation without the container's own ID picks no built-in needs" {
  jq '.level = "strict"' "$T/etc/config.json" >"$T/etc/strict.json"
  b=$(bundle sandbox '.annotations = {"io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.cri.sandbox-id": "other"}')
  RUNCLAMP_CONFIG=$T/etc/strict.json
  run "$SHIM" --root "$T/root-runc" create --bundle "$b" x8
  [ "$status" -eq 1 ]
  [[ $output == *"declares no needs"* ]]
}
