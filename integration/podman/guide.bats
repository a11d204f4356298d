#!/usr/bin/env bats
# docs/podman.md on an empty node.

load ../lib/common
load ../lib/engine
load ../lib/podman
load ../lib/guide

setup_file() {
  engine_need podman podman
  engine_need conmon conmon
  guide_node v1
  # What these machines ask of Podman itself.
  podman_config
  in_node sed -i '/^\[engine.runtimes\]/,$d' /etc/containers/containers.conf
  guide_blocks "$REPO/docs/podman.md"
}
teardown_file() { podman_clean; }

@test "the guide's commands do what it says" { guide_run 6; }

@test "after the guide nothing of runclamp is left in Podman" {
  in_node test ! -e /etc/containers/containers.conf.d/90-runclamp.conf
}
