# shellcheck shell=bash
# Words about pods, for the tests on a real Kubernetes. Source lib/k8s first.

# pod NAME [JQ-FILTER [COMMAND [JQ-ARGS...]]]: creates a pod of one container, c, that runs COMMAND (a JSON list).
pod() { pod_spec "$@" | kc create -f -; }
pod_spec() {
  local name=$1 filter=${2:-.} command=${3:-'["/bin/sleep", "1000"]'}
  shift $(($# > 3 ? 3 : $#))
  jq -n --arg name "$name" --argjson command "$command" "$@" '{apiVersion: "v1", kind: "Pod", metadata: {name: $name},
    spec: {nodeName: "node", runtimeClassName: "runclamp", restartPolicy: "Never", terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false, enableServiceLinks: false,
      containers: [{name: "c", image: "localhost/call:1", imagePullPolicy: "Never", command: $command}]}} | '"$filter"
}

# Each succeeds when it is so; wait_for asks them again.
phase() { [ "$(kc get pod "$1" -o jsonpath='{.status.phase}')" = "$2" ]; }
ready() { [ "$(kc get pod "$1" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = True ]; }
container_ready() { [ "$(status_of "$1" "$2" | jq .ready)" = true ]; }
event() { kc get events --field-selector "involvedObject.name=$1" -o jsonpath='{.items[*].reason}' | grep -qw "$2"; }
terminated() { status_of "$1" "$2" | grep -q '"state":{"terminated"'; }

# status_of POD CONTAINER: its status, whatever kind of container it is.
status_of() {
  kc get pod "$1" -o json | jq -c --arg name "$2" '.status | (.containerStatuses, .initContainerStatuses, .ephemeralContainerStatuses)
    | .[]? | select(.name == $name)'
}
container_id() { status_of "$1" "${2:-c}" | jq -r '.containerID | sub(".*//"; "")'; }
sandbox_id() { in_node ctr -n k8s.io containers ls -q "labels.\"io.kubernetes.pod.name\"==$1,labels.\"io.cri-containerd.kind\"==sandbox"; }
decision_of() { decisions "select(.id == \"$(container_id "$@")\")"; }

# seccomp_of ID: the mode of a container's first process, as the kernel says.
seccomp_of() {
  local pid
  pid=$(in_node ctr -n k8s.io tasks ls | awk -v id="$1" '$1 == id { print $2 }')
  in_node awk '$1 == "Seccomp:" { print $2 }' "/proc/$pid/status"
}

# pods_delete: what the API knows; the kubelet then ends the containers.
pods_delete() { [ -z "${T:-}" ] || kc delete pods --all -A --force --grace-period=0 --wait=false >/dev/null 2>&1 || true; }
no_containers() { [ -z "$(in_node ctr -n k8s.io containers ls -q)" ] && [ -z "$(in_node ctr -n k8s.io tasks ls -q)" ]; }

# leftovers: containers, mounts, cgroups, network namespaces, processes and records of pods that are gone.
leftovers() {
  in_node ctr -n k8s.io containers ls -q
  in_node ctr -n k8s.io tasks ls -q
  in_node ctr -n k8s.io snapshots ls | awk 'NR > 1 && $3 == "Active"'
  in_node grep -E ' (/run/containerd/io.containerd|/var/lib/kubelet/pods|/run/netns|/var/run/netns)' /proc/self/mountinfo || true
  in_node find /run/containerd/io.containerd.runtime.v2.task /run/containerd/runc /var/lib/kubelet/pods -mindepth 1 -maxdepth 2 \
    -not -path '*/runc/k8s.io' -not -path '*.task/k8s.io'
  in_node sh -c 'find /sys/fs/cgroup -mindepth 2 -type d | grep -E "/k8s.io/|/kubepods" || true'
  in_node sh -c 'ps -eo args | grep "[c]ontainerd-shim" || true'
  # A record that is marked (gone/) is swept by a later create.
  in_node find /run/runclamp -type f -not -path '*/gone/*' -not -path '*/cache/*'
}

# labels_wired: whether this build reads an image's labels from containerd.
labels_wired() { in_node test -x /usr/local/libexec/runclamp/runclamp-containerd; }
waiting() { [ "$(status_of "$1" c | jq -r .state.waiting.reason)" = "$2" ]; }
