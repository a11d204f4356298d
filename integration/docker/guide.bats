#!/usr/bin/env bats
# docs/docker.md on an empty node: its commands are run in order, and print what it says.

load ../lib/common
load ../lib/engine
load ../lib/docker
load ../lib/guide

setup_file() {
  need_docker
  guide_node v1
  in_node rm -f /usr/local/bin/docker
  node_file /etc/docker/daemon.json <<<'{"bridge": "none", "iptables": false, "storage-driver": "overlay2"}'
  # A node has no systemd: this stands in for the two words that the guide has of it.
  node_file /usr/local/bin/systemctl <<SYSTEMCTL
#!/bin/sh
pid=\$(cat "$T/dockerd.pid")
case \$1 in
  reload) kill -HUP "\$pid" && sleep 1 ;;
  restart) kill "\$pid" && while kill -0 "\$pid" 2>/dev/null; do sleep 0.1; done ;;
esac
SYSTEMCTL
  in_node chmod 755 /usr/local/bin/systemctl
  daemon containerd containerd
  wait_for 60 in_node test -S /run/containerd/containerd.sock
  dockerd_up
  guide_blocks "$REPO/docs/docker.md"
}
teardown_file() { engine_clean; }

@test "the guide's commands do what it says" {
  guide_run 15
}

@test "after the guide nothing of runclamp is left in Docker" {
  dockerd_up
  [ "$(in_node cat /etc/docker/daemon.json)" = '{"bridge": "none", "iptables": false, "storage-driver": "overlay2"}' ]
  run docker_knows runclamp
  [ "$status" -ne 0 ]
  in_node test ! -e /usr/local/bin/runclamp
}
