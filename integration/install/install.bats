#!/usr/bin/env bats
# clampctl install and uninstall, held against the engines themselves: what they make of the files, and what starts then.
# Another suite's engines: ENGINE_ROOT, a root file system.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  engine_setup v1
  node_file /etc/docker/daemon.json <<'JSON'
{
    "bridge": "none",
    "iptables": false,
    "storage-driver": "overlay2",
    "runtimes": {
        "other": {
            "path": "/usr/bin/crun"
        }
    }
}
JSON
  daemon containerd containerd
  wait_for 60 in_node test -S /run/containerd/containerd.sock
  dockerd_up
  docker_image bb:1
}
teardown_file() { engine_clean; }
teardown() {
  # shellcheck disable=SC2046 # a list of IDs
  docker rm --force $(docker ps -aq) >/dev/null 2>&1 || true
  in_node clampctl uninstall all --force >/dev/null 2>&1 || true
}

sum() { in_node sh -c 'sha256sum "$@"; stat -c "%i %a %u:%g" "$@"' sum "$@" 2>/dev/null; }
reload() { in_node kill -HUP "$(cat "$T/dockerd.pid")"; }
knows() { docker info --format '{{json .Runtimes}}' | jq -e --arg name "$1" 'has($name)'; }
default_is() { [ "$(docker info --format '{{.DefaultRuntime}}')" = "$1" ]; }

@test "docker: install, reload, run; twice changes nothing; uninstall gives the bytes back" {
  before=$(in_node sha256sum /etc/docker/daemon.json)
  in_node cp /etc/docker/daemon.json /root/daemon.json
  run in_node clampctl install docker --dry-run
  [ "$status" -eq 0 ]
  [[ $output == *'+        "runclamp": {'* ]]
  [ "$(in_node sha256sum /etc/docker/daemon.json)" = "$before" ]

  run in_node clampctl install docker
  [ "$status" -eq 0 ]
  [[ $output == *"systemctl reload docker"* ]]
  in_node cat /etc/docker/daemon.json | jq -e '.runtimes == {other: {path: "/usr/bin/crun"}, runclamp: {path: "/usr/local/bin/runclamp"}}
    and .bridge == "none"'
  installed=$(sum /etc/docker/daemon.json)
  run in_node clampctl install docker
  [[ $output == *"nothing to change"* ]]
  [ "$(sum /etc/docker/daemon.json)" = "$installed" ]

  reload
  wait_for 20 knows runclamp
  knows other
  run docker run --rm --runtime=runclamp bb:1 grep Seccomp: /proc/self/status
  echo "$output"
  [[ ${lines[-1]} =~ ^Seccomp:.2 ]]
  decisions 'select(.handler == "runclamp")' | grep -q '"verdict":"allow"'

  in_node clampctl uninstall docker
  [ "$(in_node sha256sum /etc/docker/daemon.json)" = "$before" ]
  in_node cmp /etc/docker/daemon.json /root/daemon.json
}

@test "docker: dockerd itself takes the file" {
  in_node dockerd --help | grep -q -- --validate || skip "this dockerd has no --validate (Docker 23 or newer)"
  in_node clampctl install docker --set-default
  in_node dockerd --validate --config-file /etc/docker/daemon.json
}

@test "docker --set-default: a container that names no runtime has its closure" {
  in_node clampctl install docker --set-default
  reload
  wait_for 20 default_is runclamp
  docker run --name default bb:1 true
  [ "$(docker inspect --format '{{.HostConfig.Runtime}}' default)" = runclamp ]
  [ "$(decided "$(docker_id default)" | jq -r .verdict)" = allow ]
}

@test "docker --set-default: refused beside a dockerd that has its default from the command line" {
  # shellcheck disable=SC2016 # the inner shell's
  daemon fake bash -c 'exec -a dockerd bash -c "sleep 100; :" --default-runtime=runc'
  wait_for 20 in_node pgrep -f 'default-runtime=runc$'
  run in_node clampctl install docker --set-default
  daemon_end fake
  echo "$output"
  [ "$status" -eq 2 ]
  [[ $output == *"dockerd runs with --default-runtime runc"* ]]
  in_node test ! -e /var/lib/runclamp/install.json
}

@test "docker: uninstall refuses while a container is there, and names it" {
  in_node clampctl install docker
  reload
  wait_for 20 knows runclamp
  docker run -d --name busy --runtime=runclamp bb:1 sleep 1000
  installed=$(sum /etc/docker/daemon.json)
  run in_node clampctl uninstall docker
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"runclamp still has 1 container"*"$(docker_id busy)"* ]]
  [ "$(sum /etc/docker/daemon.json)" = "$installed" ]
  docker stop -t 1 busy
  # A container that is stopped has nothing left with the runtime.
  run in_node clampctl uninstall docker
  [ "$status" -eq 0 ]
}

@test "docker: after uninstall and a restart the runtime is unknown" {
  in_node clampctl install docker --set-default
  reload
  wait_for 20 default_is runclamp
  in_node clampctl uninstall docker
  docker_restart
  run knows runclamp
  [ "$status" -ne 0 ]
  default_is runc
}

podman() { in_node /usr/bin/podman --cgroup-manager=cgroupfs --events-backend=file "$@" </dev/null; }
oci_runtime() { podman "$@" info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}'; }
@test "podman: a rootless user has the handler, too" {
  in_node test -x /usr/bin/podman || skip "podman is missing: apt-get install podman"
  in_node sh -c 'mkdir -p /run/user/1234 /home/u && chown 1234:1234 /run/user/1234 /home/u && chmod 700 /run/user/1234
    echo u:x:1234:1234::/home/u:/bin/sh >>/etc/passwd; echo u:x:1234: >>/etc/group
    echo u:300000:65536 >>/etc/subuid; echo u:300000:65536 >>/etc/subgid'
  in_node clampctl install podman --set-default
  run in_node setpriv --reuid 1234 --regid 1234 --clear-groups env HOME=/home/u XDG_RUNTIME_DIR=/run/user/1234 \
    podman --cgroup-manager=cgroupfs info --format '{{.Host.Security.Rootless}} {{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}'
  echo "$output"
  [ "${lines[-1]}" = "true runclamp /usr/local/bin/runclamp" ]
}
@test "podman: by name, as the default; and its own runtimes stay" {
  in_node test -x /usr/bin/podman || skip "podman is missing: apt-get install podman"
  plain=$(oci_runtime)
  in_node clampctl install podman
  [ "$(oci_runtime)" = "$plain" ]
  [ "$(oci_runtime --runtime runclamp)" = "runclamp /usr/local/bin/runclamp" ]
  in_node clampctl install podman --handler runclamp-crun --set-default
  [ "$(oci_runtime)" = "runclamp-crun /usr/local/bin/runclamp-crun" ]
  [ "$(oci_runtime --runtime runclamp)" = "runclamp /usr/local/bin/runclamp" ]
  [ "$(oci_runtime --runtime runc | cut -d' ' -f1)" = runc ]
  in_node clampctl uninstall all
  [ "$(oci_runtime)" = "$plain" ]
  in_node test ! -e /etc/containers/containers.conf.d
}
@test "podman: a later file with another default is named, and is what Podman obeys" {
  in_node test -x /usr/bin/podman || skip "podman is missing: apt-get install podman"
  printf '[engine]\nruntime = "crun"\n' | node_file /etc/containers/containers.conf.d/99-local.conf
  run in_node clampctl install podman --set-default
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"does not take effect: /etc/containers/containers.conf.d/99-local.conf"*"sets runtime to crun"* ]]
  [ "$(oci_runtime | cut -d' ' -f1)" = crun ]
  # One that comes before it.
  in_node mv /etc/containers/containers.conf.d/99-local.conf /etc/containers/containers.conf.d/10-local.conf
  in_node clampctl install podman --set-default
  [ "$(oci_runtime | cut -d' ' -f1)" = runclamp ]
  in_node rm /etc/containers/containers.conf.d/10-local.conf
}
@test "podman: a refusal arrives whole, by the engine's log" {
  in_node test -x /usr/bin/podman || skip "podman is missing: apt-get install podman"
  in_node clampctl install podman
  podman import "$T/rootfs.tar" bb:1 >/dev/null
  run podman run --rm --network=none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --runtime runclamp \
    --annotation 'io.runclamp.syscalls=read nosuchcall' bb:1 true
  echo "$output"
  [ "$status" -eq 126 ]
  [[ $output == *'unknown system call "nosuchcall"'* ]]
  [[ $output != *"/usr/local/bin/runclamp: "* ]]
}
