#!/usr/bin/env bats
# clampctl install and uninstall, held against containerd's own reading of the files. Another suite's containerd:
# ENGINE_ROOT, a root file system.

load ../lib/common
load ../lib/engine

setup_file() {
  engine_need containerd containerd
  engine_setup v1
}
teardown_file() { engine_clean; }
teardown() { in_node clampctl uninstall all --force >/dev/null 2>&1 || true; }

sum() { in_node sh -c 'sha256sum "$@"; stat -c "%i %a %u:%g" "$@"' sum "$@" 2>/dev/null; }

# containerd's own reading of its configuration.
dump() { in_node containerd --config /etc/containerd/config.toml config dump 2>/dev/null; }
major() { in_node containerd --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 | cut -d. -f1; }
main_config() { # VERSION IMPORTS-LINE
  {
    printf 'version = %s\n%s\n' "$1" "$2"
    if [ "$1" = 2 ]; then
      cat <<'TOML'
[plugins."io.containerd.grpc.v1.cri"] # mine
  max_container_log_line_size = 999
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
TOML
    else
      cat <<'TOML'
[plugins."io.containerd.cri.v1.runtime"] # mine
  max_container_log_line_size = 999
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      SystemdCgroup = true
TOML
    fi
  } | node_file /etc/containerd/config.toml
}
# What must hold once containerd reads the drop-in: the handlers, and all of config.toml.
dumped() { # HANDLER...
  local name
  dump >"$T/dump"
  for name; do
    grep -qE "containerd\.runtimes\.$name\]" "$T/dump"
    grep -qE "BinaryName = .(/usr/local/bin/$name)" "$T/dump"
  done
  [ "$(grep -cE "pod_annotations = \[.io\.runclamp\.\*., .io\.runclamp\.\*/\*.\]" "$T/dump")" = $# ]
  [ "$(grep -cE "container_annotations = \[.io\.runclamp\.\*., .io\.runclamp\.\*/\*.\]" "$T/dump")" = $# ]
  grep -qE "containerd\.runtimes\.runc\]" "$T/dump"
  [ "$(grep -c 'SystemdCgroup = true' "$T/dump")" = $(($# + 1)) ]
  grep -q 'max_container_log_line_size = 999' "$T/dump"
}
# clampctl in the node, or, with FROM_CONTAINER, as from a container that sees the node's root below /host.
ctl() {
  if [ -z "${FROM_CONTAINER:-}" ]; then
    in_node clampctl "$@"
  else
    # shellcheck disable=SC2016 # the inner shell's
    in_node unshare -m --propagation private sh -c 'mkdir -p /host && mount --rbind / /host && exec clampctl "$@" --root /host' ctl "$@"
  fi
}
containerd_with() { # VERSION
  main_config "$1" ''
  main=$(sum /etc/containerd/config.toml)
  run ctl install containerd
  echo "$output"
  # Written, but config.toml does not import it: the line to add is in the answer.
  [ "$status" -eq 1 ]
  line=$(grep '^imports = ' <<<"$output")
  [ "$(sum /etc/containerd/config.toml)" = "$main" ]

  main_config "$1" "$line"
  run ctl install containerd
  [ "$status" -eq 0 ]
  dumped runclamp
  grep -q "default_runtime_name = .runc\b" "$T/dump"
  written=$(sum /etc/containerd/conf.d/runclamp.toml)
  ctl install containerd
  [ "$(sum /etc/containerd/conf.d/runclamp.toml)" = "$written" ]

  ctl install containerd --handler runclamp-runsc --set-default
  dumped runclamp runclamp-runsc
  grep -q "default_runtime_name = .runclamp-runsc\b" "$T/dump"
  # A change of config.toml arrives, at the latest with the next install.
  in_node sed -i 's/= 999/= 998/' /etc/containerd/config.toml
  ctl install containerd
  dump | grep -q 'max_container_log_line_size = 998'
  in_node sed -i 's/= 998/= 999/' /etc/containerd/config.toml

  main=$(sum /etc/containerd/config.toml)
  ctl uninstall containerd --handler runclamp-runsc
  dumped runclamp
  ctl uninstall containerd
  [ "$(sum /etc/containerd/config.toml)" = "$main" ]
  in_node test ! -e /etc/containerd/conf.d
  dump >"$T/dump"
  if grep -q runclamp "$T/dump"; then return 1; fi
  grep -q 'max_container_log_line_size = 999' "$T/dump"
}
@test "containerd, config version 2: written, read, byte for byte away again" { containerd_with 2; }
@test "containerd, config version 3: written, read, byte for byte away again" {
  [ "$(major)" -ge 2 ] || skip "containerd 1 knows no config version 3: install containerd 2"
  containerd_with 3
}
@test "containerd: the handler has what runc's has, but for what is its own" {
  local plugin=io.containerd.grpc.v1.cri key
  main_config 2 'imports = ["/etc/containerd/conf.d/*.toml"]'
  node_file /etc/containerd/config.toml <<TOML
version = 2
imports = ["/etc/containerd/conf.d/*.toml"]
[plugins."$plugin".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  privileged_without_host_devices = true
  snapshotter = "native"
  cni_conf_dir = "/etc/cni/other"
  cni_max_conf_num = 3
  pod_annotations = ["org.example.pod"]
  container_annotations = ["org.example.*"]
  [plugins."$plugin".containerd.runtimes.runc.options]
    SystemdCgroup = false
    NoPivotRoot = true
    NoNewKeyring = true
    ShimCgroup = "/shims"
    IoUid = 7
TOML
  in_node clampctl install containerd
  dump >"$T/dump"
  # The handler's tables in the dump, and runc's, line by line; strings in either quotes.
  for key in runc runclamp; do
    tr "'" '"' <"$T/dump" | awk -v want="runtimes.$key" '/^ *\[/ { on = index($0, want "]") || index($0, want ".options]") } on && !/^ *\[/ && NF' |
      sed 's/^ *//' | sort >"$T/of-$key"
  done
  cat "$T/of-runclamp"
  grep -qx 'NoPivotRoot = true' "$T/of-runclamp"
  grep -qx 'pod_annotations = \["io.runclamp.\*", "io.runclamp.\*/\*", "org.example.pod"\]' "$T/of-runclamp"
  grep -qx 'container_annotations = \["io.runclamp.\*", "io.runclamp.\*/\*", "org.example.\*"\]' "$T/of-runclamp"
  # containerd 2 also shows what nobody has set.
  diff <(grep -vE '^(BinaryName|pod_annotations|container_annotations) | = (""|0|false)$' "$T/of-runc") \
    <(grep -vE '^(BinaryName|pod_annotations|container_annotations) | = (""|0|false)$' "$T/of-runclamp")
  in_node clampctl uninstall containerd
}
@test "containerd: a handler in front of runsc has what runsc's has, and of its shim nothing" {
  local plugin=io.containerd.grpc.v1.cri of shim name
  for name in runsc gvisor; do for shim in runsc.v1 runc.v2; do
    node_file /etc/containerd/config.toml <<TOML
version = 2
imports = ["/etc/containerd/conf.d/*.toml"]
[plugins."$plugin".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  snapshotter = "native"
  pod_annotations = ["org.example.runc"]
  [plugins."$plugin".containerd.runtimes.runc.options]
    SystemdCgroup = true
    NoPivotRoot = true
[plugins."$plugin".containerd.runtimes.$name]
  runtime_type = "io.containerd.$shim"
  cni_conf_dir = "/etc/cni/runsc"
  privileged_without_host_devices = true
  pod_annotations = ["dev.gvisor.flag.*"]
  [plugins."$plugin".containerd.runtimes.$name.options]
    $([ $shim = runc.v2 ] && printf '%s\n' 'IoUid = 7' 'BinaryName = "/usr/bin/runsc"' || printf '%s\n' 'TypeUrl = "io.containerd.runsc.v1.options"' 'ConfigPath = "/etc/runsc.toml"')
TOML
    in_node clampctl install containerd --handler runclamp-runsc
    in_node cat /etc/containerd/conf.d/runclamp.toml >"$T/dropin"
    of=$(awk -v want='runtimes."runclamp-runsc"' '/^ *\[/ { on = index($0, want "]") || index($0, want ".options]") } on && !/^ *\[/ && NF' "$T/dropin" | sort)
    diff <(echo "$of") <(
      printf '%s\n' 'BinaryName = "/usr/local/bin/runclamp-runsc"' 'SystemdCgroup = true' 'cni_conf_dir = "/etc/cni/runsc"' \
        'container_annotations = ["io.runclamp.*", "io.runclamp.*/*"]' \
        'pod_annotations = ["io.runclamp.*", "io.runclamp.*/*", "dev.gvisor.flag.*"]' \
        'privileged_without_host_devices = true' 'runtime_type = "io.containerd.runc.v2"' "$([ $shim = runsc.v1 ] || echo 'IoUid = 7')" | awk NF | sort)
    in_node clampctl uninstall containerd --handler runclamp-runsc
  done; done
}
@test "containerd: by the node's root below a folder, as from a container" {
  FROM_CONTAINER=1
  containerd_with 2
}
@test "containerd 1: other drop-ins keep their say" {
  [ "$(major)" -lt 2 ] || skip "containerd 2 merges drop-ins by itself"
  main_config 2 'imports = ["/etc/containerd/conf.d/*.toml"]'
  printf 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "theirs:1"\n' | node_file /etc/containerd/conf.d/10-theirs.toml
  in_node clampctl install containerd
  dump >"$T/dump"
  in_node clampctl uninstall containerd
  in_node rm -r /etc/containerd/conf.d
  grep -q 'sandbox_image = "theirs:1"' "$T/dump"
  grep -qE "containerd\.runtimes\.runclamp\]" "$T/dump"
}
@test "containerd: a config.toml that it can't read" {
  echo 'version = 2 2' | node_file /etc/containerd/config.toml
  run in_node clampctl install containerd
  echo "$output"
  [ "$status" -eq 2 ]
  [[ $output == "clampctl: "*config.toml* ]]
  in_node test ! -e /etc/containerd/conf.d
}

# containerd_refuses REGEX: a config.toml (standard input) with which install writes nothing, and containerd goes on reading it.
containerd_refuses() {
  node_file /etc/containerd/config.toml
  run in_node clampctl install containerd "${@:2}"
  echo "$output"
  [ "$status" -eq 2 ]
  [[ $output =~ $1 ]]
  in_node test ! -e /etc/containerd/conf.d -a ! -e /var/lib/runclamp/install.json
  in_node containerd --config /etc/containerd/config.toml config dump >/dev/null
}
imports='imports = ["/etc/containerd/conf.d/*.toml"]'
@test "containerd 1: a config.toml without a version, in the words of version 1" {
  [ "$(major)" -lt 2 ] || skip "containerd 2 skips what it does not know"
  containerd_refuses 'has version 1 .*"cri"' <<<"$imports"$'\n[plugins.cri]\n  sandbox_image = "x"'
  containerd_refuses 'has version 1 .*"cri"' <<<"$imports"$'\ndisabled_plugins = ["cri"]'
}
@test "containerd: a config.toml without a version that is as good as version 2" {
  local text
  for text in '' $'\n[debug]\n  level = "info"' $'\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "x"'; do
    node_file /etc/containerd/config.toml <<<"$imports$text"
    in_node clampctl install containerd
    dump | grep -qE 'runtimes\.runclamp\]'
    in_node clampctl uninstall containerd
    dump >/dev/null
  done
  # An empty one imports nothing.
  node_file /etc/containerd/config.toml </dev/null
  run in_node clampctl install containerd
  [ "$status" -eq 1 ]
  in_node clampctl uninstall containerd
}
@test "containerd 1: what containerd does not load then is taken back, to the last folder" {
  [ "$(major)" -lt 2 ] || skip "containerd 2 skips what it does not know"
  printf '[plugins.cri]\n  sandbox_image = "x"\n' | node_file /etc/containerd/other.toml
  in_node rm -f /usr/local/bin/runclamp-crun
  containerd_refuses 'taken back, and nothing is changed.*invalid plugin key URI "cri"' --handler runclamp-crun \
    <<<'imports = ["/etc/containerd/other.toml", "/etc/containerd/conf.d/*.toml"]'
  in_node test ! -e /usr/local/bin/runclamp-crun
  in_node ln -sf runclamp /usr/local/bin/runclamp-crun
  in_node rm /etc/containerd/other.toml
}
@test "containerd 1: tables of old that decide in front of the default" {
  [ "$(major)" -lt 2 ] || skip "containerd 2 no longer knows them"
  local table='[plugins."io.containerd.grpc.v1.cri".containerd.default_runtime]'
  local text="version = 2"$'\n'"$imports"$'\n'"$table"$'\n  runtime_type = "io.containerd.runc.v2"'
  containerd_refuses 'deprecated table .plugins."io.containerd.grpc.v1.cri".containerd.default_runtime., .*take it out' --set-default <<<"$text"
  run in_node clampctl install containerd
  [ "$status" -eq 0 ]
  [[ $output == *"warning: the deprecated table"*"containerd.default_runtime]"* ]]
  in_node clampctl uninstall containerd
  node_file /etc/containerd/config.toml <<<"${text/default_runtime/untrusted_workload_runtime}"
  run in_node clampctl install containerd --set-default
  [ "$status" -eq 0 ]
  [[ $output == *"warning: the deprecated table"*"untrusted_workload_runtime]"*"annotated as untrusted"* ]]
}
@test "containerd: a later drop-in with the last word is named" {
  main_config 2 "$imports"
  printf 'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\n  default_runtime_name = "runc"\n' |
    node_file /etc/containerd/conf.d/zz-theirs.toml
  run in_node clampctl install containerd --set-default
  echo "$output"
  in_node clampctl uninstall containerd
  in_node rm -r /etc/containerd/conf.d
  [ "$status" -eq 1 ]
  [[ $output == *"does not take effect: /etc/containerd/conf.d/zz-theirs.toml, which containerd reads after it"* ]]
  [[ $output != *"does not import it"* ]]
}
