#!/bin/sh
# containerd's CRI plugin, asked by crictl in the way a kubelet asks.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
VERSION=$(containerd --version | awk '{ sub(/[~+].*/, "", $3); print $3 }')
ENGINE="containerd $VERSION CRI"
PREFIX=$(prefix cri "$VERSION")
mkdir -p /etc/cni/net.d $G/cri
cat >/etc/cni/net.d/10-net.conflist <<'X'
{"cniVersion": "0.4.0", "name": "net", "plugins": [{"type": "ptp", "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}]]}}]}
X
cat >$G/containerd.toml <<X
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/library/busybox:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    pod_annotations = ["io.runclamp.*", "io.runclamp.*/*", "dev.gvisor.*"]
    container_annotations = ["io.runclamp.*", "io.runclamp.*/*", "org.example.*"]
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "$RUNTIME"
X
cat >/etc/crictl.yaml <<X
runtime-endpoint: unix:///run/containerd/containerd.sock
image-endpoint: unix:///run/containerd/containerd.sock
X
start containerd containerd --config $G/containerd.toml
wait_for crictl info
ctr -n k8s.io image import $G/busybox.oci >/dev/null
touch $G/real
attempt=0

# what a kubelet puts into every pod and container
# shellcheck disable=SC2016  # $name is jq's
POD='{metadata: {name: $name, uid: "3d0c1a52-6a3c-4a43-9b5f-0c2f6a7f1e11", namespace: "default", attempt: 0},
  hostname: $name, log_directory: ("/var/log/pods/default_" + $name), labels: {app: $name, "io.kubernetes.pod.name": $name},
  annotations: {"kubernetes.io/config.source": "api"}, port_mappings: [],
  linux: {cgroup_parent: "/kubepods/besteffort/pod3d0c1a52", security_context: {namespace_options: {network: 0, pid: 1, ipc: 0}}}}'
MASKED='["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
  "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"]'
READONLY='["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]'
BOX='{metadata: {name: "web", attempt: 0}, image: {image: "docker.io/library/busybox:1"}, command: ["/bin/sleep", "1000"],
  envs: [{key: "KUBERNETES_SERVICE_HOST", value: "10.96.0.1"}, {key: "TEXT", value: "a <b> & c"}], mounts: [],
  log_path: "web/0.log", labels: {"io.kubernetes.container.name": "web"}, annotations: {"io.kubernetes.container.restartCount": "0"},
  linux: {resources: {cpu_period: 100000, cpu_shares: 2, oom_score_adj: 1000},
    security_context: {namespace_options: {network: 0, pid: 1, ipc: 0}, run_as_user: {value: 0},
      masked_paths: '$MASKED', readonly_paths: '$READONLY'}}}'
DEFAULT='{profile_type: 0}'
SC=.linux.security_context

# pod NAME FILTER: a sandbox; container NAME FILTER: a container in the last sandbox. FILTER is jq on what is above.
pod() {
  jq -n --arg name "$1" "$POD | $2" >"$G/cri/pod.json"
  name=$PREFIX-sandbox-$1
  echo "$name" >"$G/case"
  rm -f "$G/out/$name.json"
  pod=$(crictl runp $G/cri/pod.json 2>"$G/log/$name") || { cat "$G/log/$name" >&2; return 0; }
  keep "$name" "$ENGINE: crictl runp, kubelet-like pod | $2" "$G/out/$name.json"
}
container() {
  attempt=$((attempt + 1))
  jq -n "$BOX | .metadata.attempt = $attempt | $2" >"$G/cri/container.json"
  name=$PREFIX-container-$1
  echo "$name" >"$G/case"
  rm -f "$G/out/$name.json"
  crictl create --no-pull "$pod" $G/cri/container.json $G/cri/pod.json >$G/cri/id 2>"$G/log/$name" || { cat "$G/log/$name" >&2; return 0; }
  crictl start "$(cat $G/cri/id)" >>"$G/log/$name" 2>&1 || :
  if [ -s "$G/out/$name.json" ]; then
    keep "$name" "$ENGINE: crictl create, kubelet-like container | $2" "$G/out/$name.json"
  else
    tail -n 2 "$G/log/$name" >&2
  fi
}
down() {
  crictl stopp "$pod" >/dev/null
  crictl rmp -f "$pod" >/dev/null
}

pod unset .
container unset .
container read-only "$SC.readonly_rootfs = true | $SC.no_new_privs = true | $SC.run_as_user.value = 1000"
down
pod default "$SC.seccomp = $DEFAULT"
container default "$SC.seccomp = $DEFAULT"
container drop-all "$SC.seccomp = $DEFAULT | $SC.capabilities.drop_capabilities = [\"ALL\"] | $SC.no_new_privs = true"
container drop-all-add "$SC.seccomp = $DEFAULT | $SC.capabilities = {drop_capabilities: [\"ALL\"], add_capabilities: [\"NET_BIND_SERVICE\"]}"
container sys-admin "$SC.seccomp = $DEFAULT | $SC.capabilities.add_capabilities = [\"SYS_ADMIN\"]"
container localhost "$SC.seccomp = {profile_type: 2, localhost_ref: \"$G/basic-262.json\"}"
container unconfined "$SC.seccomp = {profile_type: 1}"
container mounts "$SC.seccomp = $DEFAULT | .mounts = [{container_path: \"/run/containerd/containerd.sock\", host_path: \"/run/containerd/containerd.sock\"},
  {container_path: \"/etc/hosts\", host_path: \"/etc/hosts\"}] | .linux.resources.memory_limit_in_bytes = 67108864 | .linux.resources.cpu_quota = 50000"
container image-annotations ".annotations += {\"org.example.note\": \"x\", \"io.runclamp.syscalls\": \"read\"}"
down
pod annotations "$SC.seccomp = $DEFAULT | .annotations += {\"io.runclamp.syscalls\": \"read, write, openat, exit_group\",
  \"io.runclamp.syscalls/web\": \"read write nanosleep\", \"io.runclamp.capabilities/other\": \"CHOWN\", \"other.example/key\": \"dropped\"}"
container annotations "$SC.seccomp = $DEFAULT"
down
pod gvisor "$SC.seccomp = $DEFAULT | .annotations += {\"dev.gvisor.spec.mount.data.type\": \"tmpfs\",
  \"dev.gvisor.internal.seccomp.web\": \"RuntimeDefault\", \"dev.gvisor.flag.oci-seccomp\": \"false\"}"
container gvisor "$SC.seccomp = $DEFAULT"
down
pod privileged "$SC.privileged = true"
container privileged "$SC.privileged = true"
container in-privileged "$SC.seccomp = $DEFAULT"
down
pod host-namespaces "$SC.seccomp = $DEFAULT | $SC.namespace_options = {network: 2, pid: 2, ipc: 2} | del(.hostname)"
container host-namespaces "$SC.seccomp = $DEFAULT | $SC.namespace_options = {network: 2, pid: 2, ipc: 2}"
down
stop containerd
