#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell of its own
# What breaks under Docker: the configuration, the log's disk, the bundle's disk, the runtime. What fails is one create, with its
# sentence; what runs goes on, and can be stopped and removed.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  engine_setup v1
  docker_start
  docker_image bb:1
}
teardown_file() { engine_clean; }
setup() {
  # Anew, with its mode.
  in_node rm -f /etc/runclamp/config.json
  engine_config
  docker run -d --name live --runtime=runclamp bb:1 sleep 1000
}
teardown() {
  # The last one mounted on a folder hides those below.
  for dir in /var/log/runclamp /run/runclamp "$TASKS"; do
    while in_node umount "$dir" 2>/dev/null; do :; done
  done
  in_node sh -c '[ ! -e /usr/sbin/runc.away ] || mv /usr/sbin/runc.away /usr/sbin/runc'
  # shellcheck disable=SC2046 # a list of IDs
  docker rm --force $(docker ps -aq) >/dev/null 2>&1 || true
}
TASKS=/run/containerd/io.containerd.runtime.v2.task

# refuses WORDS [RUN-OPTION...]: one create fails, with one sentence that has WORDS in it, and leaves nothing.
refuses() {
  local words=$1 id
  shift
  run docker run --name refused "${@:---runtime=runclamp}" bb:1 true
  echo "$output"
  [ "$status" -eq 125 ]
  [[ $output == *"OCI runtime create failed: "*"$words"* ]]
  id=$(docker_id refused)
  docker rm refused
  [ -z "$(docker_left "$id")" ]
}
# What was there before goes on: a process is added to it, it is stopped, and nothing of it is left.
live_ends() {
  local id
  id=$(docker_id "${1:-live}")
  docker exec "${1:-live}" true
  docker stop -t 0 "${1:-live}"
  docker rm "${1:-live}"
  [ -z "$(docker_left "$id")" ]
}
works() { docker run --rm --runtime=runclamp bb:1 true; }

@test "the configuration is broken" {
  echo '{"level": ' | node_file /etc/runclamp/config.json
  refuses '/etc/runclamp/config.json: line '
  live_ends
  engine_config
  works
}

@test "the configuration has a value that it cannot have" {
  engine_config '.level = "strickt"'
  refuses '/etc/runclamp/config.json: level must be '
  live_ends
}

@test "the configuration may be written by others" {
  in_node chmod 666 /etc/runclamp/config.json
  refuses '/etc/runclamp/config.json'
  live_ends
}

@test "the configuration is gone: its defaults hold, and a handler that they lack refuses" {
  docker_needs_runtime crun
  docker run -d --name live-crun --runtime="$(docker_runtime crun)" bb:1 sleep 1000
  in_node rm /etc/runclamp/config.json
  works
  refuses 'no handler named "runclamp-crun"' --runtime=runclamp-crun
  live_ends live-crun
  live_ends
}

@test "the handler's runtime is replaced under a running container" {
  docker_needs_runtime crun
  engine_config '.handlers.runclamp = .handlers["runclamp-crun"]'
  docker exec live /call sched_rr_get_interval:0,buf | grep -qx 'sched_rr_get_interval:0,buf -1'
  docker run -d --name new --runtime=runclamp bb:1 sleep 1000
  decided "$(docker_id new)" | jq -e '.runtime == "crun"'
  # runc's delete would have dropped crun's state and left it running, and the other way round.
  live_ends
  live_ends new
}

@test "a container that outlived its handler starts again under what the name means now" {
  docker_needs_runtime crun
  docker stop -t 0 live
  engine_config '.handlers.runclamp = .handlers["runclamp-crun"]'
  docker start live
  [ "$(decided "$(docker_id live)" .runtime | tr '\n' ' ')" = '"runc" "crun" ' ]
  live_ends
}

full() { in_node mount -t tmpfs -o "size=${2:-4k},mode=750" tmpfs "$1" && in_node sh -c 'cat /dev/zero >"$0/filler" 2>/dev/null; true' "$1"; }

@test "the decision log's disk is full: recorded nowhere and started, or refused where the record is required" {
  full /var/log/runclamp
  works
  [ "$(in_node stat -c %s /var/log/runclamp/decisions.jsonl)" -eq 0 ]
  engine_config '.decision_log_required = true'
  refuses 'decision log /var/log/runclamp/decisions.jsonl: '
  live_ends
}

@test "the decision log's disk is read-only: the same" {
  in_node mount -t tmpfs -o ro tmpfs /var/log/runclamp
  works
  engine_config '.decision_log_required = true'
  refuses 'decision log /var/log/runclamp/decisions.jsonl: '
  live_ends
}

@test "a line that did not fit does not spoil the next one" {
  in_node mount -t tmpfs -o size=4k,mode=750 tmpfs /var/log/runclamp
  # 95 bytes are left of the page, and no line is that short: what was written of it is taken back.
  printf '{"filler": "%03986d"}\n' 0 | node_file /var/log/runclamp/decisions.jsonl
  works
  [ "$(in_node stat -c %s /var/log/runclamp/decisions.jsonl)" -eq 4001 ]
  in_node mount -t tmpfs -o remount,size=64k tmpfs /var/log/runclamp
  works
  works
  in_node tail -n 2 /var/log/runclamp/decisions.jsonl >"$T/lines"
  [ "$(jq -r .verdict "$T/lines" | tr '\n' ' ')" = 'allow allow ' ]
  [ "$(in_node cat /var/log/runclamp/decisions.jsonl | wc -l)" -eq 3 ]
}

@test "the records' disk is full or read-only: refused, as nobody would know whose container it is" {
  in_node mount -t tmpfs -o ro tmpfs /run/runclamp
  refuses /run/runclamp
  in_node umount /run/runclamp
  live_ends
}

@test "the runtime is missing: refused; when it is back, its containers can be stopped" {
  docker_needs_runtime crun
  in_node mv /usr/sbin/runc /usr/sbin/runc.away
  refuses /usr/sbin/runc
  docker run --rm --runtime="$(docker_runtime crun)" bb:1 true
  [ "$(docker inspect --format '{{.State.Status}}' live)" = running ]
  in_node mv /usr/sbin/runc.away /usr/sbin/runc
  live_ends
  works
}

@test "the runtime is replaced by what cannot run" {
  in_node cp -a /usr/sbin/runc /usr/sbin/runc.away
  in_node sh -c 'rm /usr/sbin/runc && echo none >/usr/sbin/runc && chmod 755 /usr/sbin/runc'
  refuses /usr/sbin/runc
  in_node mv /usr/sbin/runc.away /usr/sbin/runc
  live_ends
}

@test "the runtime may be written by others" {
  in_node chmod o+w /usr/sbin/runc
  refuses /usr/sbin/runc
  in_node chmod o-w /usr/sbin/runc
  live_ends
}

@test "the bundle's disk is full at the splice: one create fails with its sentence, what runs can be ended" {
  live_ends
  in_node mount -t tmpfs -o size=256k,mode=711 tmpfs "$TASKS"
  docker run -d --name inside --runtime=runclamp bb:1 sleep 1000
  # Page by page: somewhere between what containerd's own files need and what all of it needs lies the splice.
  free=$(in_node stat -f -c %f "$TASKS")
  for ((pages = 1; pages <= 16; pages++)); do
    in_node sh -c 'head -c "$1" /dev/zero >"$2/filler"' full "$(((free - pages) * 4096))" "$TASKS"
    status=0
    docker run --name "at-$pages" --runtime=runclamp bb:1 true >"$T/at-$pages" 2>&1 || status=$?
    echo "$pages pages: $status: $(head -n 1 "$T/at-$pages")"
    in_node rm "$TASKS/filler"
    docker rm "at-$pages"
    [ "$status" -ne 0 ] || break
  done
  [ "$status" -eq 0 ]
  grep -l 'OCI runtime create failed: .*config\.json.*ENOSPC' "$T"/at-*
  # No folder of a bundle and no temporary file is left of any of them.
  [ "$(in_node ls "$TASKS/moby")" = "$(docker_id inside)" ]
  live_ends inside
}
