#!/usr/bin/env bats
# shellcheck disable=SC2016 # the inner shell's
# A user's own dockerd, in a user namespace of his: its store lies in his home, while the node's own Docker has another.

load ../lib/common
load ../lib/engine
load ../lib/docker
load ../lib/podman

setup_file() {
  need_docker
  engine_setup v1
  rootless_setup
  docker_config '."storage-driver" = "vfs"'
  mkdir "$T/rootfs"
  image_root "$T/rootfs"
  tar -C "$T/rootfs" -cf "$T/rootfs.tar" .
  chmod -R a+rX "$T/rootfs.tar" "$T"
  # What rootlesskit prepares: the user is root there, with a range of users, a /run of his own, and no cgroups.
  node_file /usr/local/bin/users-dockerd <<'DAEMON'
#!/bin/sh
export ROOTLESSKIT_STATE_DIR=/tmp/users-state
exec unshare --user --map-root-user --map-auto --mount --propagation private sh -c '
  mount -t tmpfs tmpfs /run && mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR" &&
  exec dockerd --rootless --userland-proxy=false --config-file /etc/docker/daemon.json --host unix:///tmp/users-docker.sock \
    --data-root "$1" --exec-root "$XDG_RUNTIME_DIR/docker" --pidfile "$XDG_RUNTIME_DIR/docker.pid"' users-dockerd "$@"
DAEMON
  in_node chmod 755 /usr/local/bin/users-dockerd
  # Looked for at start; called for published ports, of which there are none here.
  in_node ln -s /bin/false /usr/local/bin/rootlesskit-docker-proxy
  start_users /var/lib/containers/home/tester/.local/share/docker
}
teardown_file() { engine_clean; }

# The daemon of the user tester.
start_users() {
  daemon users setpriv --reuid "$TESTER" --regid "$TESTER" --init-groups env -i HOME=/var/lib/containers/home/tester USER=tester \
    PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin XDG_RUNTIME_DIR="/run/user/$TESTER" users-dockerd "$1"
  wait_for 40 ud version || { tail -n 20 "$T/users.log" >&2; return 1; }
}
ud() { in_node env DOCKER_BUILDKIT=0 /usr/bin/docker -H unix:///tmp/users-docker.sock "$@" </dev/null; }

# of_user IMAGE WORDS...: through runclamp.
of_user() { ud run --rm --network=none --runtime=runclamp "$@"; }

@test "the image's label narrows, as it does for the node's own Docker" {
  ud import "$T/rootfs.tar" bb:1
  ud import --change 'LABEL io.runclamp.syscalls="write exit_group getuid"' "$T/rootfs.tar" narrow:1
  run ud run --rm --network=none narrow:1 /call getuid geteuid
  [ "$output" = $'getuid ok\ngeteuid ok' ]
  run of_user bb:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid ok' ]
  run of_user narrow:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
  run of_user --label io.runclamp.syscalls=geteuid narrow:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
}

@test "a need outside the ceiling refuses, in one sentence" {
  ud import --change 'LABEL io.runclamp.syscalls="write reboot"' "$T/rootfs.tar" far:1
  run of_user far:1 true
  docker_says "the image needs reboot, which the ceiling node-default of handler runclamp does not allow; take it out of its needs, or choose another ceiling for the handler"
}

@test "the node's own Docker beside it, with the configuration as it was" {
  docker_start '."storage-driver" = "vfs"'
  docker_image narrow:1 'LABEL io.runclamp.syscalls="write exit_group geteuid"'
  run docker run --rm --network=none --runtime=runclamp narrow:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid -1\ngeteuid ok' ]
  run of_user narrow:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
}

@test "folders above the store that their group or everybody may write to" {
  in_store() {
    run ud run --rm --network=none narrow:1 /call getuid geteuid
    [ "$output" = $'getuid ok\ngeteuid ok' ] || return 1
    run of_user narrow:1 /call getuid geteuid
    echo "$1: $status: $output"
    case $1 in
      own) [ "$output" = $'getuid ok\ngeteuid -1' ] ;;
      shared) not_his_alone ;;
    esac
  }
  ud import --change 'LABEL io.runclamp.syscalls="write exit_group getuid"' "$T/rootfs.tar" narrow:1
  users_folders in_store
}

@test "another data-root, by option" {
  daemon_end users
  start_users /var/lib/containers/home/tester/elsewhere
  ud import --change 'LABEL io.runclamp.syscalls="write exit_group getuid"' "$T/rootfs.tar" narrow:1
  run of_user narrow:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
}
