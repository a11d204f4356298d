#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell of its own
# Docker's daemon under containers of runclamp: restarts, live-restore, user namespaces, other storage drivers, cgroup v2.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  engine_setup v1
  docker_start '."live-restore" = true'
  docker_image bb:1
}
teardown_file() { engine_clean; }
teardown() {
  # shellcheck disable=SC2046 # a list of IDs
  docker rm --force $(docker ps -aq) >/dev/null 2>&1 || true
}

# Docker's profile allows it, node-default does not.
OUTSIDE='sched_rr_get_interval:0,buf'
status_of() { docker inspect --format '{{.State.Status}}' "$1"; }
creates() { decided "$(docker_id "$1")" 'select(.verdict == "allow") | .subcommand' | wc -l; }
clamped() { docker exec "$1" /call "$OUTSIDE" | grep -qx "$OUTSIDE -1"; }

@test "live-restore: containers of each runtime outlive dockerd's restart, and end as usual" {
  for kind in runc crun runsc; do docker_needs_runtime $kind; done
  for kind in runc crun runsc; do docker run -d --name "live-$kind" --runtime="$(docker_runtime $kind)" bb:1 sleep 1000; done
  docker_restart
  for kind in runc crun runsc; do
    [ "$(status_of "live-$kind")" = running ]
    docker exec "live-$kind" true
    [ "$kind" = runsc ] || clamped "live-$kind"
    id=$(docker_id "live-$kind")
    [ "$(creates "live-$kind")" -eq 1 ]
    docker stop -t 0 "live-$kind"
    docker rm "live-$kind"
    [ -z "$(docker_left "$id")" ]
  done
}

@test "live-restore: dockerd is killed, the container goes on, starts again, is removed" {
  docker run -d --name crash --runtime=runclamp bb:1 sleep 1000
  docker_restart KILL
  [ "$(status_of crash)" = running ]
  clamped crash
  docker restart -t 0 crash
  clamped crash
  [ "$(creates crash)" -eq 2 ]
  docker rm -f crash
}

@test "live-restore: a container that ended while dockerd was away" {
  docker run -d --name away --runtime=runclamp bb:1 sleep 1000
  id=$(docker_id away)
  pid=$(docker inspect --format '{{.State.Pid}}' away)
  daemon_end dockerd
  in_node kill -KILL "$pid"
  dockerd_up
  exited() { [ "$(status_of away)" = exited ]; }
  wait_for 30 exited
  docker start away
  clamped away
  docker rm -f away
  [ -z "$(docker_left "$id")" ]
}

@test "without live-restore: a restart policy brings the container back under its closure" {
  docker_reconfigure
  docker run -d --name always --restart=always --runtime=runclamp bb:1 sleep 1000
  docker run -d --name never --runtime=runclamp bb:1 sleep 1000
  docker_restart
  running() { [ "$(status_of always)" = running ]; }
  wait_for 30 running
  clamped always
  [ "$(creates always)" -eq 2 ]
  [ "$(status_of never)" = exited ]
  docker start never
  clamped never
}

@test "containerd is killed under a running container" {
  docker run -d --name under --runtime=runclamp bb:1 sleep 1000
  id=$(docker_id under)
  daemon_end containerd KILL
  daemon containerd containerd
  answers() { docker exec under true; }
  wait_for 60 answers
  clamped under
  docker rm -f under
  [ -z "$(docker_left "$id")" ]
}

@test "runclamp as the default runtime" {
  docker_reconfigure '."default-runtime" = "runclamp"'
  run docker run --name default bb:1 /call getpid "$OUTSIDE"
  [ "$output" = "getpid ok"$'\n'"$OUTSIDE -1" ]
  [ "$(creates default)" -eq 1 ]
  before=$(decisions 'select(.verdict == "allow")' | wc -l)
  docker_build built:1 'FROM bb:1' 'RUN ["/call", "getpid"]' 'RUN ["/bin/touch", "/made"]'
  run docker run --rm built:1 ls /made
  [ "$output" = /made ]
  # The legacy builder's own containers go the same way: one for each RUN.
  decisions '[.time, .id, .verdict, .sentence]' | tail -n 5
  [ "$(decisions 'select(.verdict == "allow")' | wc -l)" -eq $((before + 3)) ]
}

@test "userns-remap: the container is clamped, root of the host or not" {
  # Docker adds its user's range to these, and does not make them.
  in_node touch /etc/subuid /etc/subgid
  docker_reconfigure '."userns-remap" = "default"'
  docker_image bb:1
  run docker run --rm --runtime=runclamp bb:1 sh -c "cat /proc/self/uid_map; exec /call getpid $OUTSIDE"
  echo "$output"
  read -r inner outer _ <<<"${lines[0]}"
  [ "$inner" = 0 ]
  [ "$outer" -gt 0 ]
  [ "${lines[1]}" = "getpid ok" ]
  [ "${lines[2]}" = "$OUTSIDE -1" ]
  run docker run --rm --userns=host --runtime=runclamp bb:1 sh -c "cat /proc/self/uid_map; exec /call getpid $OUTSIDE"
  read -r inner outer _ <<<"${lines[0]}"
  [ "$outer" = 0 ]
  [ "${lines[2]}" = "$OUTSIDE -1" ]
  # The store is another one then, below the data-root; the image's labels are found in it.
  docker_image app:1 "LABEL io.runclamp.syscalls=\"$(tr -s ' \n' ' ' <<<"$BUSYBOX_NEEDS")\""
  for words in --rm --userns=host; do
    run docker run "$words" --runtime=runclamp app:1 mkdir /tmp/x
    echo "$output"
    [[ $output == *"Operation not permitted"* ]]
  done
  decisions | tail -n 1 | jq -e '.sources == ["label io.runclamp.syscalls"]'
  docker run -d --name mapped --runtime=runclamp bb:1 sleep 1000
  clamped mapped
  docker restart -t 0 mapped
  clamped mapped
  docker rm -f mapped
}

@test "the vfs storage driver, and a data-root elsewhere" {
  docker_reconfigure '."storage-driver" = "vfs" | ."data-root" = "/var/lib/docker/elsewhere"'
  docker_image bb:1
  run docker run --rm --runtime=runclamp bb:1 /call getpid "$OUTSIDE"
  [ "$output" = "getpid ok"$'\n'"$OUTSIDE -1" ]
  docker_reconfigure
}

@test "uninstalled runtime name: a stopped container can still be removed" {
  docker run -d --name orphan --runtime=runclamp bb:1 sleep 1000
  id=$(docker_id orphan)
  docker stop -t 0 orphan
  docker_reconfigure 'del(.runtimes.runclamp)'
  run docker start orphan
  [ "$status" -ne 0 ]
  docker rm orphan
  [ -z "$(docker_left "$id")" ]
  docker_reconfigure
}
