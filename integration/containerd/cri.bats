#!/usr/bin/env bats
# Pods as the kubelet makes them through the CRI: a runtime handler (RuntimeClass's way), a pause container, keys of one container.

load ../lib/common
load ../lib/engine
load ../lib/containerd

export NAMESPACE=k8s.io
setup_file() {
  engine_need containerd containerd
  need protoc protobuf-compiler
  /usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null || skip "python3-grpcio is missing: apt-get install python3-grpcio python3-protobuf"
  cri_node v2
  V2=$T
  cri_node v1
  V1=$T
  export V1 V2
}
# cri_node v1|v2: a node with a handler for each way; runc is runclamp, too.
cri_node() {
  engine_setup "$1"
  containerd_handlers '.handlers["runclamp-strict"] = .handlers.runclamp + {level: "strict"}'
  in_node ln -s runclamp /usr/local/bin/runclamp-strict
  [ -z "${GVISOR_SHIM:-}" ] || in_node install -m 755 /dev/stdin /usr/local/bin/containerd-shim-runsc-v1 <"$GVISOR_SHIM"
  cri_config "$(for name in runclamp runclamp-strict runclamp-crun; do cri_handler $name /usr/local/bin/$name; done)" \
    "$(cri_handler runc /usr/local/bin/runclamp)" "$(cri_handler runclamp-all /usr/local/bin/runclamp '["*", "*/*", "*/*/*"]')" \
    "$([ -z "${GVISOR_SHIM:-}" ] || gvisor_handler runclamp-runsc /usr/local/bin/runclamp-runsc)"
  image_root "$T/rootfs"
  containerd_start
  COMMAND='["/bin/sleep", "100000"]' image "$PAUSE_IMAGE"
  image example.org/call:1
  image example.org/narrow:1 'io.runclamp.syscalls=write exit_group getuid'
}
teardown_file() {
  T=${V2:-} engine_clean
  T=${V1:-$T} engine_clean
}
setup() { T=$V1; }
teardown() {
  local id
  for id in $(pods); do
    cri StopPodSandbox "{\"pod_sandbox_id\": \"$id\"}" >/dev/null || true
    cri RemovePodSandbox "{\"pod_sandbox_id\": \"$id\"}" >/dev/null || true
  done
}
pods() { ctr container ls -q 'labels."io.cri-containerd.kind"==sandbox'; }

# pod HANDLER [FILTER [JQ-ARGS...]]: runs a sandbox in the node's network; $POD is its ID, $CONFIG what it was made from.
pod() {
  local handler=$1 filter=${2:-.}
  shift $(($# > 1 ? 2 : 1))
  CONFIG=$(jq -n "$@" '{metadata: {name: "pod", uid: ("u" + env.BATS_TEST_NUMBER), namespace: "default"}, log_directory: "/var/log/pods",
    linux: {security_context: {namespace_options: {network: "NODE"}}}} | '"$filter")
  POD=$(cri RunPodSandbox "$(jq -n --argjson config "$CONFIG" --arg handler "$handler" '{config: $config, runtime_handler: $handler}')" |
    jq -r .pod_sandbox_id)
  [ -n "$POD" ]
}

# container NAME IMAGE COMMAND-JSON [FILTER]: created and started in $POD; prints its ID. The error is the CRI's own.
container() {
  local id
  id=$(cri CreateContainer "$(jq -n --arg pod "$POD" --argjson sandbox "$CONFIG" --arg name "$1" --arg image "$2" --argjson command "$3" \
    '{pod_sandbox_id: $pod, sandbox_config: $sandbox, config: ({metadata: {name: $name}, image: {image: $image}, command: $command,
      log_path: ($name + ".log"), linux: {security_context: {namespace_options: {network: "NODE"}}}} | '"${4:-.}"')}')" | jq -r .container_id)
  [ -n "$id" ] && cri StartContainer "{\"container_id\": \"$id\"}" >/dev/null && echo "$id"
}
state() { cri ContainerStatus "{\"container_id\": \"$1\"}" | jq -r '.status.state // "CONTAINER_CREATED"'; }
ended() { [ "$(state "$1")" = CONTAINER_EXITED ]; }
# log NAME: what the container wrote, without the CRI's prefix.
log() { in_node sed 's/^[^ ]* [^ ]* [^ ]* //' "/var/log/pods/$1.log"; }
# says NAME IMAGE COMMAND-JSON [FILTER]: runs a container to its end and prints what it wrote.
says() {
  local id
  in_node rm -f "/var/log/pods/$1.log"
  id=$(container "$@") || return 1
  wait_for 60 ended "$id"
  log "$1"
  cri RemoveContainer "{\"container_id\": \"$id\"}" >/dev/null
}

state_of_pause() { ctr task ls | awk -v id="$POD" '$1 == id { print $3 }'; }

own_keys() { # HANDLER
  pod "$1" '.annotations = {"io.runclamp.syscalls": "write exit_group getuid", "io.runclamp.syscalls/b": "write exit_group geteuid",
    "other": "dropped"}'
  # The pause container runs under its own, built-in closure, whatever the pod's annotations say.
  [ "$(state_of_pause)" = RUNNING ]
  decided "$POD" | jq -e '.verdict == "allow" and .sources == ["built in: the pod'"'"'s pause container"]'
  [ "$(says a example.org/call:1 '["/call", "getuid", "geteuid"]')" = $'getuid ok\ngeteuid -1' ]
  [ "$(says b example.org/call:1 '["/call", "getuid", "geteuid"]')" = $'getuid -1\ngeteuid ok' ]
}
@test "runc: the pause container starts, and a key reaches its container alone" { own_keys runclamp; }
@test "crun: the pause container starts, and a key reaches its container alone" {
  need crun crun
  T=$V2
  own_keys runclamp-crun
  run container bad example.org/call:1 '["/bin/true"]' '.metadata.name = "b" | .annotations = {"io.runclamp.syscalls/b": "mount"}'
  [ "$status" -ne 0 ]
  [[ $output == *"the image needs mount, which the ceiling node-default of handler runclamp-crun does not allow"* ]]
}
# containerd's shim for runc does not learn when a container of runsc's ends that is not its pod's first; gVisor has a shim of
# its own, which speaks to containerd 1.7 and newer. A pod of runsc's without an engine: integration/runtimes/pods.bats.
@test "runsc, by gVisor's own shim: the pause container starts, and a key reaches its container alone" {
  need runsc runsc
  [ -n "${GVISOR_SHIM:-}" ] ||
    skip "gVisor's shim is missing: go build gvisor.dev/gvisor/shim (branch go), GVISOR_SHIM=PATH; it wants CAP_SYS_RESOURCE and containerd 1.7"
  own_keys runclamp-runsc
}

@test "two containers at once, exec, and nothing left" {
  pod runclamp '.annotations = {"io.runclamp.syscalls": $needs}' --arg needs "$BUSYBOX_NEEDS"
  a=$(container a example.org/call:1 '["/bin/sleep", "1000"]')
  b=$(container b example.org/call:1 '["/bin/sleep", "1000"]')
  [ "$(state "$a") $(state "$b")" = "CONTAINER_RUNNING CONTAINER_RUNNING" ]
  run cri ExecSync "{\"container_id\": \"$a\", \"cmd\": [\"/bin/grep\", \"Seccomp:\", \"/proc/self/status\"], \"timeout\": 30}"
  [ "$(jq -r .stdout <<<"$output" | base64 -d)" = $'Seccomp:\t2' ]
  run cri ExecSync "{\"container_id\": \"$a\", \"cmd\": [\"/call\", \"socket:2,1,0\"], \"timeout\": 30}"
  [ "$(jq -r .stdout <<<"$output" | base64 -d)" = 'socket:2,1,0 -1' ]
  cri StopPodSandbox "{\"pod_sandbox_id\": \"$POD\"}"
  cri RemovePodSandbox "{\"pod_sandbox_id\": \"$POD\"}"
  for id in "$a" "$b" "$POD"; do gone "$id"; done
}

@test "a refused container: the CRI's error has the sentence, and nothing is left" {
  pod runclamp '.annotations = {"io.runclamp.syscalls/bad": "read mount"}'
  run container bad example.org/call:1 '["/bin/true"]'
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"OCI runtime create failed: the image needs mount, which the ceiling node-default of handler runclamp does not allow"* ]]
  # The pod and its other containers are not touched.
  [ "$(says good example.org/call:1 '["/call", "getuid"]')" = 'getuid ok' ]
  cri StopPodSandbox "{\"pod_sandbox_id\": \"$POD\"}"
  cri RemovePodSandbox "{\"pod_sandbox_id\": \"$POD\"}"
  gone "$POD"
  [ -z "$(ctr container ls -q)" ]
}

@test "a refused sandbox: the CRI's error has the sentence, and nothing is left" {
  run pod runclamp '.annotations = {"io.runclamp.syscall": "read"}'
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *'unknown annotation "io.runclamp.syscall"; did you mean "io.runclamp.syscalls"?'* ]]
  [ -z "$(pods)" ]
  [ -z "$(ctr task ls -q)" ]
}

# A pod's author writes these; none of them may take a gate away.
@test "a pod's annotations exempt nothing" {
  for key in io.kubernetes.cri.container-type io.kubernetes.cri-o.ContainerType io.kubernetes.cri.sandbox-id run.oci.seccomp_bpf_data \
    dev.gvisor.flag.oci-seccomp; do
    pod runclamp '.annotations = {($key): "sandbox", "io.runclamp.syscalls": "write exit_group getuid"}' --arg key "$key"
    [ "$(says a example.org/call:1 '["/call", "getuid", "geteuid"]' '.annotations = {"io.kubernetes.cri.container-type": "sandbox"}')" = $'getuid ok\ngeteuid -1' ]
    teardown
  done
  pod runclamp-strict
  run container a example.org/call:1 '["/bin/true"]' '.annotations = {"io.kubernetes.cri.container-type": "sandbox"}'
  [[ $output == *"declares no needs"* ]]
}

# The same where the operator hands on every annotation: containerd's own words still win, and CRI-O's mean nothing here.
@test "a handler that hands on every annotation: a pod's author exempts nothing" {
  pod runclamp-all '.annotations = {"io.runclamp.syscalls": "write exit_group getuid", "io.runclamp.syscalls/wide": "write exit_group getuid geteuid",
    "io.kubernetes.cri-o.ContainerType": "sandbox", "io.kubernetes.cri.container-type": "sandbox"}'
  local n=0 own
  for own in '{"io.kubernetes.cri.container-name": "wide"}' '{"io.kubernetes.container.name": "wide"}' \
    "{\"io.kubernetes.cri.container-type\": \"sandbox\", \"io.kubernetes.cri.sandbox-id\": \"$POD\"}" \
    "{\"io.kubernetes.cri-o.ContainerType\": \"sandbox\", \"io.kubernetes.cri-o.SandboxID\": \"$POD\"}"; do
    n=$((n + 1))
    echo "$own"
    [ "$(says "a$n" example.org/call:1 '["/call", "getuid", "geteuid"]' ".annotations = $own")" = $'getuid ok\ngeteuid -1' ]
  done
  # CRI-O's name is nobody's here: the key of the plain name counts.
  [ "$(says b example.org/call:1 '["/call", "getuid", "geteuid"]' '.annotations = {"io.kubernetes.cri-o.ContainerName": "wide"}')" = $'getuid ok\ngeteuid -1' ]
}

@test "the configuration breaks under a running pod: nothing new starts, and the pod can be stopped and removed" {
  pod runclamp '.annotations = {"io.runclamp.syscalls": $needs}' --arg needs "$BUSYBOX_NEEDS"
  a=$(container a example.org/call:1 '["/bin/sleep", "1000"]')
  in_node cp /etc/runclamp/config.json /root/config.json
  echo '{' | node_file /etc/runclamp/config.json
  run container b example.org/call:1 '["/bin/true"]'
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *'OCI runtime create failed: /etc/runclamp/config.json: line 2'* ]]
  cri StopContainer "{\"container_id\": \"$a\", \"timeout\": 0}"
  cri StopPodSandbox "{\"pod_sandbox_id\": \"$POD\"}"
  cri RemovePodSandbox "{\"pod_sandbox_id\": \"$POD\"}"
  in_node cp /root/config.json /etc/runclamp/config.json
  for id in "$a" "$POD"; do gone "$id"; done
}

@test "strict: what declares nothing is refused, and the pod's pause container is not" {
  pod runclamp-strict
  run container a example.org/call:1 '["/bin/true"]'
  echo "$output"
  [[ $output == *'the container declares no needs, and handler runclamp-strict refuses that'* ]]
}

@test "the image's label narrows, and the catalogue counts" {
  pod runclamp
  [ "$(says a example.org/narrow:1 '["/call", "getuid", "geteuid"]')" = $'getuid ok\ngeteuid -1' ]
  [ "$(says b example.org/call:1 '["/call", "getuid", "geteuid"]')" = $'getuid ok\ngeteuid ok' ]
  jq -n '{version: 1, image: {reference: "example.org/call:1"}, syscalls: ["write", "exit_group", "getuid"]}' |
    node_file /etc/runclamp/closures.d/call.json
  [ "$(says c example.org/call:1 '["/call", "getuid", "geteuid"]')" = $'getuid ok\ngeteuid -1' ]
  # By the digest of the image's configuration, which is what the CRI records.
  config=$(decisions 'select(.image | tostring | contains("call")) | .image_digest' | tail -n 1 | jq -r .)
  jq -n --arg digest "$config" '{version: 1, image: {digest: $digest}, syscalls: ["write", "exit_group", "geteuid"]}' |
    node_file /etc/runclamp/closures.d/call.json
  [ "$(says d example.org/call:1 '["/call", "getuid", "geteuid"]')" = $'getuid -1\ngeteuid ok' ]
  in_node rm /etc/runclamp/closures.d/call.json
}

@test "seccomp: RuntimeDefault and unconfined, with and without privileged, never beyond the ceiling" {
  pod runclamp '.linux.security_context.privileged = true'
  for filter in . '.linux.security_context.seccomp = {profile_type: "RuntimeDefault"}' '.linux.security_context.seccomp = {profile_type: "Unconfined"}' \
    '.linux.security_context.privileged = true'; do
    [ "$(says a example.org/call:1 '["/call", "getuid", "sched_rr_get_interval:0,buf"]' "$filter")" = $'getuid ok\nsched_rr_get_interval:0,buf -1' ]
  done
}

# hostUsers: false. The kubelet picks the range, the pod has a network of its own.
@test "a pod in a user namespace of its own" {
  [ "$(config_version)" -ge 3 ] || skip "containerd 1.6 knows no user namespaces for pods: install containerd 2"
  in_node test -x /usr/lib/cni/ptp || skip "the network plug-in ptp is missing: apt-get install containernetworking-plugins"
  node_file /etc/cni/net.d/10-test.conflist <<<'{"cniVersion": "0.4.0", "name": "test", "plugins":
    [{"type": "ptp", "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.99.0.0/24"}]]}}]}'
  local options='.linux.security_context.namespace_options = {userns_options: {mode: "POD",
    uids: [{host_id: 100000, container_id: 0, length: 65536}], gids: [{host_id: 100000, container_id: 0, length: 65536}]}}'
  network_is_ready() { pod runclamp "$options"; }
  wait_for 30 network_is_ready
  pod=$(pods)
  [ "$(says a example.org/narrow:1 '["/call", "getuid", "geteuid"]' "$options")" = $'getuid ok\ngeteuid -1' ]
  [ "$(says b example.org/call:1 '["/bin/grep", "-h", "-e", "Seccomp:", "-e", "100000", "/proc/self/status", "/proc/self/uid_map"]' "$options" |
    tr -s ' \t' ' ')" = $'Seccomp: 2\n 0 100000 65536' ]
  [ "$(decided "$pod" .verdict)" = '"allow"' ]
}

@test "the handler runc itself leads to runclamp: a pod that names none" {
  pod ''
  [ "$(says a example.org/call:1 '["/call", "getuid", "sched_rr_get_interval:0,buf"]')" = $'getuid ok\nsched_rr_get_interval:0,buf -1' ]
}

@test "another name of the image takes no entry of the catalogue away" {
  jq -n '{version: 1, image: {reference: "example.org/call:1"}, syscalls: ["write", "exit_group", "getuid"]}' |
    node_file /etc/runclamp/closures.d/call.json
  pod runclamp
  for name in aaa.example/x:1 zzz.example/x:1; do
    ctr image tag example.org/call:1 "$name"
    [ "$(says a example.org/call:1 '["/call", "getuid", "geteuid"]')" = $'getuid ok\ngeteuid -1' ]
  done
  in_node rm /etc/runclamp/closures.d/call.json
  ctr image rm aaa.example/x:1 zzz.example/x:1
}

@test "another manifest of the same configuration takes no entry by digest away" {
  manifest=$(ctr image ls 'name==example.org/call:1' | awk 'NR == 2 { print $3 }')
  jq -n --arg digest "$manifest" '{version: 1, image: {digest: $digest}, syscalls: ["write", "exit_group", "getuid"]}' |
    node_file /etc/runclamp/closures.d/call.json
  pod runclamp
  [ "$(says a example.org/call:1 '["/call", "getuid", "geteuid"]')" = $'getuid ok\ngeteuid -1' ]
  # The same layers and configuration under a manifest with one annotation more.
  ctr image export "$T/call.tar" example.org/call:1
  python3 - "$T/call.tar" "$manifest" "$T/again.tar" <<'PY'
import hashlib, io, json, sys, tarfile
source, old, target = sys.argv[1:]
with tarfile.open(source) as archive:
    files = {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}
manifest = json.loads(files.pop(f"blobs/sha256/{old[7:]}"))
manifest["annotations"] = {"org.example.again": "1"}
new = json.dumps(manifest).encode()
digest = hashlib.sha256(new).hexdigest()
files[f"blobs/sha256/{digest}"] = new
index = json.loads(files["index.json"])
entry = index["manifests"][0]
entry.update(digest=f"sha256:{digest}", size=len(new))
entry["annotations"] = {"io.containerd.image.name": "again.example/x:1", "org.opencontainers.image.ref.name": "1"}
files["index.json"] = json.dumps(index).encode()
files.pop("manifest.json", None)
with tarfile.open(target, "w") as archive:
    for name, body in files.items():
        info = tarfile.TarInfo(name)
        info.size = len(body)
        archive.addfile(info, io.BytesIO(body))
PY
  ctr image import "$T/again.tar"
  [ "$(ctr image ls 'name==again.example/x:1' | awk 'NR == 2 { print $3 }')" != "$manifest" ]
  sleep 1
  [ "$(says b example.org/call:1 '["/call", "getuid", "geteuid"]')" = $'getuid ok\ngeteuid -1' ]
  in_node rm /etc/runclamp/closures.d/call.json
  ctr image rm again.example/x:1
}
