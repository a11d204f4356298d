#!/usr/bin/env bats
# Docker with the containerd image store (the default from 29 on, a feature from 25 on): labels come from containerd's content.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  # Another suite's is newer.
  [ "$ENGINE_ROOT" != / ] || [ "$(dockerd --version | grep -oE '[0-9]+' | head -n 1)" -ge 28 ] ||
    skip "this Docker has no containerd image store: Docker 28 or later, as of integration/suites sid-engines"
  engine_setup v1
  docker_start '.features = {"containerd-snapshotter": true} | del(.["storage-driver"])'
  needs=$(tr -s ' \n' ' ' <<<"$BUSYBOX_NEEDS")
  export needs
  docker_image plain:1
  docker_image app:1 "LABEL io.runclamp.syscalls=\"$needs\""
  docker_image bad:1 "LABEL io.runclamp.syscalls=\"$needs mount\""
}
teardown_file() { engine_clean; }
teardown() {
  [ -n "${T:-}" ] || return 0
  # shellcheck disable=SC2046 # a list of IDs
  docker rm --force $(docker ps -aq) >/dev/null 2>&1 || true
  in_node sh -c 'rm -f /etc/runclamp/closures.d/*'
}
makes() { docker run --rm --network=none --runtime=runclamp "$@" mkdir /tmp/x; }
denied() {
  echo "$output"
  [ "$status" -ne 0 ] && [[ $output == *"mkdir: can't create directory '/tmp/x': Operation not permitted"* ]]
}

@test "the image's label narrows, docker run --label does not widen" {
  [ "$(docker info --format '{{.DriverStatus}}' | grep -c snapshotter)" -eq 1 ]
  makes plain:1
  run makes app:1
  denied
  run makes --label "io.runclamp.syscalls=$needs mkdir" app:1
  denied
}

@test "a label outside the ceiling refuses" {
  run makes bad:1
  echo "$output"
  [ "$status" -eq 125 ]
  [[ $output == *"the image needs mount, which the ceiling node-default"* ]]
}

@test "the catalogue by image ID and by reference" {
  for image in "{\"digest\": \"$(docker image inspect --format '{{.Id}}' plain:1)\"}" '{"reference": "plain:1"}'; do
    jq -n --argjson image "$image" --arg needs "$needs" '{version: 1, image: $image, syscalls: ($needs | split(" ") | map(select(. != "")))}' |
      node_file /etc/runclamp/closures.d/a.json
    run makes plain:1
    denied
  done
}

@test "a tag that moved: a container that is started again has its own image's labels" {
  docker tag app:1 moving:1
  docker create --name moved --network=none --runtime=runclamp moving:1 mkdir /tmp/x
  docker tag plain:1 moving:1
  run docker start -a moved
  denied
}

@test "the image was removed while its container exists" {
  docker_image gone:1 "LABEL io.runclamp.syscalls=\"$needs\" other=1"
  docker create --name orphan --network=none --runtime=runclamp gone:1 mkdir /tmp/x
  docker rmi --force gone:1
  run docker start -a orphan
  echo "$output"
  # Either Docker keeps the content for the container, which is then narrowed, or it is refused; never started without.
  [ "$status" -ne 0 ]
  [[ $output == *"can't create directory"* || $output == *"the image can't be read"* ]]
  docker rm orphan
}

@test "the catalogue by reference, whatever the image is called by" {
  jq -n --arg needs "$needs" '{version: 1, image: {reference: "plain:1"}, syscalls: ($needs | split(" ") | map(select(. != "")))}' |
    node_file /etc/runclamp/closures.d/a.json
  docker tag plain:1 other:1
  for name in plain:1 other:1 "$(docker image inspect --format '{{.Id}}' plain:1)"; do
    run makes "$name"
    denied
  done
}
