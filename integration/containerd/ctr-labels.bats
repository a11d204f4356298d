#!/usr/bin/env bats
# What an image in containerd's store declares in its labels, and what the catalogue says of it; tags that move.

load ../lib/common
load ../lib/engine
load ../lib/containerd

setup_file() {
  engine_need containerd containerd
  containerd_setup v1
  needs=$(tr -s ' \n' ' ' <<<"$BUSYBOX_NEEDS")
  export needs
  image example.org/narrow:1 "io.runclamp.syscalls=$needs"
  image example.org/wide:1 "io.runclamp.syscalls=$needs mkdir"
  image example.org/bad:1 "io.runclamp.syscalls=$needs mount"
}
teardown_file() { engine_clean; }
setup() { ID=l$BATS_TEST_NUMBER; }
teardown() {
  back
  ctr task rm --force "$ID" >/dev/null 2>&1 || true
  ctr container rm "$ID" >/dev/null 2>&1 || true
  in_node sh -c 'rm -f /etc/runclamp/closures.d/*'
  containerd_handlers
}

# away: the daemon's socket is no longer where containerd's shims say that it is; ctr finds it at its new place. back: it is.
SOCKET=/run/containerd/containerd.sock
away() {
  in_node mv "$SOCKET" "$SOCKET.away"
  export CONTAINERD_ADDRESS=$SOCKET.away
}
back() {
  unset CONTAINERD_ADDRESS
  in_node sh -c '[ ! -e "$0.away" ] || mv "$0.away" "$0"' "$SOCKET"
}

# makes IMAGE [OPTION...]: whether a container of the image may make a folder, a call that narrow:1 does not declare.
makes() {
  local image=$1
  shift
  through runc --rm "$@" "$image" "$ID" mkdir /tmp/x
}
denied() { # the last `run`
  echo "$output"
  [ "$status" -ne 0 ] && [[ $output == *"mkdir: can't create directory '/tmp/x': Operation not permitted"* ]]
}
catalogue() { # NAME IMAGE-JSON
  jq -n --argjson image "$2" --arg needs "$needs" \
    '{version: 1, image: $image, syscalls: ($needs | split(" ") | map(select(. != "")))}' |
    node_file "/etc/runclamp/closures.d/$1.json"
}
target() { ctr image ls "name==$1" | awk 'NR == 2 { print $3 }'; }
blob() { echo "/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/${1#sha256:}"; }

@test "the image's label narrows" {
  makes "$BASE_IMAGE"
  run makes example.org/narrow:1
  denied
  decided "$ID" | tail -n 1 | jq -e '.sources == ["label io.runclamp.syscalls"] and .image == "example.org/narrow:1"'
}

@test "ctr run --label does not widen" {
  run makes example.org/narrow:1 --label "io.runclamp.syscalls=$needs mkdir"
  denied
}

@test "a label outside the ceiling refuses" {
  run through runc --rm example.org/bad:1 "$ID" true
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"the image needs mount, which the ceiling node-default"* ]]
  gone "$ID"
}

@test "the catalogue by the digests of configuration and manifest, and by reference" {
  local entry manifest config
  manifest=$(target "$BASE_IMAGE")
  config=$(in_node cat "$(blob "$manifest")" | jq -r .config.digest)
  for entry in "{\"digest\": \"$manifest\"}" "{\"digest\": \"$config\"}" "{\"reference\": \"$BASE_IMAGE\"}"; do
    catalogue a "$entry"
    run makes "$BASE_IMAGE"
    denied
    makes example.org/wide:1
  done
}

@test "a tag that moved: what the container was made from can't be told any more, and it is not started unnarrowed" {
  image example.org/moving:1 "io.runclamp.syscalls=$needs"
  run through runc example.org/moving:1 "$ID" mkdir /tmp/x
  denied
  ctr task rm --force "$ID" || true
  # Another image of other layers under the name.
  in_node mkdir -p /root/other
  cp -a "$T/rootfs" "$T/other"
  echo other >"$T/other/etc/other"
  "$LIB/oci-image" "$T/other" example.org/moving:1 | in_node ctr image import - >/dev/null
  run ctr task start "$ID"
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"the name example.org/moving:1 stands for another image now than the one that the container was made from"* ]]
  containerd_handlers '.on_source_error = "skip"'
  ctr task start "$ID"
  decided "$ID" | tail -n 1 | jq -e '.warnings[0] | startswith("the image can'"'"'t be read")'
}

@test "a blob that was tampered with" {
  image example.org/tampered:1 "io.runclamp.syscalls=$needs" other=1
  config=$(in_node cat "$(blob "$(target example.org/tampered:1)")" | jq -r .config.digest)
  in_node cp "$(blob "$config")" /root/config
  in_node sh -c 'sed s/io.runclamp/xx.runclamp/ /root/config >"$0"' "$(blob "$config")"
  run makes example.org/tampered:1
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"$(blob "$config"): its content has the digest"* ]]
}

@test "containerd's socket can't be reached: refused, or skipped with a warning" {
  away
  run makes example.org/narrow:1
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *'the image can'"'"'t be read (on_source_error = "refuse"): '*"$SOCKET"* ]]
  containerd_handlers '.on_source_error = "skip"'
  makes example.org/narrow:1
  decided "$ID" | tail -n 1 | jq -e '.warnings[0] | contains("/run/containerd/containerd.sock")'
  # A socket in a folder that others can write to could be anybody's.
  back
  containerd_handlers
  in_node chmod 777 /run/containerd
  run makes example.org/narrow:1
  in_node chmod 711 /run/containerd
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"/run/containerd is not trusted"* ]]
}

@test "the address and the root of the configuration are for a containerd that does not say where it is" {
  containerd_handlers '.engines.containerd = {address: "/run/nowhere.sock", root: "/var/lib/nowhere"}'
  run makes example.org/narrow:1
  denied
  # By hand, as a shim would without the address in its environment.
  through runc --detach "$BASE_IMAGE" "$ID" sleep 1000
  by_hand "$ID-hand"
  run in_node /usr/local/bin/runclamp create --bundle "/run/containerd/io.containerd.runtime.v2.task/default/$ID-hand" "$ID-hand"
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"containerd at /run/nowhere.sock"* ]]
  ctr task kill --signal KILL "$ID"
}
# by_hand ID: a bundle like the last container's, beside it.
by_hand() {
  in_node sh -c 'cd /run/containerd/io.containerd.runtime.v2.task/default && mkdir "$2" && cp "$1/config.json" "$2"' by_hand "$ID" "$1"
}

@test "a bound is no accident: nothing is skipped for an answer that is too large" {
  containerd_handlers '.on_source_error = "skip"'
  away
  in_node /usr/bin/python3 - "$SOCKET" 'a giant length' <"$REPO/integration/payload/hostile-h2" &
  wait_for 10 in_node test -S "$SOCKET"
  run makes example.org/narrow:1
  wait
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"(a bound, whatever on_source_error says)"*"bytes, more than the"* ]]
}

@test "a second containerd: clampctl asks the one that create asked, whatever the other has under that ID" {
  local second=/run/second/containerd.sock bundle other
  printf 'version = 2\nroot = "/var/lib/containerd/second"\nstate = "/run/second"\n[grpc]\naddress = "%s"\n' "$second" |
    node_file /etc/second.toml
  daemon second containerd -c /etc/second.toml
  second() { in_node ctr -a /run/second/containerd.sock "$@"; }
  wait_for 30 second version >/dev/null
  LAYER=$T/layer.tar "$LIB/oci-image" "$T/rootfs" example.org/narrow:1 "io.runclamp.syscalls=$needs" |
    second image import - >/dev/null
  second run -d --snapshotter native --runc-binary /usr/local/bin/runclamp example.org/narrow:1 "$ID" /bin/sleep 1000
  bundle=$(in_node sh -c 'echo /run/second/*/default/"$0"' "$ID")
  for other in without with; do
    # Of an image that declares nothing. containerds share runc's root, so it does not run.
    [ "$other" = without ] || ctr container create "$BASE_IMAGE" "$ID" sleep 1000
    run in_node clampctl check --json "$bundle"
    echo "$other: $output"
    [ "$status" -eq 0 ]
    jq -e --arg asked "$second" '.asked == [$asked] and .declared' <<<"$output"
    run in_node env GRPC_ADDRESS=/run/nowhere.sock clampctl closure --why mkdir "$bundle"
    echo "$output"
    [[ $output == *"mkdir: denied with EPERM, by the needs"* ]]
  done
  # Without a record it says whom it asked, and can be told.
  in_node sh -c 'rm /run/runclamp/*' || true
  run in_node clampctl check "$bundle"
  tr -s ' \n' ' ' <<<"$output" | grep -F "image asked of $SOCKET; no create has recorded another place"
  run in_node env GRPC_ADDRESS=$second clampctl check --json "$bundle"
  jq -e --arg asked "$second" '.asked == [$asked] and .declared' <<<"$output"
  second task rm -f "$ID"
  second container rm "$ID"
  daemon_end second
}

@test "a container without an image of containerd's" {
  in_node sh -c 'mkdir -p /root/fs && cp -a "$0/." /root/fs/' "$T/rootfs"
  through runc --rm --rootfs /root/fs "$ID" /bin/true
}

@test "sources without label and catalogue: containerd is not asked" {
  containerd_handlers '.sources = ["annotation"]'
  away
  makes example.org/narrow:1
}

@test "however many images there are: each entry of the catalogue counts, and nobody's container fails" {
  containerd_handlers '.on_source_error = "skip"'
  # shellcheck disable=SC2046 # words
  ctr image tag "$BASE_IMAGE" $(seq -f example.org/many:%g 5000) >/dev/null
  catalogue a '{"reference": "example.org/nosuch:1"}'
  run makes example.org/narrow:1
  denied
  makes example.org/wide:1
  catalogue a '{"reference": "example.org/many:4999"}'
  run makes "$BASE_IMAGE"
  denied
  decided "$ID" | tail -n 1 >"$T/line"
  jq -e '(.sources | length) == 1 and (.warnings // [] | tostring | contains("read") | not)' "$T/line" || { cat "$T/line"; return 1; }
  # shellcheck disable=SC2046
  ctr image rm $(seq -f example.org/many:%g 5000) >/dev/null
}

@test "a name in short is the one that engines make of it" {
  catalogue a '{"reference": "app"}'
  for name in app:latest library/app:latest docker.io/library/app:latest; do
    ctr image tag "$BASE_IMAGE" "$name"
    run makes "$BASE_IMAGE"
    denied
    ctr image rm "$name"
    makes "$BASE_IMAGE"
  done
}

@test "an entry for a tag counts for the tag with a digest behind it" {
  catalogue a "{\"reference\": \"$BASE_IMAGE\"}"
  ctr image tag "$BASE_IMAGE" "$BASE_IMAGE@$(target "$BASE_IMAGE")"
  run makes "$BASE_IMAGE@$(target "$BASE_IMAGE")"
  denied
}

@test "a large catalogue is asked within the deadline" {
  local i
  mkdir "$T/closures"
  for ((i = 0; i < 4000; i++)); do
    echo "{\"version\": 1, \"image\": {\"reference\": \"registry.example.org/some/long/path/app-$i:1.$i\"}, \"syscalls\": []}" >"$T/closures/$i.json"
  done
  in_node sh -c 'mkdir -p /etc/runclamp/closures.d && cp "$0"/* /etc/runclamp/closures.d/' "$T/closures"
  run makes example.org/narrow:1
  denied
  decided "$ID" | tail -n 1 | jq .time
}

@test "what asking costs: a helper that reads and nothing else" {
  through runc --detach "$BASE_IMAGE" "$ID" sleep 1000
  run in_node /usr/local/libexec/runclamp/runclamp-containerd /run/containerd/containerd.sock default "$ID"
  echo "$output"
  jq -e --arg target "$(target "$BASE_IMAGE")" '.image == env.BASE_IMAGE and .target == $target and .config == null' <<<"$output"
  run in_node /usr/local/libexec/runclamp/runclamp-containerd /run/containerd/containerd.sock default nosuch
  [ "$status" -ne 0 ]
  [[ $output == *"has no container nosuch in its namespace default"* ]]
  ctr task kill --signal KILL "$ID"
}
