#!/usr/bin/env bats
# docs/containerd.md on an empty node.

load ../lib/common
load ../lib/engine
load ../lib/containerd
load ../lib/guide

setup_file() {
  engine_need containerd containerd
  need umoci umoci
  need skopeo skopeo
  guide_node v1
  containerd_start
  guide_blocks "$REPO/docs/containerd.md"
}
teardown_file() { engine_clean; }

@test "the guide's commands do what it says" { guide_run 8; }

@test "after the guide nothing of runclamp is left in containerd" {
  in_node test ! -e /etc/containerd/conf.d/runclamp.toml
  [ -z "$(ctr container ls -q)" ]
}
