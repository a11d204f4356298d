#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell of its own
# Docker on a node whose cgroups are version 2 alone.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  engine_setup v2
  docker_start
  docker_image bb:1
}
teardown_file() { engine_clean; }

v2() { # KIND
  docker_needs_runtime "$1"
  runtime=$(docker_runtime "$1")
  [ "$(docker info --format '{{.CgroupVersion}}')" = 2 ]
  status=0
  output=$(docker run -d --name "v2-$1" --runtime="$runtime" bb:1 sleep 1000 2>&1) || status=$?
  # crun loads its device filter as BPF, and asks for more locked memory first.
  [[ $output != *RLIM_MEMLOCK* ]] || skip "crun needs CAP_SYS_RESOURCE with cgroup v2, which this machine lacks"
  # shellcheck disable=SC2016 # its own quotes
  [[ $output != *'controller `io` is not available'* ]] || skip "crun wants controllers, which this machine has in cgroup v1"
  echo "$output"
  [ "$status" -eq 0 ]
  id=$(docker_id "v2-$1")
  docker exec "v2-$1" true
  [ "$1" = runsc ] || docker exec "v2-$1" /call sched_rr_get_interval:0,buf | grep -qx 'sched_rr_get_interval:0,buf -1'
  docker restart -t 0 "v2-$1"
  [ "$(decided "$id" .verdict | sort | uniq -c | tr -s ' ')" = ' 2 "allow"' ]
  docker rm -f "v2-$1"
  [ -z "$(docker_left "$id")" ]
}
@test "cgroup v2: runc" { v2 runc; }
@test "cgroup v2: crun" { v2 crun; }
@test "cgroup v2: runsc" { v2 runsc; }
