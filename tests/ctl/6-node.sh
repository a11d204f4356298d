# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # sourced by run; the table's commands use what looks unused
# --- who can go round: made-up nodes ---
# A node on which every way is closed: the name runc leads to runclamp, and so does every engine's default.
closed_node() {
  N=$T/node
  rm -rf "$N"
  mkdir -p "$N"/{usr/sbin,usr/bin,usr/local/bin,usr/lib,etc/docker,etc/containerd/conf.d,etc/crio/crio.conf.d,proc/1,run} \
    "$N"/etc/containers/containers.conf.d "$N"/{etc/runclamp,etc/sudoers.d,var/lib/kubelet,run/containerd}
  cp "$B/runclamp" "$N/usr/local/bin/runclamp"
  cp /bin/true "$N/usr/lib/runc"
  ln -s /usr/local/bin/runclamp "$N/usr/sbin/runc"
  local name
  for name in dockerd containerd podman crio kubelet; do cp /bin/true "$N/usr/bin/$name"; done
  printf 'init\0' >"$N/proc/1/cmdline"
  echo '21 1 8:1 / / rw - ext4 /dev/sda1 rw' >"$N/proc/1/mountinfo"
  printf 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\nbob:x:1001:999::/:/bin/sh\n' >"$N/etc/passwd"
  printf 'root:x:0:\ndocker:x:998:\nengines:x:999:ann\n' >"$N/etc/group"
  echo '{"default-runtime": "runclamp", "runtimes": {"runclamp": {"path": "/usr/local/bin/runclamp"}}}' >"$N/etc/docker/daemon.json"
  cat >"$N/etc/containerd/config.toml" <<'TOML'
version = 2
imports = ["/etc/containerd/conf.d/*.toml"]
[plugins."io.containerd.grpc.v1.cri".containerd]
default_runtime_name = "runclamp" # the default
TOML
  cat >"$N/etc/containerd/conf.d/runclamp.toml" <<'TOML'
version = 2
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runclamp]
runtime_type = "io.containerd.runc.v2"
pod_annotations = [
  "io.runclamp.*", # two lines
  "io.runclamp.*/*",
]
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runclamp.options]
BinaryName = "/usr/local/bin/runclamp"
TOML
  cat >"$N/etc/containers/containers.conf.d/50-runclamp.conf" <<'TOML'
[engine]
runtime = "runclamp"
[engine.runtimes]
runclamp = ["/nowhere/runclamp", "/usr/local/bin/runclamp"]
TOML
  cat >"$N/etc/crio/crio.conf.d/50-runclamp.conf" <<'TOML'
[crio.runtime]
default_runtime = "runclamp"
[crio.runtime.runtimes.runclamp]
runtime_path = "/usr/local/bin/runclamp"
runtime_type = "oci"
TOML
  printf 'kind: KubeletConfiguration\nauthentication:\n  anonymous:\n    enabled: false\nauthorization:\n  mode: Webhook\n%s\n' \
    'staticPodPath: /etc/kubernetes/manifests' >"$N/var/lib/kubelet/config.yaml"
  echo '{}' >"$N/etc/runclamp/config.json"
}
# A process of the node, or (with another device) of a container.
node_proc() { # PID DEVICE WORDS...
  local dir=$N/proc/$1 device=$2
  mkdir -p "$dir"
  shift 2
  printf '%s\0' "$@" >"$dir/cmdline"
  echo "${1##*/}" >"$dir/comm"
  echo "30 1 $device / / rw - ext4 /dev/x rw" >"$dir/mountinfo"
  printf 'Name:\tx\nUid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb\n' >"$dir/status"
  echo '         0          0 4294967295' >"$dir/uid_map"
}
# More processes that are called like an engine than are looked at.
many_procs() { # UID DEVICE
  local pid
  for pid in {20..86}; do
    node_proc "$pid" "$2" dockerd
    sed -i "s/^Uid:.*/Uid:\t$1/" "$N/proc/$pid/status"
  done
}
node_socket() { # PATH MODE [GROUP]
  mkdir -p "$(dirname "$N$1")"
  python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$N$1"
  chgrp "${3:-0}" "$N$1"
  chmod "$2" "$N$1"
}
# An access list as the kernel keeps it, as not every machine has setfacl: its owner, group and others have nothing of their own.
node_acl() { # PATH MASK TAG:ID:PERMISSIONS...
  python3 - "$N$1" "${@:2}" <<'PYTHON'
import os, struct, sys
path, mask = sys.argv[1], int(sys.argv[2])
none, tags = 0xffffffff, {"user": 2, "group": 8}
entries = [(1, 6, none), (4, 0, none), (16, mask, none), (32, 0, none)]
entries += [(tags[tag], int(perm), int(number)) for tag, number, perm in (word.split(":") for word in sys.argv[3:])]
os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in sorted(entries)))
PYTHON
}
# A container that has this socket, which is root's alone.
has_socket() {
  node_socket "$1" 600
  node_proc 9 0:50 /app
  echo "31 30 8:1 $1 /own.sock rw - ext4 /dev/x rw" >>"$N/proc/9/mountinfo"
}
daemon_json() { jq -n "$1" >"$N/etc/docker/daemon.json"; }
containerd_toml() { cat >"$N/etc/containerd/config.toml"; }
# One of the CRI's deprecated tables for a handler.
old_table() { # TABLE TYPE BINARY
  printf '[%s.%s]\nruntime_type = "%s"\n[%s.%s.options]\nBinaryName = "%s"\n' "$cri" "$1" "$2" "$cri" "$1" "$3" >>"$N/etc/containerd/config.toml"
}
# The node as closed_node makes it, but for its default handler, and a kubelet whose main configuration has no static pods.
bare_default() {
  sed -i '/default_runtime_name/d' "$N/etc/containerd/config.toml"
  cp /bin/true "$N/usr/bin/runc"
  sed -i '/staticPodPath/d' "$N/var/lib/kubelet/config.yaml"
}
kubelet_dropin() { # NAME TEXT
  mkdir -p "$(dirname "$N/etc/kubelet.d/$1")"
  printf '%s\n' "$2" >"$N/etc/kubelet.d/$1"
  node_proc 7 8:1 kubelet --config=/var/lib/kubelet/config.yaml --config-dir /etc/kubelet.d
}
cri='plugins."io.containerd.grpc.v1.cri".containerd'

closed_node
ctl check --node --json --root "$N"
is "check --node: every way of this node is closed" \
  "$code:$(jq -c '[.verdict] + [.ways[] | select(.state != "closed") | [.id, .state]]' <<<"$out")" '0:["closed",["buildkit-daemon","not installed"]]'
is "check --node: each way says what was seen" "$(jq -c '[.ways[] | select(.seen == "" and .state != "not installed") | .id]' <<<"$out")" '[]'
ids=$(jq -r '.ways[].id' <<<"$out" | sort)
ctl check --node --root "$N"
is "check --node: as text, the same exit code" "$code" 0
like "check --node: engine by engine" "$out" $'\nKubernetes\nclosed .*\nCRI-O\nclosed '
like "check --node: what is not installed" "$out" "BuildKit: not installed"
like "check --node: says what is out of its scope" "$(tr -s ' \n' ' ' <<<"$out")" "rootless Podman and Docker"
before=$(find "$N" -printf '%p %s %m %T@\n' | sort)
ctl check --node --root "$N"
is "check --node: changes nothing" "$(find "$N" -printf '%p %s %m %T@\n' | sort)" "$before"

# way|state|exit code|what is changed
while IFS='|' read -r way state want change; do
  closed_node
  eval "$change"
  ctl check --node --json --root "$N"
  is "check --node: $way is $state when: $change" "$(jq -r --arg id "$way" '.ways[] | select(.id == $id) | .state' <<<"$out"):$code" "$state:$want"
done <<'TABLE'
docker-default|open|1|rm "$N/usr/sbin/runc"; cp /bin/true "$N/usr/bin/runc"; daemon_json '{}'
docker-default|open|1|daemon_json '{"default-runtime": "crun", "runtimes": {"crun": {"path": "/usr/bin/podman"}}}'
docker-default|unknown|2|echo '{"default-runtime": ' >"$N/etc/docker/daemon.json"
docker-default|open|1|node_proc 7 8:1 /usr/bin/dockerd --default-runtime=x --add-runtime x=/usr/lib/runc
docker-default|open|1|daemon_json '{"default-runtime": "x"}'; cp /bin/true "$N/usr/bin/x"
docker-default|open|1|echo '{"default-runtime": "x"}' >"$N/etc/other.json"; cp /bin/true "$N/usr/bin/x"; node_proc 7 8:1 dockerd --config-file /etc/other.json
docker-runc|open|1|cp /bin/true "$N/usr/bin/runc"
docker-runc|unknown|2|rm "$N/usr/sbin/runc"; printf '#!/bin/sh\nexec runclamp "$@"\n' >"$N/usr/sbin/runc"
docker-runc|open|1|rm "$N/usr/sbin/runc"; ln -s /usr/lib/runc "$N/usr/sbin/runc"
docker-runc|closed|0|rm "$N/usr/sbin/runc"; ln -s ../local/bin/runclamp "$N/usr/sbin/runc"
docker-runc|closed|0|rm "$N/usr/sbin/runc"; cp "$N/usr/local/bin/runclamp" "$N/usr/sbin/runc"
docker-runtimes|open|1|daemon_json '{"default-runtime": "runclamp", "runtimes": {"runclamp": {"path": "/usr/local/bin/runclamp"}, "old": {"path": "/usr/lib/runc"}}}'
docker-runtimes|open|1|daemon_json '{"runtimes": {"kata": {"runtimeType": "io.containerd.kata.v2"}}}'
docker-shims|open|1|cp /bin/true "$N/usr/bin/containerd-shim-kata-v2"
docker-shims|closed|0|cp /bin/true "$N/usr/bin/containerd-shim-runc-v2"
docker-build|open|1|cp /bin/true "$N/usr/local/bin/runc"
docker-plugin|open|1|cp /bin/true "$N/usr/local/bin/runc"; daemon_json '{}'
docker-plugin|closed|1|cp /bin/true "$N/usr/local/bin/runc"
docker-socket|open|1|node_socket /run/docker.sock 660 999
docker-socket|closed|0|node_socket /run/docker.sock 660 998
docker-socket|open|1|node_socket /run/docker.sock 666
docker-socket|closed|0|node_socket /run/docker.sock 600 999
docker-socket|closed|0|node_socket /run/docker.sock 666; chmod 700 "$N/run"
docker-socket|open|1|node_socket /run/docker.sock 600; node_acl /run/docker.sock 6 user:1001:6
docker-socket|open|1|node_socket /run/docker.sock 600; node_acl /run/docker.sock 6 group:999:6
docker-socket|open|1|node_socket /run/docker.sock 600; node_acl /run/docker.sock 7 user:4242:2
docker-socket|closed|0|node_socket /run/docker.sock 600; node_acl /run/docker.sock 4 user:1001:6 group:999:7
docker-socket|closed|0|node_socket /run/docker.sock 660 999; node_acl /run/docker.sock 6 user:0:6 user:1001:4 group:998:6
docker-socket|closed|0|node_socket /run/docker.sock 600; node_acl /run/docker.sock 6 user:1001:6; chmod 700 "$N/run"
docker-socket|unknown|2|ln -s /run/docker.sock "$N/run/docker.sock"
docker-socket|open|1|mkdir -m 700 "$N/srv"; ln -s /run "$N/srv/way"; node_socket /run/own.sock 666; node_proc 7 8:1 dockerd -H unix:///srv/way/own.sock
docker-socket|unknown|2|node_socket /run/docker.sock 666; daemon_json '{"default-runtime": "runclamp", "runtimes": {"runclamp": {"path": "/usr/local/bin/runclamp"}}, "authorization-plugins": ["gate"]}'
docker-hosts|open|1|daemon_json '{"hosts": ["unix:///run/docker.sock", "tcp://0.0.0.0:2375"]}'
docker-hosts|open|1|node_proc 7 8:1 dockerd -H unix:///run/docker.sock -H tcp://127.0.0.1:2375
docker-hosts|open|1|node_socket /run/second.sock 666; node_proc 7 8:1 dockerd -H unix:///run/docker.sock --host=unix:///run/second.sock
docker-hosts|closed|0|node_proc 7 8:1 dockerd -H fd://
docker-hosts|open|1|node_proc 7 8:1 dockerd -H unix:///run/docker.sock -H 127.0.0.1:2375
docker-hosts|open|1|node_proc 7 8:1 dockerd -H :2375
docker-hosts|open|1|node_proc 7 8:1 dockerd -H tcp://
docker-hosts|open|1|node_proc 7 8:1 dockerd -H localhost:2375
docker-hosts|open|1|node_proc 7 8:1 dockerd -H127.0.0.1:2375
docker-hosts|open|1|node_proc 7 8:1 dockerd -H=127.0.0.1:2375
docker-hosts|open|1|node_proc 7 8:1 dockerd --host=127.0.0.1:2375
docker-hosts|open|1|node_proc 7 8:1 dockerd --host 127.0.0.1
docker-hosts|open|1|node_proc 7 8:1 dockerd -DH 127.0.0.1:2375
docker-hosts|open|1|node_proc 7 8:1 dockerd -DHtcp://127.0.0.1:2375
docker-hosts|open|1|daemon_json '{"default-runtime": "runclamp", "runtimes": {"runclamp": {"path": "/usr/local/bin/runclamp"}}, "hosts": ["unix:///run/docker.sock", "127.0.0.1:2375"]}'
docker-hosts|open|1|node_proc 7 8:1 dockerd; node_proc 8 8:1 dockerd --host=:2375
docker-hosts|unknown|2|node_proc 7 8:1 dockerd $(printf -- '-H unix:///run/%s.sock ' {1..40}) -H :2375
docker-hosts|unknown|2|node_proc 7 8:1 dockerd -H unix://run/docker.sock
docker-hosts|unknown|2|echo '{"hosts": ' >"$N/etc/docker/daemon.json"
docker-hosts|unknown|2|node_proc 7 8:1 dockerd --config-file=daemon.json
docker-hosts|open|1|node_proc 7 8:1 dockerd --tlsverify --tlscacert /x
docker-hosts|closed|0|node_proc 7 8:1 dockerd --tlsverify -H fd://
docker-hosts|open|1|echo '{"default-runtime": "runclamp", "runtimes": {"runclamp": {"path": "/usr/local/bin/runclamp"}}, "tls": true}' >"$N/etc/docker/daemon.json"
docker-hosts|unknown|2|echo '{"hosts": [], "hosts": [":2375"]}' >"$N/etc/docker/daemon.json"
docker-runtimes|unknown|2|echo '{"runtimes": {"x": {"path": "/usr/local/bin/runclamp", "\u0070ath": "/usr/lib/runc"}}}' >"$N/etc/docker/daemon.json"
docker-hosts|closed|0|node_proc 7 8:1 dockerd -H unix:// -l debug -GHelpers -s overlay2
docker-containerd|open|1|node_socket /run/containerd/containerd.sock 666
buildkit-daemon|open|1|cp /bin/true "$N/usr/bin/buildkitd"; cp /bin/true "$N/usr/bin/buildkit-runc"
buildkit-daemon|closed|0|cp /bin/true "$N/usr/bin/buildkitd"; mkdir "$N/etc/buildkit"; printf '[worker.oci]\nbinary = "/usr/local/bin/runclamp"\n' >"$N/etc/buildkit/buildkitd.toml"
containerd-default|open|1|printf 'version = 2\n[%s.runtimes.x]\nruntime_type = "io.containerd.runc.v2"\noptions = {BinaryName = "/usr/lib/runc"}\n[%s]\ndefault_runtime_name = "x"\n' "$cri" "$cri" | containerd_toml
containerd-default|open|1|cp /bin/true "$N/usr/bin/runc"; rm -r "$N"/etc/containerd
containerd-default|closed|0|printf 'version = 2\n' | containerd_toml
containerd-default|unknown|2|printf 'x = """\n"""\n' | containerd_toml
containerd-default|unknown|2|printf '[a\n' | containerd_toml
containerd-default|closed|0|printf "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd]\ndefault_runtime_name = 'x'\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.x]\nruntime_type = 'io.containerd.runc.v2'\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.x.options]\nBinaryName = '/usr/local/bin/runclamp'\n" | containerd_toml
containerd-default|closed|1|cp /bin/true "$N/usr/bin/runc"; printf 'disabled_plugins = ["cri"]\n' | containerd_toml
containerd-runc|open|1|printf '[%s.runtimes.runc.options]\nBinaryName = "/usr/lib/runc"\n' "$cri" >>"$N/etc/containerd/config.toml"
containerd-runc|closed|1|cp /bin/true "$N/usr/bin/runc"; printf '[%s.runtimes.runc.options]\nBinaryName = "/usr/local/bin/runclamp"\n' "$cri" >>"$N/etc/containerd/config.toml"
containerd-runc|open|1|cp /bin/true "$N/usr/bin/runc"; printf '[%s.runtimes.runc]\nBinaryName = "/usr/local/bin/runclamp"\n' "$cri" >>"$N/etc/containerd/config.toml"
containerd-runc|open|1|printf '[%s.runtimes.runc]\nruntime_path = "/opt/shim"\n' "$cri" >>"$N/etc/containerd/config.toml"
containerd-handlers|open|1|printf '[%s.runtimes.runsc]\nruntime_type = "io.containerd.runsc.v1"\n' "$cri" >>"$N/etc/containerd/config.toml"
containerd-handlers|open|1|printf '[%s.runtimes.crun.options]\nBinaryName = "/usr/lib/runc"\n' "$cri" >"$N/etc/containerd/conf.d/zz.toml"
containerd-default|open|1|old_table default_runtime io.containerd.runc.v2 /usr/lib/runc
containerd-default|closed|0|old_table default_runtime io.containerd.runc.v2 /usr/local/bin/runclamp
containerd-default|closed|0|old_table default_runtime '' /usr/lib/runc
containerd-default|closed|0|sed -i '/default_runtime_name/d' "$N/etc/containerd/config.toml"; old_table default_runtime io.containerd.runc.v2 /usr/local/bin/runclamp
containerd-default|open|1|old_table default_runtime io.containerd.kata.v2 /usr/local/bin/runclamp
kubernetes-default|open|1|old_table default_runtime io.containerd.runc.v2 /usr/lib/runc
containerd-handlers|open|1|old_table untrusted_workload_runtime io.containerd.runc.v2 /usr/lib/runc
containerd-handlers|closed|0|old_table untrusted_workload_runtime '' /usr/lib/runc
containerd-handlers|closed|0|old_table untrusted_workload_runtime io.containerd.runc.v2 /usr/local/bin/runclamp
containerd-default|closed|1|old_table untrusted_workload_runtime io.containerd.runc.v2 /usr/lib/runc
containerd-ctr|open|1|cp /bin/true "$N/usr/bin/runc"
containerd-socket|open|1|node_socket /run/containerd/containerd.sock 660 999
containerd-socket|open|1|node_socket /run/other.sock 666; node_proc 7 8:1 containerd --address=/run/other.sock
containerd-socket|open|1|node_socket /run/containerd/containerd.sock 600; node_acl /run/containerd/containerd.sock 6 user:1001:6
containerd-socket|open|1|printf 'version = 2\n[grpc]\ntcp_address = "127.0.0.1:9999"\n' | containerd_toml
containerd-socket|closed|0|printf '[grpc]\ntcp_address = ""\n' >>"$N/etc/containerd/config.toml"
containerd-socket|unknown|2|printf '[a\n' | containerd_toml
kubernetes-default|open|1|sed -i '/default_runtime_name/d' "$N/etc/containerd/config.toml"; cp /bin/true "$N/usr/bin/runc"
kubernetes-default|open|1|printf 'containerRuntimeEndpoint: unix:///run/crio/crio.sock\n' >>"$N/var/lib/kubelet/config.yaml"; printf '[crio.runtime]\ndefault_runtime = "crun"\n' >"$N/etc/crio/crio.conf.d/99.conf"; cp /bin/true "$N/usr/bin/crun"
kubernetes-handlers|open|1|printf '[%s.runtimes.kata]\nruntime_type = "io.containerd.kata.v2"\n' "$cri" >>"$N/etc/containerd/config.toml"
kubernetes-static|open|1|sed -i '/default_runtime_name/d' "$N/etc/containerd/config.toml"; cp /bin/true "$N/usr/bin/runc"
kubernetes-static|closed|1|sed -i '/default_runtime_name/d' "$N/etc/containerd/config.toml"; cp /bin/true "$N/usr/bin/runc"; sed -i '/staticPodPath/d' "$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|mkdir -p -m 777 "$N/etc/kubernetes/manifests"; chmod 777 "$N/etc/kubernetes/manifests"
kubernetes-static|open|1|sed -i '/staticPodPath/d' "$N/var/lib/kubelet/config.yaml"; sed -i '/default_runtime_name/d' "$N/etc/containerd/config.toml"; cp /bin/true "$N/usr/bin/runc"; node_proc 7 8:1 kubelet --pod-manifest-path=/m
kubernetes-static|closed|0|echo '{"kind": "KubeletConfiguration"}' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|bare_default; echo '{"kind": "KubeletConfiguration", "staticPodPath": "\u002fm"}' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|unknown|2|echo '{"staticPodPath": "/m", "staticPodPath": ""}' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|bare_default; echo '{"kind": KubeletConfiguration, "staticPodPath": /m}' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|bare_default; printf '"staticPodPath": /m\n' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|bare_default; printf "'staticPodURL' : 'http://x'\n" >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|bare_default; printf 'kind:\n"staticPodPath": /m\n' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|bare_default; printf -- '---\r\n  kind: x\r\n  staticPodPath: /m # pods\r\n' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|bare_default; printf 'clusterDNS:\n- 10.0.0.1\n- a: b\n  c: d\ntlsCipherSuites: ["A", "B"]\nstaticPodPath: /m\n' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|closed|1|bare_default; printf 'staticPodPath: null\nx:\n  staticPodPath: /m\nlist:\n  - staticPodPath: /m\n# staticPodPath: /m\n' >"$N/var/lib/kubelet/config.yaml"
kubernetes-static|open|1|bare_default; kubelet_dropin 10.conf 'staticPodPath: /m'
kubernetes-static|closed|1|bare_default; kubelet_dropin 10.conf 'staticPodPath: /m'; kubelet_dropin 20.conf 'staticPodPath: ""'
kubernetes-static|closed|1|bare_default; kubelet_dropin 10.conf ''; kubelet_dropin 20.yaml 'staticPodPath: /m'
kubernetes-static|unknown|1|bare_default; kubelet_dropin 10.conf ''; kubelet_dropin more/10.conf 'staticPodPath: /m'
kubernetes-static|unknown|1|bare_default; kubelet_dropin .10.conf 'staticPodPath: /m'
kubernetes-static|unknown|2|node_proc 7 8:1 kubelet --config /var/lib/kubelet/config.yaml --config-dir=/nowhere
kubernetes-static|unknown|2|node_proc 7 8:1 kubelet --config config.yaml
kubernetes-kubelet|open|1|kubelet_dropin 10.conf $'authentication:\n  anonymous:\n    enabled: true'; kubelet_dropin 20.conf $'authorization:\n  mode: AlwaysAllow'
kubernetes-kubelet|open|1|node_proc 7 8:1 kubelet --v=2
kubernetes-kubelet|open|1|node_proc 7 8:1 kubelet --anonymous-auth=false --authorization-mode=Webhook --anonymous-auth=true --authorization-mode=AlwaysAllow
kubernetes-kubelet|open|1|kubelet_dropin 10.conf $'authentication: {anonymous: {enabled: yes}}\nauthorization: {mode: AlwaysAllow}'
kubernetes-kubelet|open|1|echo '{"authentication": {"anonymous": {"enabled": true}}, "authorization": {"mode": "AlwaysAllow"}}' >"$N/var/lib/kubelet/config.yaml"
kubernetes-default|unknown|2|printf 'containerRuntimeEndpoint: unix:///run/cri-dockerd.sock\n' >>"$N/var/lib/kubelet/config.yaml"
kubernetes-default|unknown|2|printf '\t\n a\n' >>"$N/var/lib/kubelet/config.yaml"
kubernetes-kubelet|open|1|printf 'authentication:\n  x509:\n    enabled: false\n  anonymous:\n    enabled: true # all\nauthorization: \n  mode: "AlwaysAllow"\n' >"$N/var/lib/kubelet/config.yaml"
kubernetes-kubelet|closed|0|printf 'authentication:\n  anonymous:\n    enabled: true\nauthorization:\n  mode: Webhook\n' >"$N/var/lib/kubelet/config.yaml"
kubernetes-kubelet|open|1|printf 'authentication: {anonymous: {enabled: On}}\nauthorization:\n  mode: AlwaysAllow\n' >"$N/var/lib/kubelet/config.yaml"
podman-default|open|1|printf '[engine]\nruntime = "crun"\n' >"$N/etc/containers/containers.conf.d/99.conf"; cp /bin/true "$N/usr/bin/crun"
podman-default|open|1|printf '[engine.runtimes]\nrunclamp = ["/usr/lib/runc"]\n' >"$N/etc/containers/containers.conf.d/99.conf"
podman-default|open|1|printf '[engine]\nruntime = "/usr/lib/runc"\n' >"$N/etc/containers/containers.conf.d/99.conf"
podman-build|open|1|printf '[engine]\nruntime = "/usr/lib/runc"\n' >"$N/etc/containers/containers.conf.d/99.conf"
podman-default|unknown|2|printf 'runtime = \n' >"$N/etc/containers/containers.conf.d/99.conf"
podman-socket|open|1|node_socket /run/podman/podman.sock 660 999
podman-socket|closed|0|node_socket /run/podman/podman.sock 660 999; chmod 700 "$N/run/podman"
podman-socket|open|1|node_socket /run/podman/podman.sock 600; node_acl /run/podman/podman.sock 6 user:1001:6
podman-socket|open|1|node_proc 7 8:1 /usr/bin/podman system service tcp:127.0.0.1:8888
podman-socket|open|1|node_proc 7 8:1 podman --log-level debug system service --time 0 TCP://:8888
podman-socket|open|1|node_proc 7 8:1 podman system service -t0 unix:///run/own.sock; node_socket /run/own.sock 666
podman-socket|open|1|node_proc 7 8:1 podman system service unix:/run/own.sock; node_socket /run/own.sock 666
podman-socket|closed|0|node_proc 7 8:1 podman system service unix:///run/own.sock; node_socket /run/own.sock 600
podman-socket|unknown|2|node_proc 7 8:1 podman system service unix://own.sock
podman-socket|unknown|2|node_proc 7 8:1 podman system service unix:///run/%6fwn.sock
podman-socket|closed|0|node_proc 7 8:1 podman run --name service x tcp:127.0.0.1:8888
podman-socket|closed|0|node_proc 7 8:1 podman system service tcp:127.0.0.1:8888; sed -i 's/^Uid:.*/Uid:\t1000\t1000\t1000\t1000/' "$N/proc/7/status"
crio-default|open|1|printf '[crio.runtime]\ndefault_runtime = "crun"\n' >"$N/etc/crio/crio.conf.d/99.conf"; cp /bin/true "$N/usr/bin/crun"
crio-handlers|open|1|printf '[crio.runtime.runtimes.crun]\nruntime_path = "/usr/lib/runc"\n' >"$N/etc/crio/crio.conf.d/99.conf"
crio-handlers|open|1|printf '[crio.runtime.runtimes.kata]\nruntime_path = "/usr/local/bin/runclamp"\nruntime_type = "vm"\n' >"$N/etc/crio/crio.conf.d/99.conf"
crio-handlers|open|1|printf '[crio.runtime.runtimes.x]\nruntime_path = "/usr/local/bin/runclamp"\nplatform_runtime_paths = {"linux/amd64" = "/usr/lib/runc"}\n' >"$N/etc/crio/crio.conf.d/99.conf"
crio-handlers|closed|0|printf '[crio.runtime.runtimes.x]\nruntime_path = "/usr/local/bin/runclamp"\nplatform_runtime_paths = {"linux/amd64" = "/usr/local/bin/runclamp"}\n' >"$N/etc/crio/crio.conf.d/99.conf"
crio-handlers|open|1|printf '[crio.runtime]\ndefault_runtime = "crun"\n[crio.runtime.runtimes.x]\nruntime_path = "/usr/local/bin/runclamp"\ninherit_default_runtime = true\n' >"$N/etc/crio/crio.conf.d/99.conf"; cp /bin/true "$N/usr/bin/crun"
crio-handlers|closed|0|printf '[crio.runtime.runtimes.x]\nruntime_path = "/usr/local/bin/runclamp"\nruntime_type = "pod"\n' >"$N/etc/crio/crio.conf.d/99.conf"
crio-handlers|open|1|printf '[crio.runtime.runtimes.runc]\nallowed_annotations = []\n' >"$N/etc/crio/crio.conf.d/99.conf"; cp /bin/true "$N/usr/bin/runc"
crio-socket|open|1|node_socket /run/crio/crio.sock 666
crio-socket|open|1|node_socket /run/crio/crio.sock 600; node_acl /run/crio/crio.sock 6 user:1001:6
direct-binaries|open|1|chmod u+s "$N/usr/bin/podman"
direct-binaries|open|1|chmod o+w "$N/usr/bin/dockerd"
direct-binaries|open|1|setcap cap_sys_admin+ep "$N/usr/bin/podman"
direct-sudo|open|1|echo 'ann ALL=(root) NOPASSWD: /usr/bin/docker' >"$N/etc/sudoers.d/ann"
direct-sudo|closed|0|printf '# ann ALL=(root) /usr/bin/docker\nann ALL=(root) /usr/bin/docker-report\n' >"$N/etc/sudoers"
direct-mounts|open|1|node_socket /run/docker.sock 600; node_proc 9 0:50 /app; echo '31 30 8:1 /run/docker.sock /var/run/docker.sock rw - ext4 /dev/x rw' >>"$N/proc/9/mountinfo"
direct-mounts|open|1|node_socket /run/docker.sock 600; node_proc 9 0:50 /app; echo '31 30 8:1 / /host rw - ext4 /dev/x rw' >>"$N/proc/9/mountinfo"
direct-mounts|closed|0|node_socket /run/docker.sock 600; node_proc 9 0:50 /app; echo '31 30 8:1 /var/lib/docker/volumes/x /data rw - ext4 /dev/x rw' >>"$N/proc/9/mountinfo"
direct-mounts|closed|0|node_socket /run/docker.sock 600; node_proc 9 8:1 /usr/sbin/service
direct-mounts|open|1|has_socket /srv/docker.sock; node_proc 7 8:1 dockerd -H unix:///srv/docker.sock
direct-mounts|open|1|has_socket /run/own.sock; ln -s ../run "$N/var/run"; node_proc 7 8:1 dockerd -H unix:///var/run/own.sock
direct-mounts|open|1|has_socket /srv/docker.sock; daemon_json '{"default-runtime": "runclamp", "runtimes": {"runclamp": {"path": "/usr/local/bin/runclamp"}}, "hosts": ["unix:///srv/docker.sock"]}'
direct-mounts|open|1|has_socket /srv/c.sock; node_proc 7 8:1 dockerd --containerd /srv/c.sock
direct-mounts|open|1|has_socket /srv/c.sock; printf '[grpc]\naddress = "/srv/c.sock"\n' >>"$N/etc/containerd/config.toml"
direct-mounts|open|1|has_socket /srv/p.sock; node_proc 7 8:1 podman system service unix:///srv/p.sock
direct-mounts|open|1|has_socket /srv/o.sock; printf '[crio.api]\nlisten = "/srv/o.sock"\n' >"$N/etc/crio/crio.conf.d/99.conf"
direct-mounts|open|1|has_socket /srv/b.sock; node_proc 7 8:1 buildkitd --addr unix:///srv/b.sock
direct-mounts|closed|0|has_socket /srv/nobodys.sock
direct-mounts|unknown|2|node_proc 9 0:50 /app; rm "$N/proc/9/mountinfo"
direct-mounts|closed|0|node_proc 9 0:50 /app; rm "$N/proc/9/mountinfo"; : >"$N/proc/9/cmdline"
direct-mounts|unknown|2|has_socket /srv/c.sock; printf '[a\n' | containerd_toml
direct-privileged|open|1|node_proc 9 0:50 /app; sed -i 's/CapEff.*/CapEff:\t000001ffffffffff/' "$N/proc/9/status"
direct-privileged|closed|0|node_proc 9 0:50 /app
direct-privileged|closed|0|node_proc 9 0:50 /app; sed -i 's/CapEff.*/CapEff:\t000001ffffffffff/' "$N/proc/9/status"; echo '0 100000 65536' >"$N/proc/9/uid_map"
docker-hosts|closed|0|node_proc 9 0:50 dockerd -H tcp://0.0.0.0:2375
docker-hosts|closed|0|many_procs 1000 8:1
docker-hosts|closed|0|many_procs 0 0:50
docker-hosts|unknown|2|many_procs 0 8:1
docker-hosts|open|1|many_procs 1000 8:1; node_proc 99 8:1 dockerd -H tcp://0.0.0.0:2375
docker-hosts|closed|0|node_proc 7 8:1 dockerd $(printf 'x %.0s' {1..300}); sed -i 's/^Uid:.*/Uid:\t1000/' "$N/proc/7/status"
docker-hosts|closed|0|node_proc 9 0:50 dockerd $(printf 'x %.0s' {1..300})
docker-hosts|unknown|2|node_proc 7 8:1 dockerd $(printf 'x %.0s' {1..300})
runclamp-audit|open|1|echo '{"mode": "audit"}' >"$N/etc/runclamp/config.json"
runclamp-audit|closed|0|echo '{"mode": ' >"$N/etc/runclamp/config.json"
docker-default|unknown|2|rm -r "$N/proc"
TABLE

# Forms of a kubelet's YAML: what go-yaml reads there (.: a way is open by static pods), or why nothing can be told.
while IFS='|' read -r reason text; do
  closed_node
  bare_default
  printf '%b' "$text" >"$N/var/lib/kubelet/config.yaml"
  ctl check --node --json --root "$N"
  case $reason in
    '.') reason='^open: static pods are read from ' ;;
    -) reason='^closed: the kubelet reads no static pods' ;;
    *) reason="^unknown: .*$reason" ;;
  esac
  like "check --node: a kubelet's configuration: $text" "$(jq -r '.ways[] | select(.id == "kubernetes-static") | .state + ": " + .seen' <<<"$out")" "$reason"
done <<'TABLE'
.|staticPodPath:\t/m
line 2: found character that cannot start any token|a:\n\tstaticPodPath: /m
.|staticPodPath: &x /m
line 1: an alias|staticPodPath: *x
line 1: a tag|staticPodPath: !!str /m
.|staticPodPath: >\n  /m
.|staticPodPath: "\\x2fm"
.|staticPodPath: 'a''b'
line 1: found unexpected end of stream|staticPodPath: "/m
-|a: {b: c,\nstaticPodPath: /m}
-|a: ["]", \nstaticPodPath: /m]
.|"static\\x50odPath": /m
.|? staticPodPath\n: /m
line 1: a key that is no plain text|!!str staticPodPath: /m
line 1: a key that is no plain text|[a]: b
line 1: a merge|<<: {staticPodPath: /m}
line 1: the document must be a mapping|[a, b]
line 1: the document must be a mapping|a b
-|a: b\n  c\n
line 2: mapping values are not allowed|a: b\n  staticPodPath: /m
line 3: did not find expected key|a:\n    b: c\n  staticPodPath: /m
line 2: did not find expected|  a: b\nstaticPodPath: /m
line 3: did not find expected '-' indicator|a:\n  - b\n  staticPodPath: /m
line 2: more than one document|a: b\n---\nstaticPodPath: /m
.|--- {staticPodPath: /m}
.|%YAML 1.1\n---\nstaticPodPath: /m
-|---\n
-|
line 2: a key that is there twice|staticPodPath: ""\nstaticPodPath: /m
line 1: a key that is there twice|authorization: {mode: Webhook, mode: AlwaysAllow}
.|# a\rstaticPodPath: /m
.|# a\xc2\x85staticPodPath: /m
.|# a\xe2\x80\xa8staticPodPath: /m
line 1: control characters are not allowed|a: b\x00\nstaticPodPath: /m
staticPodPath must be a plain value|staticPodPath: [/m]
authorization must be a mapping|authorization: AlwaysAllow
too many levels|a: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]
TABLE

# A container chooses its name: it must not steer the terminal, and in JSON stays what it is.
closed_node
node_proc 9 0:50 /app
sed -i 's/CapEff.*/CapEff:\t000001ffffffffff/' "$N/proc/9/status"
printf '\e]0;pwn\a\e[8m\n' >"$N/proc/9/comm"
ctl check --node --root "$N"
like "check --node: a container's name is shown, not sent to the terminal" "$out" 'process 9 \(\\x1b\]0;pwn\\x07\\x1b\[8m\)'
is "check --node: no byte of it is left" "$code:$(grep -cP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$out")" 1:0
ctl check --node --json --root "$N"
like "check --node --json: the name as it is" "$(jq -r '.ways[] | select(.id == "direct-privileged") | .seen' <<<"$out")" $'process 9 \\(\e]0;pwn\a\e\\[8m\\)'

mkdir -p "$T/empty/proc/1"
printf 'init\0' >"$T/empty/proc/1/cmdline"
echo '21 1 8:1 / / rw - ext4 /dev/sda1 rw' >"$T/empty/proc/1/mountinfo"
ctl check --node --json --root "$T/empty"
is "check --node: a node without an engine" "$code:$(jq -c '[.ways[] | select(.state != "not installed") | .id | split("-")[0]] | unique' <<<"$out")" '0:["direct","runclamp"]'
while IFS='|' read -r words regex; do
  # shellcheck disable=SC2086
  ctl $words
  is "clampctl $words: exit code 2" "$code:$out" "2:"
  like "clampctl $words: says why" "$err" "$regex"
done <<'TABLE'
check --node x|takes no bundle
check --node --image x|takes no --handler and no --image
check x --root /|takes --root with --node only
check --node --root rel|must be an absolute path
check --node --root /nowhere/at/all|--root /nowhere/at/all
TABLE
# The document tells of the same ways.
is "check --node: docs/THREAT-MODEL.md has each way, and no other" \
  "$(sed -n '/^## Who can go round/,/^## [^W]/p' "$ROOT/docs/THREAT-MODEL.md" | grep -oE '^\| `[a-z]+-[a-z]+` ' | tr -d '|` ' | sort)" "$ids"
