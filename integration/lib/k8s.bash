# shellcheck shell=bash
# A whole Kubernetes in one node (lib/node): etcd, kube-apiserver, containerd and one kubelet, with runclamp as a handler of
# containerd. Without k8s_controllers a pod names its node. Source lib/common, lib/engine and lib/containerd first. Ending the node
# ends all.

K8S_IP=10.88.0.1
K8S_PODS=10.89.0.0/24

# k8s_need: skips where something is missing. The binaries are those of `integration/suites go-k8s`.
k8s_need() {
  local pair
  [ "$(id -u)" = 0 ] || skip "a node needs root: run as root"
  for pair in etcd:etcd-server containerd:containerd openssl:openssl jq:jq busybox:busybox-static python3:python3; do
    need "${pair%:*}" "${pair#*:}"
  done
  [ -x /usr/lib/cni/ptp ] || skip "the CNI plug-ins are missing: apt-get install containernetworking-plugins"
  pair=$("$REPO/integration/suites" go-k8s)
  [[ $pair != skip* ]] || skip "${pair#skip }"
  K8S_BIN=$(dirname "$(awk '$1 == "kubelet" { print $3 }' <<<"$pair")")
  export K8S_BIN
}

# k8s_setup [HANDLER...]: the node and everything in it up, these handlers of runclamp installed in containerd as an operator
# would, each with a RuntimeClass of its name. k8s_need goes before it, k8s_clean ends it.
k8s_setup() {
  local name
  engine_setup v1
  k8s_binaries
  k8s_kernel_files
  k8s_network
  k8s_containerd_config
  k8s_handlers "$@"
  containerd_start
  k8s_images
  k8s_control_plane
  k8s_kubelet
  for name; do k8s_class "$name" "$name"; done
}
k8s_clean() { engine_clean; }

# A node over another root does not see the cache.
k8s_binaries() {
  [ "$ENGINE_ROOT" != / ] || return 0
  cp -al "$K8S_BIN" "$T/k8s" 2>/dev/null || cp -a "$K8S_BIN" "$T/k8s"
  export K8S_BIN=$T/k8s
}

# The kubelet writes these four for the whole machine: it gets files of its own.
k8s_kernel_files() {
  local path
  for path in kernel/panic kernel/panic_on_oops vm/overcommit_memory vm/panic_on_oom; do
    cat "/proc/sys/$path" >"$T/${path#*/}"
    in_node mount --bind "$T/${path#*/}" "/proc/sys/$path"
  done
}

# The kubelet wants an address and a default route; nothing is ever sent there.
k8s_network() {
  in_node sh -ec 'ip link add eth0 type veth peer name eth0-peer
    ip addr add "$0/24" dev eth0
    ip link set eth0 up
    ip link set eth0-peer up
    ip route add default via "${0%.*}.254"
    echo "$0 node" >>/etc/hosts' "$K8S_IP"
  node_file /etc/cni/net.d/10-ptp.conflist <<JSON
{"cniVersion": "0.4.0", "name": "ptp", "plugins": [{"type": "ptp", "ipMasq": false,
  "ipam": {"type": "host-local", "ranges": [[{"subnet": "$K8S_PODS"}]], "dataDir": "/run/cni-ipam"}}]}
JSON
}

# What an operator had before runclamp came.
k8s_containerd_config() {
  local cri
  cri=$(cri_plugin)
  PAUSE_IMAGE=localhost/pause:1 cri_config "[plugins.\"$cri\".cni]
  bin_dir = \"/usr/lib/cni\"
  conf_dir = \"/etc/cni/net.d\"
[plugins.\"$cri\".containerd.runtimes.runc]
  runtime_type = \"io.containerd.runc.v2\""
}

# A handler's level is the word behind runclamp-.
k8s_handlers() {
  local name
  engine_config '(.handlers["runclamp-strict"], .handlers["runclamp-permissive"]) = .handlers.runclamp
    | .handlers["runclamp-strict"].level = "strict" | .handlers["runclamp-permissive"].level = "permissive"'
  for name; do in_node clampctl install containerd --handler "$name" >/dev/null; done
}

# k8s_class NAME HANDLER
k8s_class() { k8s_class_spec "$@" | kc create -f -; }
k8s_class_spec() {
  jq -n --arg name "$1" --arg handler "$2" \
    '{apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: {name: $name}, handler: $handler}'
}

k8s_containerd_restart() {
  daemon_end containerd
  containerd_start
  wait_for 60 k8s_node_ready
}

# k8s_images: pause, and call (busybox and /call).
k8s_images() {
  image_root "$T/image"
  COMMAND='["/bin/sleep", "100000"]' k8s_image localhost/pause:1 "$T/image"
  k8s_image localhost/call:1 "$T/image"
}

# k8s_image NAME FOLDER [LABEL=VALUE...]: an image of the folder, imported into the kubelet's namespace of containerd.
k8s_image() {
  local name=$1 root=$2
  shift 2
  "$LIB/oci-image" "$root" "$name" "$@" | in_node ctr -n k8s.io image import - >/dev/null
}

# k8s_forget: a node that knows nothing of runclamp.
k8s_forget() {
  in_node sh -c 'rm -rf /usr/local/bin/runclamp* /usr/local/bin/clampctl /usr/local/libexec/runclamp /etc/runclamp /var/log/runclamp'
}

# The image of config/kubernetes/daemonset.yaml.
k8s_installer_image() {
  B=$T/build "$REPO/config/kubernetes/image/tree" "$T/tree" >"$T/tree.log" 2>&1 || { cat "$T/tree.log" >&2; return 1; }
  k8s_image docker.io/library/runclamp-installer:0.1.0 "$T/tree"
}

# Tokens instead of certificates: an administrator, the node, and a user who is in no group.
k8s_control_plane() {
  local who
  node_file /etc/kubernetes/tokens <<'CSV'
admin-token,admin,admin,"system:masters"
node-token,system:node:node,node,"system:nodes"
user-token,user,user
CSV
  openssl genrsa -out "$T/sa.key" 2048 2>/dev/null
  openssl rsa -in "$T/sa.key" -pubout -out "$T/sa.pub" 2>/dev/null
  daemon etcd etcd --data-dir /var/lib/etcd --unsafe-no-fsync --listen-peer-urls http://127.0.0.1:2380
  daemon kube-apiserver "$K8S_BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --advertise-address="$K8S_IP" \
    --cert-dir=/run/kubernetes --token-auth-file=/etc/kubernetes/tokens --anonymous-auth=false \
    --authorization-mode=AlwaysAllow --allow-privileged --disable-admission-plugins=ServiceAccount \
    --endpoint-reconciler-type=none --service-cluster-ip-range=10.96.0.0/16 \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$T/sa.pub" \
    --service-account-signing-key-file="$T/sa.key"
  for who in admin node user; do k8s_kubeconfig "$who"; done
  wait_for 120 kc get --raw /readyz
  wait_for 60 kc get namespace default
}
k8s_kubeconfig() {
  node_file "/etc/kubernetes/$1.conf" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
users: [{name: test, user: {token: $1-token}}]
contexts: [{name: test, context: {cluster: test, user: test}}]
current-context: test
YAML
}

# InPlacePodVerticalScaling: with it the kubelet of 1.33 panicked once where cgroupsPerQOS is off.
k8s_kubelet() {
  node_file /etc/kubernetes/kubelet.yaml <<'YAML'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: true
  webhook:
    enabled: false
authorization:
  mode: AlwaysAllow
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failSwapOn: false
localStorageCapacityIsolation: false
makeIPTablesUtilChains: false
oomScoreAdj: 0
resolvConf: ""
staticPodPath: /etc/kubernetes/manifests
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
syncFrequency: 2s
fileCheckFrequency: 1s
nodeStatusUpdateFrequency: 2s
featureGates: {InPlacePodVerticalScaling: false}
YAML
  in_node mkdir -p /etc/kubernetes/manifests
  daemon kubelet "$K8S_BIN/kubelet" --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/node.conf \
    --hostname-override=node --node-ip="$K8S_IP"
  wait_for 120 k8s_node_ready
}
k8s_node_ready() {
  [ "$(kc get node node -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# k8s_controllers: the scheduler, and what makes the pods of Deployments and DaemonSets; few tests need them.
k8s_controllers() {
  daemon kube-scheduler "$K8S_BIN/kube-scheduler" --kubeconfig=/etc/kubernetes/admin.conf --leader-elect=false
  daemon kube-controller-manager "$K8S_BIN/kube-controller-manager" --kubeconfig=/etc/kubernetes/admin.conf \
    --leader-elect=false --service-account-private-key-file="$T/sa.key"
}

# kc WORDS...: kubectl as the administrator; k8s_as USER WORDS...: as somebody else.
kc() { k8s_as admin "$@"; }
k8s_as() {
  local who=$1
  shift
  in_node env HOME=/tmp timeout -k 5 120 "$K8S_BIN/kubectl" --kubeconfig="/etc/kubernetes/$who.conf" "$@"
}
