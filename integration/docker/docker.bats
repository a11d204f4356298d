#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell of its own
# Docker with runclamp as a runtime: what starts, what is refused and how that reaches the user, a container's whole life.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  engine_setup v1
  engine_config '.handlers["runclamp-strict"] = .handlers.runclamp + {level: "strict"}
    | .handlers["runclamp-crun-strict"] = .handlers["runclamp-crun"] + {level: "strict"}
    | .handlers["runclamp-runsc-strict"] = .handlers["runclamp-runsc"] + {level: "strict"}'
  for name in runclamp-strict runclamp-crun-strict runclamp-runsc-strict; do in_node ln -s runclamp "/usr/local/bin/$name"; done
  docker_start
  docker_image bb:1
}
teardown_file() { engine_clean; }
teardown() {
  # shellcheck disable=SC2046 # a list of IDs
  docker rm --force $(docker ps -aq) >/dev/null 2>&1 || true
}

# Docker's profile allows both of these; node-default and the sentry have the first only.
PROBES=(getpid 'sched_rr_get_interval:0,buf')

@test "what the probes answer without runclamp" {
  run docker run --rm --runtime=runc bb:1 /call "${PROBES[@]}"
  [ "$output" = $'getpid ok\nsched_rr_get_interval:0,buf ok' ]
}

starts() { # KIND
  docker_needs_runtime "$1"
  runtime=$(docker_runtime "$1")
  run docker run --name "c-$1" --runtime="$runtime" bb:1 sh -c "grep Seccomp: /proc/self/status; exec /call ${PROBES[*]}"
  echo "$output"
  [ "$status" -eq 0 ]
  [[ ${lines[0]} =~ ^Seccomp:.2$ ]]
  [ "${lines[1]}" = "getpid ok" ]
  [ "${lines[2]}" = "sched_rr_get_interval:0,buf -1" ]
  decision=$(decided "$(docker_id "c-$1")")
  echo "$decision"
  jq -e --arg kind "$1" --arg handler "$runtime" '.verdict == "allow" and .runtime == $kind and .handler == $handler
    and .subcommand == "create" and
    (.removed_by_ceiling | .count > 0 and (.names | index("sched_rr_get_interval") or length == 24))' <<<"$decision"
}
@test "runc: an allowed container starts under its closure" { starts runc; }
@test "crun: an allowed container starts under its closure" { starts crun; }
@test "runsc: an allowed container starts under its closure" {
  docker_needs_runtime runsc
  runtime=$(docker_runtime runsc)
  run docker run --name c-runsc --runtime="$runtime" bb:1 sh -c 'grep Seccomp: /proc/self/status; exec /call getpid add_key'
  [[ ${lines[0]} =~ ^Seccomp:.2$ ]]
  [ "${lines[1]}" = "getpid ok" ]
  [ "${lines[2]}" = "add_key -1" ]
  decided "$(docker_id c-runsc)" | jq -e '.verdict == "allow" and .runtime == "runsc" and .handler == "runclamp-runsc"'
}

@test "the decision line has the hash of the section that the runtime got" {
  docker run -d --name hash --runtime=runclamp bb:1 sleep 100
  id=$(docker_id hash)
  config=/run/containerd/io.containerd.runtime.v2.task/moby/$id/config.json
  in_node cat "$config" | python3 -c '
import hashlib, json, sys
text = sys.stdin.read()
key = "\"seccomp\":"
start = text.index(key) + len(key)
start += len(text[start:]) - len(text[start:].lstrip())
end = json.JSONDecoder().raw_decode(text, start)[1]
print(hashlib.sha256(text[start:end].encode()).hexdigest())' >"$T/hash"
  [ "$(decided "$id" | jq -r .closure_sha256)" = "$(cat "$T/hash")" ]
}

refused() { # KIND
  docker_needs_runtime "$1"
  runtime=$(docker_runtime "$1")-strict
  mounts=$(docker_mounts)
  run docker run --name "r-$1" --runtime="$runtime" bb:1 true
  [ "$status" -eq 125 ]
  id=$(docker_id "r-$1")
  sentence=$(decided "$id" | jq -r .sentence)
  [[ $sentence == *"declares no needs"* ]]
  docker_says "$sentence"
  decided "$id" | jq -e '.verdict == "refuse" and .gate == "needs"'
  # Docker keeps the container, as it keeps one whose runtime failed; nothing of it runs or is mounted.
  [ "$(docker inspect --format '{{.State.Status}} {{.State.Pid}}' "r-$1")" = "created 0" ]
  [ "$(docker_mounts)" = "$mounts" ]
  docker rm "r-$1"
  [ -z "$(docker_left "$id")" ]
}
@test "runc: a refused container: the sentence, 125, nothing left" { refused runc; }
@test "crun: a refused container: the sentence, 125, nothing left" { refused crun; }
@test "runsc: a refused container: the sentence, 125, nothing left" { refused runsc; }

@test "a refused container that is to be removed is gone with its run" {
  docker ps -aq --no-trunc >"$T/before"
  run docker run --rm --runtime=runclamp-strict bb:1 true
  [ "$status" -eq 125 ]
  docker ps -aq --no-trunc | cmp - "$T/before"
  [ -z "$(docker_left "$(decisions .id | tail -n 1 | jq -r .)")" ]
}

whole_life() { # KIND
  docker_needs_runtime "$1"
  runtime=$(docker_runtime "$1")
  mounts=$(docker_mounts)
  docker run -d --name "life-$1" --runtime="$runtime" bb:1 sleep 1000
  id=$(docker_id "life-$1")
  run docker exec "life-$1" sh -c 'grep Seccomp: /proc/self/status; exec /call sched_rr_get_interval:0,buf'
  echo "$output"
  [ "$status" -eq 0 ]
  # What exec adds runs under the filter that create wrote; runsc gives it none before release 20260330.
  [ "$1" = runsc ] || { [[ ${lines[0]} =~ ^Seccomp:.2$ ]] && [ "${lines[1]}" = "sched_rr_get_interval:0,buf -1" ]; }
  run docker exec "life-$1" sh -c 'exit 7'
  [ "$status" -eq 7 ]
  docker stop -t 0 "life-$1"
  [ "$(docker inspect --format '{{.State.Status}}' "life-$1")" = exited ]
  docker start "life-$1"
  docker exec "life-$1" true
  docker restart -t 0 "life-$1"
  [ "$(docker inspect --format '{{.State.Status}}' "life-$1")" = running ]
  [ "$(decided "$id" '[.subcommand, .verdict]' | sort | uniq -c | tr -s ' ')" = ' 3 ["create","allow"]' ]
  docker rm -f "life-$1"
  [ -z "$(docker_left "$id")" ]
  [ "$(docker_mounts)" = "$mounts" ]
}
@test "runc: run, exec, stop, start, restart, rm" { whole_life runc; }
@test "crun: run, exec, stop, start, restart, rm" { whole_life crun; }
@test "runsc: run, exec, stop, start, restart, rm" { whole_life runsc; }

@test "the program's own exit status, signal and output are handed on" {
  run docker run --rm --runtime=runclamp bb:1 sh -c 'echo out; exit 42'
  [ "$status" -eq 42 ]
  [ "$output" = out ]
  docker run -d --name killed --runtime=runclamp bb:1 sleep 1000
  docker kill killed
  [ "$(docker wait killed)" = 137 ]
  # Docker reads the runtime's own words to tell 127 from 125.
  status=0
  output=$(docker run --rm --runtime=runclamp bb:1 /none 2>&1) || status=$?
  [ "$status" -eq 127 ]
  [[ $output == *"no such file or directory"* ]]
}

@test "50 containers by 8 clients at once: all start, one whole decision line each" {
  before=$(decisions .id | wc -l)
  for client in 1 2 3 4 5 6 7 8; do
    (for ((i = client; i <= 50; i += 8)); do docker run -d --name "many-$i" --runtime=runclamp bb:1 sleep 1000 || echo "failed $i"; done) \
      >"$T/client-$client" 2>&1 3>&- &
    clients="${clients:-} $!"
  done
  # shellcheck disable=SC2086 # a list
  wait $clients
  cat "$T"/client-*
  [ "$(docker ps -q --filter name=many- | wc -l)" -eq 50 ]
  in_node tail -n "+$((before + 1))" /var/log/runclamp/decisions.jsonl >"$T/lines"
  [ "$(wc -l <"$T/lines")" -eq 50 ]
  jq -r 'select(.verdict == "allow") | .id' "$T/lines" | sort >"$T/decided"
  docker ps -q --no-trunc --filter name=many- | sort | cmp - "$T/decided"
  # shellcheck disable=SC2046 # a list of IDs
  docker rm -f $(docker ps -q) >/dev/null
  # shellcheck disable=SC2046
  [ -z "$(docker_left $(head -n 5 "$T/decided"))" ]
}
