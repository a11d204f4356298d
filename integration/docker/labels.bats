#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell of its own
# What an image of Docker's declares in its labels, and what the catalogue says of it: from Docker's own store, by content.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  engine_setup v1
  docker_start
  needs=$(tr -s ' \n' ' ' <<<"$BUSYBOX_NEEDS")
  needs=${needs% }
  export needs
  docker_image plain:1
  docker_image app:1 "LABEL io.runclamp.syscalls=\"$needs\""
  docker_image wide:1 "LABEL io.runclamp.syscalls=\"$needs mkdir\""
  docker_image bad:1 "LABEL io.runclamp.syscalls=\"$needs mount\""
}
teardown_file() { engine_clean; }
teardown() {
  # shellcheck disable=SC2046 # a list of IDs
  docker rm --force $(docker ps -aq) >/dev/null 2>&1 || true
  in_node sh -c 'rm -f /etc/runclamp/closures.d/*'
  engine_config
}

# makes IMAGE [OPTION...]: whether a container of the image may make a folder, a call that app:1 does not declare.
makes() {
  local image=$1
  shift
  docker run --rm --runtime=runclamp "$@" "$image" mkdir /tmp/x
}
# What a test expects of it: no container but a denied call.
denied() { [ "$status" -ne 0 ] && [[ $output == *"mkdir: can't create directory '/tmp/x': Operation not permitted"* ]]; }

image_id() { docker image inspect --format '{{.Id}}' "$1"; }
# catalogue NAME IMAGE-JSON: an entry that leaves out mkdir.
catalogue() {
  jq -n --argjson image "$2" --arg needs "$needs" \
    '{version: 1, image: $image, syscalls: ($needs | split(" "))}' | node_file "/etc/runclamp/closures.d/$1.json"
}

@test "an image without labels is not narrowed" { makes plain:1; }

@test "the image's label narrows" {
  run makes app:1
  denied
  decisions 'select(.image == "app:1")' | tail -n 1 | jq -e '.sources == ["label io.runclamp.syscalls"] and .verdict == "allow"'
  decisions | tail -n 1 | jq -e --arg id "$(image_id app:1)" '.image_digest == $id'
}

labelled() { # KIND
  docker_needs_runtime "$1"
  runtime=$(docker_runtime "$1")
  run docker run --name "l-$1" --runtime="$runtime" app:1 sh -c 'grep Seccomp: /proc/self/status; exec /call getpid getsid:0'
  echo "$output"
  [[ ${lines[0]} =~ ^Seccomp:.2$ ]]
  [ "${lines[1]}" = "getpid ok" ]
  [ "${lines[2]}" = "getsid:0 -1" ]
  decided "$(docker_id "l-$1")" | jq -e --arg kind "$1" '.runtime == $kind and .sources == ["label io.runclamp.syscalls"]
    and (.closure_sha256 | length) == 64 and .counts.needs > 50'
  status=0
  # Neither ceiling has it: the sentry lacks it, too.
  docker_image worse:1 "LABEL io.runclamp.syscalls=\"$needs add_key\""
  output=$(docker run --rm --runtime="$runtime" worse:1 true 2>&1) || status=$?
  echo "$output"
  [ "$status" -eq 125 ]
  [[ $output == *"OCI runtime create failed: the image needs add_key, which the ceiling "* ]]
}
@test "runc: allowed with the image's closure, refused by name" { labelled runc; }
@test "crun: allowed with the image's closure, refused by name" { labelled crun; }
@test "runsc: allowed with the image's closure, refused by name" { labelled runsc; }

@test "docker run --label neither widens nor stands in for the image's" {
  run makes app:1 --label "io.runclamp.syscalls=$needs mkdir"
  denied
  run makes app:1 --label io.runclamp.syscalls=
  denied
  makes plain:1 --label "io.runclamp.syscalls=$needs"
}

@test "a label outside the ceiling refuses, and the sentence names the call" {
  run docker run --rm --runtime=runclamp bad:1 true
  [ "$status" -eq 125 ]
  [[ $output == *"OCI runtime create failed: the image needs mount, which the ceiling node-default of handler runclamp does not allow"* ]]
}

@test "an unknown key, or a pod's key, in a label refuses" {
  docker_image odd:1 'LABEL io.runclamp.syscall=read'
  run docker run --rm --runtime=runclamp odd:1 true
  [ "$status" -eq 125 ]
  [[ $output == *'unknown label "io.runclamp.syscall"; did you mean "io.runclamp.syscalls"?'* ]]
  docker_image odd:2 'LABEL io.runclamp.syscalls/web=read'
  run docker run --rm --runtime=runclamp odd:2 true
  [ "$status" -eq 125 ]
  [[ $output == *'a label must not end in "/NAME"'* ]]
}

@test "the labels go along with docker commit and docker build" {
  docker run --name base --runtime=runclamp app:1 sh -c 'echo >/new'
  docker commit base committed:1 >/dev/null
  run makes committed:1
  denied
  docker_build built:1 'FROM app:1' 'LABEL other=1' 'COPY Dockerfile /'
  run makes built:1
  denied
}

@test "strict: an image that declares nothing is refused, one that does is not" {
  engine_config '.handlers.runclamp.level = "strict"'
  run docker run --rm --runtime=runclamp plain:1 true
  [ "$status" -eq 125 ]
  [[ $output == *"the container declares no needs"* ]]
  docker_image few:1 'LABEL io.runclamp.syscalls="arch_prctl brk close execve exit_group getuid mmap prctl prlimit64 read readlink rseq set_robust_list set_tid_address write mprotect getrandom newfstatat uname ioctl openat"'
  docker run --rm --runtime=runclamp few:1 true
}

@test "sources without label: the label is not read" {
  engine_config '.sources = ["annotation"]'
  makes app:1
  makes bad:1
}

@test "the catalogue by image ID" {
  catalogue a "{\"digest\": \"$(image_id plain:1)\"}"
  run makes plain:1
  denied
  # Under any name of it, also by its ID.
  docker tag plain:1 renamed:7
  run makes renamed:7
  denied
  run makes "$(image_id plain:1)"
  denied
  makes wide:1
}

@test "the catalogue by reference, in each of its spellings" {
  for name in plain:1 library/plain:1 docker.io/library/plain:1; do
    catalogue a "{\"reference\": \"$name\"}"
    run makes plain:1
    denied
  done
  # The same image asked for by another name: the engine knows both.
  docker tag plain:1 other:2
  run makes other:2
  denied
  makes wide:1
}

@test "label and catalogue are intersected" {
  catalogue a "{\"reference\": \"wide:1\"}"
  run makes wide:1
  denied
  decisions | tail -n 1 | jq -e '.sources == ["label io.runclamp.syscalls", "/etc/runclamp/closures.d/a.json"]'
}

@test "a catalogue that can't be read refuses, or is skipped with a warning" {
  echo '{' | node_file /etc/runclamp/closures.d/broken.json
  run makes plain:1
  [ "$status" -eq 125 ]
  [[ $output == *'the catalogue can'"'"'t be read (on_source_error = "refuse"): /etc/runclamp/closures.d/broken.json: '* ]]
  engine_config '.on_source_error = "skip"'
  makes plain:1
  decisions | tail -n 1 | jq -e '.warnings[0] | startswith("the catalogue can'"'"'t be read, and nothing of it was used")'
}

@test "a tag that moved: a container that is started again has its own image's labels" {
  docker_image moving:1 "LABEL io.runclamp.syscalls=\"$needs\""
  docker create --name moved --runtime=runclamp moving:1 mkdir /tmp/x
  docker tag plain:1 moving:1
  run docker start -a moved
  denied
  docker run --rm --runtime=runclamp moving:1 mkdir /tmp/x
}

@test "the image was removed while its container exists: refused, or skipped with a warning; it can be removed" {
  docker_image gone:1 "LABEL io.runclamp.syscalls=\"$needs\""
  docker create --name orphan --runtime=runclamp gone:1 mkdir /tmp/x
  docker rmi --force gone:1
  run docker start -a orphan
  [ "$status" -ne 0 ]
  [[ $output == *"the image was removed while the container still exists"* ]]
  engine_config '.on_source_error = "skip"'
  docker start -a orphan
  decided "$(docker_id orphan)" | tail -n 1 | jq -e '.warnings[0] | startswith("the image can'"'"'t be read")'
  id=$(docker_id orphan)
  docker rm orphan
  [ -z "$(docker_left "$id")" ]
}

@test "a configuration of an image that was tampered with is refused by its digest" {
  docker_image tampered:1 "LABEL io.runclamp.syscalls=\"$needs\""
  docker create --name victim --runtime=runclamp tampered:1 mkdir /tmp/x
  hex=$(image_id tampered:1)
  hex=${hex#sha256:}
  in_node sed -i 's/io.runclamp/xx.runclamp/' "/var/lib/docker/image/overlay2/imagedb/content/sha256/$hex"
  run docker start -a victim
  [ "$status" -ne 0 ]
  [[ $output == *"imagedb/content/sha256/$hex: its content has the digest"* ]]
}

@test "a store in the container's mounts is never read" {
  # A consistent store of the user's own, its record under the container's ID and its labels empty.
  docker create --name forged --runtime=runclamp -v /mine/hosts:/etc/hosts -v /mine:/var/lib/docker app:1 mkdir /tmp/x
  id=$(docker_id forged)
  plain=$(image_id plain:1)
  # shellcheck disable=SC2016 # the inner shell's
  in_node sh -c 'mkdir -p "/mine/containers/$1" && touch /mine/hosts && cp -a /var/lib/docker/image /mine/ &&
    sed "s/sha256:[0-9a-f]*/$2/" "/var/lib/docker/containers/$1/config.v2.json" >"/mine/containers/$1/config.v2.json"' x "$id" "$plain"
  run docker start -a forged
  denied
}

@test "1,000 labels" {
  changes=()
  for ((i = 0; i < 1000; i++)); do changes+=("LABEL org.example.label$i=\"the value of the label of number $i\""); done
  docker_image many:1 "${changes[@]}" "LABEL io.runclamp.syscalls=\"$needs\""
  run makes many:1
  denied
  # And as many of the user's.
  options=()
  for ((i = 0; i < 1000; i++)); do options+=(--label "org.example.other$i=x"); done
  run makes many:1 "${options[@]}"
  denied
}

@test "vfs, and a data-root of daemon.json's" {
  docker_reconfigure '."storage-driver" = "vfs" | ."data-root" = "/var/lib/docker/elsewhere"'
  docker_image app:1 "LABEL io.runclamp.syscalls=\"$needs\""
  run makes app:1
  docker_reconfigure
  denied
}

@test "a data-root of dockerd's option is named in the configuration" {
  daemon_end dockerd
  daemon dockerd dockerd --containerd /run/containerd/containerd.sock --data-root /var/lib/docker/option
  wait_for 90 docker version
  docker_image app:1 "LABEL io.runclamp.syscalls=\"$needs\""
  run makes app:1
  engine_config '.engines.docker.data_root = "/var/lib/docker/option"'
  first=$output
  run makes app:1
  daemon_end dockerd
  dockerd_up
  [[ $first == *"does not lie below Docker's data-root /var/lib/docker"* ]] ||
    [[ $first == *"can't be read"* ]]
  denied
}

@test "a namespace of containerd's that dockerd was given by option" {
  daemon_end dockerd
  daemon dockerd dockerd --containerd /run/containerd/containerd.sock --containerd-namespace mine
  wait_for 90 docker version
  run makes app:1
  daemon_end dockerd
  dockerd_up
  denied
}

@test "annotations of docker run exempt nothing" {
  docker run --help | grep -q -- --annotation || skip "this Docker has no --annotation: it came with 24.0"
  for id in x "$(printf '%064d' 0)"; do
    run makes app:1 --annotation io.kubernetes.cri.container-type=sandbox --annotation "io.kubernetes.cri.sandbox-id=$id" \
      --annotation "io.kubernetes.cri-o.ContainerType=sandbox" --annotation "io.kubernetes.cri-o.SandboxID=$id"
    denied
  done
  run makes app:1 --annotation "io.runclamp.syscalls=$needs mkdir"
  denied
  run makes plain:1 --annotation "io.runclamp.syscalls=$needs"
  denied
}

@test "however many names an image has, its label counts, also under skip" {
  engine_config '.on_source_error = "skip"'
  docker_image named:1 "LABEL io.runclamp.syscalls=\"$needs\"" 'LABEL named=1'
  for ((i = 0; i < 80; i++)); do docker tag named:1 "many:$i"; done
  run makes many:7
  denied
  catalogue a '{"reference": "many:79"}'
  run makes named:1
  denied
  decisions | tail -n 1 | jq -e '(.warnings | tostring | contains("read") | not) and (.sources | length) == 2'
}

@test "however many labels a container is given, its image's counts, also under skip" {
  engine_config '.on_source_error = "skip"'
  seq -f 'label%g=x' 70000 >"$T/labels"
  run makes app:1 --label-file "$T/labels"
  denied
  # More than a record may have: no way round, but a refusal.
  awk 'BEGIN { for (i = 0; i < 5000; i++) { s = s "xxxxxxxxxx" } for (i = 0; i < 400; i++) print "large" i "=" s }' >"$T/labels"
  run makes app:1 --label-file "$T/labels"
  echo "${output: -600}"
  [ "$status" -eq 125 ]
  [[ $output == *"(a bound, whatever on_source_error says)"* ]]
}

@test "a list of names that can't be read costs the catalogue, never the label" {
  local list=/var/lib/docker/image/overlay2/repositories.json
  in_node test -e "$list" || skip "this Docker keeps its images in containerd: there is no such list"
  catalogue a '{"reference": "nosuch:1"}'
  in_node sh -c 'cp "$0" /root/list && echo "{" >"$0"' "$list"
  run makes app:1
  first=$output
  engine_config '.on_source_error = "skip"'
  run makes app:1
  in_node cp /root/list "$list"
  [[ $first == *"the list of the image's names can't be read (on_source_error = \"refuse\"): $list"* ]]
  denied
  decisions | tail -n 1 | jq -e '.warnings[0] | startswith("the list of the image'"'"'s names can'"'"'t be read")'
}

@test "containerd's first shim, where runc itself is diverted: the label counts" {
  in_node sh -c 'command -v containerd-shim >/dev/null' || skip "this containerd has no io.containerd.runtime.v1.linux: it went with 2.0"
  in_node sh -c 'mv /usr/sbin/runc /usr/sbin/runc.real && ln -s /usr/local/bin/runclamp /usr/sbin/runc'
  engine_config '.handlers.runclamp.path = "/usr/sbin/runc.real" | .handlers.runc = .handlers.runclamp'
  run makes app:1
  first=$output
  run docker run --rm --runtime=io.containerd.runtime.v1.linux app:1 mkdir /tmp/x
  in_node sh -c 'rm /usr/sbin/runc && mv /usr/sbin/runc.real /usr/sbin/runc'
  [[ $first == *"Operation not permitted"* ]]
  denied
}
