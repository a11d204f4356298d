#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2154 # the inner shell's; of bats
# Podman without root: a user of the node, runclamp installed by its root. What a user gets, what a refusal looks like, and what
# becomes of the decision log, which no user can write.

load ../lib/common
load ../lib/engine
load ../lib/podman

setup_file() {
  podman_setup v1
  rootless_setup
  image u localhost/app:1
  image u localhost/narrow:1 'LABEL io.runclamp.syscalls=write,exit_group,getuid'
}
setup() {
  podman_handlers
  podman_config
}
teardown() {
  podman_empty as_tester
  in_node rm -f /etc/containers/storage.conf
}
teardown_file() { podman_clean; }

# u_refused WORDS: as `refused`, for the user.
u_refused() {
  echo "$status: $output"
  [ "$status" -eq 126 ]
  [ "$(grep -c "$1" <<<"$output")" -eq 1 ]
  [ -z "$(u ps -q)" ]
}

@test "rootless, the bare runtimes allow what the closures take away" {
  for kind in runc crun; do
    run u --runtime "$kind" run --rm localhost/app:1 /call getuid geteuid
    echo "$output"
    [[ $output == *$'getuid ok\ngeteuid ok' ]]
  done
}

@test "rootless, by path and by name: a closure of two calls" {
  for runtime in "$(handler runc)" "$(handler crun)" runclamp runclamp-crun; do
    run u --runtime "$runtime" run --rm --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid geteuid accept
    echo "$runtime: $output"
    [ "$status" -eq 0 ]
    [[ $output == *$'getuid ok\ngeteuid -1\naccept -1' ]]
  done
}

@test "rootless, the image's label narrows" {
  for kind in runc crun; do
    run run_in u "$kind" localhost/narrow:1 /call getuid geteuid
    echo "$kind: $output"
    [[ $output == *$'getuid ok\ngeteuid -1' ]]
  done
}

@test "rootless, a refusal is one sentence and 126" {
  for kind in runc crun; do
    run run_in u "$kind" --annotation "$NEEDS=reboot" localhost/app:1 true
    u_refused 'needs reboot, which the ceiling node-default'
    [ -z "$(u ps -aq)" ]
  done
}

@test "rootless, the log that cannot be written is no reason to refuse, unless it is required" {
  before=$(decisions | wc -l)
  run run_in u crun --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid
  echo "$output"
  [ "$status" -eq 0 ]
  [[ $output == *"getuid ok" ]]
  [ "$(decisions | wc -l)" -eq "$before" ]
  podman_handlers '.decision_log_required = true'
  run run_in u crun --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid
  u_refused /var/log/runclamp
}

@test "rootless: run, exec, stop, start, rm, and records in the user's own runtime folder" {
  for kind in runc crun; do
    u --runtime "$(handler "$kind")" run -d --name life --annotation "$NEEDS=$BUSYBOX" localhost/app:1 sleep 1000
    as_tester sh -c 'find "$XDG_RUNTIME_DIR/runclamp" -type f' | grep -q .
    [ "$(u exec life grep ^Seccomp: /proc/self/status)" = $'Seccomp:\t2' ]
    run u exec life /call getuid accept
    [ "$output" = $'getuid ok\naccept -1' ]
    # It keeps runclamp from being taken out, by the user's own record.
    run in_node clampctl uninstall all
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"runclamp still has 1 rootless container"*"(of uid $TESTER)"* ]]
    u stop -t 0 life
    u start life
    [ "$(u exec life grep ^Seccomp: /proc/self/status)" = $'Seccomp:\t2' ]
    # The configuration broken meanwhile: what ends a container goes on working.
    echo '{broken' | node_file /etc/runclamp/config.json
    run run_in u "$kind" localhost/app:1 true
    [ "$status" -eq 126 ]
    u stop -t 0 life
    u rm life
    podman_handlers
    [ -z "$(u ps -aq)" ]
  done
}

@test "rootless: --userns=keep-id, --read-only, --privileged, unconfined" {
  run run_in u crun --userns=keep-id --annotation "$NEEDS=$BUSYBOX" localhost/app:1 sh -c 'id -u; grep ^Seccomp: /proc/self/status'
  echo "$output"
  [[ $output == *"$TESTER"$'\nSeccomp:\t2' ]]
  run run_in u crun --read-only --annotation "$NEEDS=$BUSYBOX" localhost/app:1 grep ^Seccomp: /proc/self/status
  [[ $output == *$'Seccomp:\t2' ]]
  for option in --privileged --security-opt=seccomp=unconfined; do
    run run_in u crun "$option" localhost/app:1 /call getuid kexec_load
    echo "$option: $output"
    [[ $output == *$'getuid ok\nkexec_load -1' ]]
  done
}

@test "rootless: a pod of two containers" {
  u --runtime "$(handler crun)" pod create --name pod
  for name in one two; do
    u --runtime "$(handler crun)" run -d --pod pod --name "$name" --annotation "$NEEDS=$BUSYBOX" localhost/app:1 sleep 1000
  done
  [ "$(u ps -q | wc -l)" -eq 3 ]
  run u exec two /call accept
  [ "$output" = 'accept -1' ]
  u pod rm -f -t 0 pod
  [ -z "$(u ps -aq)" ]
}

@test "rootless, folders above the store that their group or everybody may write to" {
  in_store() {
    local kind
    for kind in runc crun; do
      run u --runtime "$kind" run --rm localhost/narrow:1 /call getuid geteuid
      [ "$status" -eq 0 ] || return 1
      run run_in u "$kind" localhost/narrow:1 /call getuid geteuid
      echo "$1, $kind: $status: $output"
      case $1 in
        own) [ "$status" -eq 0 ] && [[ $output == *$'getuid ok\ngeteuid -1' ]] || return 1 ;;
        shared) [ "$status" -eq 126 ] && not_his_alone || return 1 ;;
      esac
    done
  }
  users_folders in_store
}

# The user's other stores. Where a bundle lies says which it is; where the images are, only Podman knows.
HOME_OF=/var/lib/containers/home/tester
# narrow_in COMMAND...: Podman with its options for a store, whose image narrow:1 narrows.
narrow_in() {
  run as_tester "$@" --runtime "$(handler crun)" run --rm localhost/narrow:1 /call getuid geteuid
  echo "$*: $output"
  [ "$status" -eq 0 ] && [[ $output == *$'getuid ok\ngeteuid -1' ]]
}
# fill COMMAND...: the image into this store. That of the user's usual store, of the same name, declares other calls.
fill() {
  tar -C "$T/rootfs" -c . | as_tester "$@" import -q --change 'LABEL io.runclamp.syscalls=write,exit_group,getuid' - localhost/narrow:1
}
# A home for each way, since libpod keeps to the store that it met first.
another_store() { # WAY
  local home=$HOME_OF/$1 conf
  store=$home/store
  conf="[storage]"$'\n'"driver = \"$DRIVER\""
  as_tester mkdir -p "$home/.config/containers"
  cli=(env HOME="$home" podman)
  case $1 in
    option) cli+=(--root "$store" --runroot "/run/user/$TESTER/option") ;;
    environment)
      as_tester tee "$home/other.conf" <<<"$conf"$'\n'"graphroot = \"$store\""$'\n'"runroot = \"/run/user/$TESTER/environment\""
      cli=(env HOME="$home" CONTAINERS_STORAGE_CONF="$home/other.conf" podman)
      ;;
    own) as_tester tee "$home/.config/containers/storage.conf" <<<"$conf"$'\ngraphroot = "$HOME/store"' ;;
    node) node_file /etc/containers/storage.conf <<<"$conf"$'\nrootless_storage_path = "$HOME/store"' ;;
  esac
}

@test "rootless, another graphroot: --root, CONTAINERS_STORAGE_CONF, one's own storage.conf, the node's rootless_storage_path" {
  local store cli way # set by another_store
  DRIVER=$(u info --format '{{.Store.GraphDriverName}}')
  for way in option environment own node; do
    another_store "$way"
    fill "${cli[@]}"
    # Podman 4.3 goes on with the usual store where the environment names another.
    [ "$way$PODMAN" = environment403 ] || [ "$(as_tester "${cli[@]}" info --format '{{.Store.GraphRoot}}')" = "$store" ]
    narrow_in "${cli[@]}"
    # The setting for the node's own stores does not hide it.
    podman_handlers '.engines.storage.root = ["/var/lib/containers/storage"]'
    narrow_in "${cli[@]}"
    podman_handlers
  done
}

@test "rootless, images in a store of their own, and containers in one that is gone with the next boot" {
  local setting images=$HOME_OF/images home=$HOME_OF/transient split
  DRIVER=$(u info --format '{{.Store.GraphDriverName}}')
  as_tester mkdir -p "$home"
  fill podman --root "$images" --runroot "/run/user/$TESTER/images"
  fill env HOME="$home" podman
  split=(podman --root "$HOME_OF/split" --runroot "/run/user/$TESTER/split")
  for setting in . '.engines.storage.root = ["/var/lib/containers/storage"]'; do
    podman_handlers "$setting"
    narrow_in "${split[@]}" --storage-driver "$DRIVER" --storage-opt "$DRIVER.imagestore=$images"
    # Older ones know neither.
    [ "$PODMAN" -ge 500 ] || continue
    narrow_in "${split[@]}" --imagestore "$images"
    narrow_in podman --root "$images" --runroot "/run/user/$TESTER/images" --transient-store
    narrow_in env HOME="$home" podman --transient-store
  done
}
