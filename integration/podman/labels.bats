#!/usr/bin/env bats
# What an image in Podman's store declares in its labels, and what the catalogue says of it; as root and rootless.

load ../lib/common
load ../lib/engine
load ../lib/podman

setup_file() {
  podman_setup v1
  rootless_setup
  needs=$(tr -s ' \n' ' ' <<<"$BUSYBOX_NEEDS")
  export needs
  image p localhost/narrow:1 "LABEL io.runclamp.syscalls=$needs"
  image p localhost/wide:1 "LABEL io.runclamp.syscalls=$needs mkdir"
  image p localhost/bad:1 "LABEL io.runclamp.syscalls=$needs mount"
}
teardown_file() { podman_clean; }
teardown() {
  podman_empty in_node
  in_node sh -c 'rm -f /etc/runclamp/closures.d/* /etc/containers/storage.conf'
  podman_handlers
}

# makes IMAGE [OPTION...]: whether a container of the image may make a folder, a call that narrow:1 does not declare.
makes() {
  local image=$1
  shift
  run_in p "${KIND:-runc}" "$@" "$image" mkdir /tmp/x
}
denied() { # the last `run`
  echo "$output"
  [ "$status" -ne 0 ] && [[ $output == *"mkdir: can't create directory '/tmp/x': Operation not permitted"* ]]
}
image_id() { p image inspect --format '{{.Id}}' "$1"; }
catalogue() { # NAME IMAGE-JSON
  jq -n --argjson image "$2" --arg needs "$needs" \
    '{version: 1, image: $image, syscalls: ($needs | split(" ") | map(select(. != "")))}' |
    node_file "/etc/runclamp/closures.d/$1.json"
}

@test "the image's label narrows, with and without --rm, under runc and crun" {
  makes localhost/app:1
  for KIND in runc crun; do
    run makes localhost/narrow:1
    denied
  done
  decided ".sources == [\"label io.runclamp.syscalls\"] and .image_digest == \"sha256:$(image_id localhost/narrow:1)\""
  run p --runtime "$(handler runc)" run --name kept localhost/narrow:1 mkdir /tmp/x
  denied
  run p start -a kept
  denied
}

@test "podman run --label neither widens nor stands in for the image's" {
  run makes localhost/narrow:1 --label "io.runclamp.syscalls=$needs mkdir"
  denied
  makes localhost/app:1 --label "io.runclamp.syscalls=$needs"
}

@test "label and annotation are intersected" {
  run makes localhost/wide:1 --annotation "io.runclamp.syscalls=$needs"
  denied
  run makes localhost/narrow:1 --annotation "io.runclamp.syscalls=$needs mkdir"
  denied
}

@test "a label outside the ceiling refuses" {
  run run_in p runc localhost/bad:1 true
  refused 'the image needs mount, which the ceiling node-default of handler runclamp does not allow'
}

@test "the catalogue by image ID, by the manifest's digest and by reference" {
  local entry
  for entry in "{\"digest\": \"sha256:$(image_id localhost/app:1)\"}" \
    "{\"digest\": \"$(p image inspect --format '{{.Digest}}' localhost/app:1)\"}" '{"reference": "localhost/app:1"}'; do
    catalogue a "$entry"
    run makes localhost/app:1
    denied
    makes localhost/wide:1
  done
}

@test "a tag that moved: a container that is started again has its own image's labels" {
  image p localhost/moving:1 "LABEL io.runclamp.syscalls=$needs"
  p --runtime "$(handler runc)" create --name moved localhost/moving:1 mkdir /tmp/x
  p tag localhost/app:1 localhost/moving:1
  run p start -a moved
  denied
}

@test "a configuration that was tampered with refuses, or is skipped with a warning" {
  image p localhost/tampered:1 "LABEL io.runclamp.syscalls=$needs"
  hex=$(image_id localhost/tampered:1)
  name="/var/lib/containers/storage/overlay-images/$hex/=$(printf 'sha256:%s' "$hex" | base64 -w0)"
  p --runtime "$(handler runc)" create --name victim localhost/tampered:1 mkdir /tmp/x
  in_node sed -i 's/io.runclamp/xx.runclamp/' "$name"
  run p start -a victim
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"its content has the digest"* ]]
  podman_handlers '.on_source_error = "skip"'
  p start -a victim
  decided '.warnings[0] | startswith("the image can'"'"'t be read, and nothing of it was used")'
  in_node sed -i 's/xx.runclamp/io.runclamp/' "$name" # or Podman itself finds no image any more
}

@test "whoever tags an image lengthens its entry, of 40 MiB here: no start of another's is refused, and its own name counts" {
  local setting index=/var/lib/containers/storage/overlay-images/images.json id
  id=$(image_id localhost/app:1)
  in_node cp "$index" "$index.kept"
  in_node cat "$index" | jq -c --arg id "$id" \
    'map(if .id == $id then .names = [range(9000) | tostring | "localhost/" + ("0" * 200) + ":" + .] + .names
      | .["names-history"] = [range(210000) | tostring | "localhost/" + ("1" * 200) + ":" + .] else . end)' |
    node_file "$index"
  in_node stat -c 'bytes: %s' "$index"
  [ "$(in_node stat -c %s "$index")" -gt 40000000 ]
  for setting in refuse skip; do
    podman_handlers ".on_source_error = \"$setting\""
    in_node sh -c 'rm -f /etc/runclamp/closures.d/*'
    makes localhost/app:1
    catalogue other '{"reference": "localhost/other:1"}'
    makes localhost/app:1
    decided '.warnings == [] or .warnings == null'
    catalogue a '{"reference": "localhost/app:1"}'
    run makes localhost/app:1
    denied
  done
  in_node mv "$index.kept" "$index"
}

@test "sources without label: the label is not read" {
  podman_handlers '.sources = ["annotation"]'
  makes localhost/bad:1
}

@test "a container without an image" {
  in_node sh -c 'mkdir -p /root/fs && cp -a "$0/." /root/fs/' "$T/rootfs"
  p --runtime "$(handler runc)" run --rm --rootfs /root/fs true
}

@test "containers of a pod, and its infra container" {
  p --runtime "$(handler runc)" pod create --name pod >/dev/null
  run makes localhost/narrow:1 --pod pod
  denied
  p pod rm -f -t 0 pod
}

@test "vfs" {
  vfs() { in_node podman --storage-driver vfs --root /var/lib/containers/vfs --runroot /run/vfs "$@"; }
  tar -C "$T/rootfs" -c . | vfs import -q --change "LABEL io.runclamp.syscalls=$needs" - localhost/narrow:1
  run vfs --runtime "$(handler runc)" run --rm localhost/narrow:1 mkdir /tmp/x
  denied
}

@test "images in a store of their own that only Podman names; root believes none that a user can write to" {
  local images=/var/lib/containers/images setting split driver
  driver=$(p info --format '{{.Store.GraphDriverName}}')
  tar -C "$T/rootfs" -c . | p --root "$images" --runroot /run/images import -q --change "LABEL io.runclamp.syscalls=$needs" - localhost/narrow:2
  split=(--root /var/lib/containers/split --runroot /run/split --storage-driver "$driver")
  for setting in . '.engines.storage.root = ["/var/lib/containers/storage"]'; do
    podman_handlers "$setting"
    run p "${split[@]}" --storage-opt "$driver.imagestore=$images" --runtime "$(handler runc)" run --rm localhost/narrow:2 mkdir /tmp/x
    denied
    [ "$PODMAN" -ge 500 ] || continue
    run p "${split[@]}" --imagestore "$images" --runtime "$(handler runc)" run --rm localhost/narrow:2 mkdir /tmp/x
    denied
    run p --root "$images" --runroot /run/images --transient-store --runtime "$(handler runc)" run --rm localhost/narrow:2 mkdir /tmp/x
    denied
  done
  podman_handlers
  in_node chown -R 1234 "$images/$driver-images"
  run p "${split[@]}" --storage-opt "$driver.imagestore=$images" --runtime "$(handler runc)" run --rm localhost/narrow:2 true
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"$images/$driver-images is not trusted: it belongs to uid 1234"* ]]
}

@test "a user's store that lacks the image, named before the one that has it" {
  local images=/var/lib/containers/more-images home=/var/lib/containers/home/tester driver split store
  driver=$(p info --format '{{.Store.GraphDriverName}}')
  tar -C "$T/rootfs" -c . | p --root "$images" --runroot /run/more-images import -q --change "LABEL io.runclamp.syscalls=$needs" - localhost/narrow:3
  as_tester podman --root "$home/ro" --runroot "/run/user/$TESTER/ro" images
  in_node chmod -R a+rX "$home"
  split=(--root /var/lib/containers/split-more --runroot /run/split-more --storage-driver "$driver")
  store=(--storage-opt "$driver.imagestore=$home/ro,$images")
  p "${split[@]}" "${store[@]}" --runtime crun run --rm localhost/narrow:3 mkdir /tmp/x
  run p "${split[@]}" "${store[@]}" --runtime "$(handler crun)" run --rm localhost/narrow:3 mkdir /tmp/x
  denied
  node_file /etc/containers/storage.conf <<CONF
[storage]
driver = "$driver"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
[storage.options]
additionalimagestores = ["$home/ro", "$images"]
CONF
  p --runtime crun run --rm localhost/narrow:3 mkdir /tmp/x
  run p --runtime "$(handler crun)" run --rm localhost/narrow:3 mkdir /tmp/x
  denied
}

@test "an image that several stores have under one ID: the names and manifests of those that Podman uses count, and no other's" {
  local images=/var/lib/containers/shared driver id digest entry by split
  driver=$(p info --format '{{.Store.GraphDriverName}}')
  id=$(image_id localhost/app:1)
  # The same configuration under another manifest.
  p push -q --compress localhost/app:1 dir:/root/other
  p --root "$images" --runroot /run/shared pull -q dir:/root/other
  p --root "$images" --runroot /run/shared tag "$id" localhost/cat:1
  digest=$(p --root "$images" --runroot /run/shared image inspect --format '{{.Digest}}' "$id")
  [ "$digest" != "$(p image inspect --format '{{.Digest}}' localhost/app:1)" ]
  split=(--root /var/lib/containers/apart --runroot /run/apart --storage-driver "$driver" --storage-opt "$driver.imagestore=$images")
  for entry in "{\"digest\": \"$digest\"}" '{"reference": "localhost/cat:1"}'; do
    catalogue a "$entry"
    for by in "$id" localhost/cat:1; do
      run p "${split[@]}" --runtime "$(handler runc)" run --rm "$by" mkdir /tmp/x
      denied
    done
    # Without that store it is another image.
    makes localhost/app:1
  done
  # The other way round: names in a store that this Podman does not use.
  catalogue a '{"reference": "localhost/app:1"}'
  p "${split[@]}" --runtime "$(handler runc)" run --rm localhost/cat:1 mkdir /tmp/x
  # The container's own store has it too, under other names.
  p --root /var/lib/containers/apart --runroot /run/apart --storage-driver "$driver" pull -q dir:/root/other
  catalogue a '{"reference": "localhost/cat:1"}'
  run p "${split[@]}" --runtime "$(handler runc)" run --rm "$id" mkdir /tmp/x
  denied
}

@test "clampctl asks the stores that create asked, and says which they are" {
  local images=/var/lib/containers/shared split driver bundle
  driver=$(p info --format '{{.Store.GraphDriverName}}')
  tar -C "$T/rootfs" -c . | p --root "$images" --runroot /run/shared import -q --change "LABEL io.runclamp.syscalls=$needs" - localhost/narrow:3
  split=(--root /var/lib/containers/apart --runroot /run/apart --storage-driver "$driver" --storage-opt "$driver.imagestore=$images")
  p "${split[@]}" --runtime "$(handler crun)" run -d --name a localhost/narrow:3 sleep 1000
  bundle=$(in_node sh -c 'echo /var/lib/containers/apart/*-containers/*/userdata')
  run in_node clampctl check --json --handler runclamp-crun "$bundle"
  echo "$output"
  [ "$status" -eq 0 ]
  jq -e --arg images "$images" '.sources == ["label io.runclamp.syscalls"] and .asked == ["/var/lib/containers/apart", $images]' <<<"$output"
  run in_node clampctl closure --handler runclamp-crun --why mkdir "$bundle"
  echo "$output"
  [[ $output == *"mkdir: denied with EPERM, by the needs"* ]]
  run in_node clampctl check --handler runclamp-crun "$bundle"
  tr -s ' \n' ' ' <<<"$output" | grep -F "image asked of /var/lib/containers/apart, $images, as create recorded it"
  p "${split[@]}" rm -f -t 0 a
}

@test "rootless" {
  u() {
    in_node env -i PATH=/usr/local/bin:/usr/bin:/usr/sbin HOME=/var/lib/containers/home/tester XDG_RUNTIME_DIR="/run/user/$TESTER" \
      setpriv --reuid=tester --regid=tester --init-groups -- sh -c 'cd && exec podman "$@"' podman "$@"
  }
  image u localhost/app:1
  image u localhost/narrow:1 "LABEL io.runclamp.syscalls=$needs"
  u --runtime "$(handler runc)" run --rm localhost/app:1 mkdir /tmp/x
  run u --runtime "$(handler runc)" run --rm localhost/narrow:1 mkdir /tmp/x
  denied
}
