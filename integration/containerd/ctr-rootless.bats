#!/usr/bin/env bats
# shellcheck disable=SC2016 # the inner shell's
# A user's own containerd, in a user namespace of his: its store lies in his home, its socket in his runtime folder, while the
# node's own containerd has others, with images of the same names and containers of the same IDs.

load ../lib/common
load ../lib/engine
load ../lib/podman
load ../lib/containerd

setup_file() {
  engine_need containerd containerd
  need rootlesskit rootlesskit
  engine_setup v1
  rootless_setup
  containerd_handlers
  image_root "$T/rootfs"
  # Not of the engines' root, and it needs nothing of it.
  cp "$(command -v rootlesskit)" "$T/rootlesskit"
  in_node install "$T/rootlesskit" /usr/local/bin/rootlesskit
  chmod a+rX "$T"
  users_daemon
  users_start script
  users_images
}
teardown_file() { engine_clean; }
setup() { ID=r$BATS_TEST_NUMBER; }
teardown() {
  containerd_handlers
  uctr task rm --force "$ID" >/dev/null 2>&1 || true
  uctr container rm "$ID" >/dev/null 2>&1 || true
}

# The daemon as its users start it. script: as containerd-rootless.sh does it, the user's folders lie where containerd's own
# ones are; paths: as containerd's documentation does it (docs/rootless.md), by a config.toml with root, state and address.
users_daemon() {
  node_file /usr/local/bin/users-containerd <<'DAEMON'
#!/bin/sh -e
layout=$1 data=${XDG_DATA_HOME:-$HOME/.local/share} config=${XDG_CONFIG_HOME:-$HOME/.config}
if [ -z "${INSIDE:-}" ]; then
  export INSIDE=1
  # Newer releases of getsubids name a user's range twice to it.
  exec rootlesskit --subid-source=static --state-dir="$XDG_RUNTIME_DIR/containerd-rootless" --net=host --copy-up=/etc \
    --copy-up=/run --copy-up=/var/lib --propagation=rslave "$0" "$@"
fi
own() { rm -rf "$2" && mkdir -p "$1" "$2" && mount --bind "$1" "$2"; }
rm -rf /run/containerd
case $layout in
  script)
    own "$XDG_RUNTIME_DIR/containerd" /run/containerd
    own "$data/containerd" /var/lib/containerd
    own "$config/containerd" /etc/containerd
    exec containerd
    ;;
  paths)
    mkdir -p "$config"
    printf 'version = 2\nroot = "%s"\nstate = "%s"\n[grpc]\naddress = "%s"\n' "$data/users" "$XDG_RUNTIME_DIR/users" \
      "$XDG_RUNTIME_DIR/users/containerd.sock" >"$config/users.toml"
    exec containerd -c "$config/users.toml"
    ;;
esac
DAEMON
  in_node chmod 755 /usr/local/bin/users-containerd
}

# users_start script|paths
users_start() {
  ADDRESS=/run/containerd/containerd.sock
  [ "$1" = script ] || ADDRESS=/run/user/$TESTER/users/containerd.sock
  export ADDRESS
  daemon users setpriv --reuid "$TESTER" --regid "$TESTER" --init-groups env -i HOME=/var/lib/containers/home/tester USER=tester \
    PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin XDG_RUNTIME_DIR="/run/user/$TESTER" users-containerd "$1"
  wait_for 40 uctr version || { tail -n 20 "$T/users.log" >&2; return 1; }
}

# inside COMMAND...: in the user's namespaces.
inside() {
  as_tester sh -c 'exec nsenter -U --preserve-credentials -m -t "$(cat "$XDG_RUNTIME_DIR/containerd-rootless/child_pid")" "$@"' \
    inside "$@" </dev/null
}
uctr() { inside timeout -k 5 90 ctr -a "$ADDRESS" -n "${NAMESPACE:-default}" "$@"; }

# users_image NAME [LABEL=VALUE...]
users_image() {
  LAYER=$T/layer.tar "$LIB/oci-image" "$T/rootfs" "$@" >"$T/image.tar"
  uctr image import "$T/image.tar" >/dev/null
}
users_images() {
  users_image example.org/base:1
  users_image example.org/narrow:1 'io.runclamp.syscalls=write exit_group getuid'
}

# Without a cgroup: the user was given none.
bare() { uctr run --rm --cgroup '' --cpu-shares 0 "$@"; }
of_user() { bare --runc-binary "$(shim_of "${KIND:-runc}")" "$@"; }
# calls COMMAND...: a container that tries two calls, a line each. Under load ctr can lose lines of a program that ends at once, a
# bare crun's, too.
calls() {
  local try
  for try in 1 2 3; do
    run "$@" "$ID" /call getuid geteuid
    [ "$status" -eq 0 ] && [ "${#lines[@]}" -lt 2 ] || return 0
    echo "no whole output at try $try"
  done
}
# narrowed: what the last `run` printed, of the image that declares getuid, and not geteuid.
narrowed() {
  echo "$status: $output"
  [ "$status" -eq 0 ] && [ "$output" = $'getuid ok\ngeteuid -1' ]
}
wide() {
  echo "$status: $output"
  [ "$status" -eq 0 ] && [ "$output" = $'getuid ok\ngeteuid ok' ]
}

@test "what starts bare starts through runclamp, and the image's label narrows" {
  calls bare example.org/narrow:1
  wide
  calls of_user example.org/base:1
  wide
  calls of_user example.org/narrow:1
  narrowed
  KIND=crun
  calls bare --runc-binary /usr/bin/crun example.org/narrow:1
  wide
  calls of_user example.org/narrow:1
  narrowed
}

@test "ctr run --label neither widens nor stands in for the image's" {
  calls of_user --label 'io.runclamp.syscalls=write exit_group getuid geteuid' example.org/narrow:1
  narrowed
  calls of_user --label 'io.runclamp.syscalls=write exit_group getuid' example.org/narrow:1
  narrowed
}

@test "a need outside the ceiling refuses, in one sentence" {
  users_image example.org/far:1 'io.runclamp.syscalls=write reboot'
  run of_user example.org/far:1 "$ID" /bin/true
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"the image needs reboot, which the ceiling node-default of handler runclamp does not allow"* ]]
}

@test "a tag that moved is an error, or is skipped" {
  users_image example.org/moving:1 'io.runclamp.syscalls=write exit_group getuid'
  uctr run --detach --cgroup '' --cpu-shares 0 --runc-binary /usr/local/bin/runclamp example.org/moving:1 "$ID" /call getuid
  uctr task rm --force "$ID" || true
  cp -a "$T/rootfs" "$T/other"
  echo other >"$T/other/etc/other"
  "$LIB/oci-image" "$T/other" example.org/moving:1 >"$T/image.tar"
  uctr image import "$T/image.tar" >/dev/null
  run uctr task start "$ID"
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"the name example.org/moving:1 stands for another image now than the one that the container was made from"* ]]
  containerd_handlers '.on_source_error = "skip"'
  uctr task start "$ID"
}

@test "the catalogue by reference" {
  jq -n '{version: 1, image: {reference: "example.org/base:1"}, syscalls: ["write", "exit_group", "getuid"]}' |
    node_file /etc/runclamp/closures.d/a.json
  calls of_user example.org/base:1
  in_node rm /etc/runclamp/closures.d/a.json
  narrowed
}

@test "records lie in the user's runtime folder; the log that he can't write is no reason to refuse, unless it is required" {
  before=$(decisions | wc -l)
  uctr run --detach --cgroup '' --cpu-shares 0 --runc-binary /usr/local/bin/runclamp example.org/base:1 "$ID" /bin/sleep 1000
  as_tester sh -c 'find "$XDG_RUNTIME_DIR/runclamp" -maxdepth 1 -type f' | grep .
  [ "$(decisions | wc -l)" -eq "$before" ]
  in_node test ! -e /run/runclamp
  uctr task kill --signal KILL "$ID"
  containerd_handlers '.decision_log_required = true'
  run of_user example.org/base:1 "$ID-2" /bin/true
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"/var/log/runclamp"* ]]
}

@test "exec, pause, kill and delete; whatever ends a container goes on working with a broken configuration" {
  uctr run --detach --cgroup '' --cpu-shares 0 --runc-binary /usr/local/bin/runclamp \
    --label "io.runclamp.syscalls=$BUSYBOX" example.org/base:1 "$ID" /bin/sleep 1000
  run uctr task exec --exec-id e "$ID" /call getuid accept
  echo "$output"
  [ "$output" = $'getuid ok\naccept -1' ]
  echo '{broken' | node_file /etc/runclamp/config.json
  run of_user example.org/base:1 "$ID-2" /bin/true
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"/etc/runclamp/config.json"* ]]
  uctr task ls | grep -q "^$ID .*RUNNING"
  uctr task kill --signal KILL "$ID"
  wait_for 20 stopped
  uctr task delete "$ID" || [ "$(uctr task ls -q)" = '' ]
  uctr container rm "$ID"
  run uctr container ls -q
  [[ $output != *"$ID"* ]]
}
stopped() { uctr task ls | grep -q "^$ID .*STOPPED"; }

@test "the node's own containerd beside it: images of one name and containers of one ID are each one's own" {
  containerd_start
  image example.org/narrow:1 'io.runclamp.syscalls=write exit_group geteuid'
  image example.org/base:1 'io.runclamp.syscalls=write exit_group geteuid'
  for setting in . '.engines.containerd.address = "/run/containerd/containerd.sock" | .engines.containerd.root = "/var/lib/containerd"'; do
    containerd_handlers "$setting"
    calls through runc --rm example.org/narrow:1
    echo "$output"
    [ "$output" = $'getuid -1\ngeteuid ok' ]
    calls of_user example.org/narrow:1
    narrowed
    calls of_user example.org/base:1
    wide
  done
  # While a container of that ID runs at the other's.
  image example.org/busy:1 "io.runclamp.syscalls=$BUSYBOX"
  ctr run --detach --runc-binary /usr/local/bin/runclamp example.org/busy:1 "$ID" /bin/sleep 1000
  calls of_user example.org/narrow:1
  narrowed
  ctr task rm --force "$ID"
  ctr container rm "$ID"
  users_image example.org/busy:1 "io.runclamp.syscalls=$BUSYBOX"
  uctr run --detach --cgroup '' --cpu-shares 0 --runc-binary /usr/local/bin/runclamp example.org/busy:1 "$ID" /bin/sleep 1000
  calls through runc --rm example.org/narrow:1
  [ "$output" = $'getuid -1\ngeteuid ok' ]
}

@test "root, state and address of the user's choice, with the node's containerd beside it" {
  daemon_end users
  users_start paths
  users_images
  for setting in . '.engines.containerd.address = "/run/containerd/containerd.sock" | .engines.containerd.root = "/var/lib/containerd"'; do
    containerd_handlers "$setting"
    calls of_user example.org/narrow:1
    narrowed
    calls of_user example.org/base:1
    wide
  done
}

@test "folders above the store that their group or everybody may write to" {
  in_store() {
    calls bare example.org/narrow:1
    wide || return 1
    calls of_user example.org/narrow:1
    case $1 in
      own) narrowed ;;
      shared) echo "$status: $output" && not_his_alone ;;
    esac
  }
  daemon_end users
  users_start paths
  users_images
  users_folders in_store
}

@test "a user with few users of his own: none for the helper that asks, which keeps his then, and gives up the rest" {
  daemon_end users
  in_node sed -i 's/^tester:.*/tester:500000:1000/' /etc/subuid /etc/subgid
  users_start script
  inside cat /proc/self/uid_map
  calls of_user example.org/narrow:1
  narrowed
}
