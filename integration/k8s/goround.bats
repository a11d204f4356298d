#!/usr/bin/env bats
# Who can go round in Kubernetes: pods without a RuntimeClass, static pods, another handler. Each is seen open, then its cure is
# applied, and it is closed; `clampctl check --node` has to say the same of what a node can see.

load ../lib/common
load ../lib/engine
load ../lib/containerd
load ../lib/k8s
load ../lib/pods

setup_file() {
  k8s_need
  k8s_setup runclamp runclamp-strict runclamp-permissive
}
teardown() { pods_delete; }
teardown_file() { k8s_clean; }

# RuntimeDefault allows it, runclamp's ceiling does not.
PROBE='sched_rr_get_interval:0,buf'
RUNTIME_DEFAULT='.spec.securityContext.seccompProfile.type = "RuntimeDefault"'
NO_CLASS="del(.spec.runtimeClassName) | $RUNTIME_DEFAULT"

# answers NAME ok|-1: what the pod's program was told.
answers() {
  wait_for 60 phase "$1" Succeeded
  [ "$(kc logs "$1")" = "$PROBE $2" ] || { kc logs "$1"; return 1; }
}
# append LINE...: to containerd's configuration.
append() {
  in_node cat /etc/containerd/config.toml >"$T/config.toml"
  { cat "$T/config.toml" && printf '%s\n' "$@"; } | node_file /etc/containerd/config.toml
}
# static NAME: the manifest of a static pod; it shows as NAME-node.
static() {
  pod_spec "$1" "$NO_CLASS | del(.spec.nodeName)" "[\"/call\", \"$PROBE\"]" | node_file "/etc/kubernetes/manifests/$1.json"
}
static_gone() { in_node rm -f "/etc/kubernetes/manifests/$1.json"; wait_for 60 gone_pod "$1-node"; }
gone_pod() { ! kc get pod "$1"; }
# rules_known: the API server refuses by both rules of admission.yaml; nothing is created.
rules_known() {
  pod_spec asked "$NO_CLASS" | kc create --dry-run=server -f - 2>&1 | grep -q 'runtimeClassName must be one of' &&
    k8s_class_spec runclamp-asked runc | kc create --dry-run=server -f - 2>&1 | grep -q 'must have the handler'
}

@test "a pod without a RuntimeClass, and a static pod, are started by the default handler" {
  pod plain "$NO_CLASS" "[\"/call\", \"$PROBE\"]"
  answers plain ok
  [ -z "$(decision_of plain)" ]
  static outside
  wait_for 60 phase outside-node Succeeded
  answers outside-node ok
  static_gone outside
  says kubernetes-default open kubernetes-static open kubernetes-handlers open containerd-runc open kubernetes-ephemeral closed
}

@test "the admission rule asks for a RuntimeClass of runclamp" {
  kc create namespace elsewhere
  kc apply -f "$REPO/config/kubernetes/admission.yaml"
  # The API server takes a moment to know its own rules.
  wait_for 60 rules_known
  run pod none "$NO_CLASS"
  echo "$output"
  [[ $output == *"runtimeClassName must be one of runclamp, "*": the pod has none"* ]]
  k8s_class other runc
  run pod other '.spec.runtimeClassName = "other"'
  [[ $output == *": it is other"* ]]
  run pod away "$NO_CLASS | .metadata.namespace = \"elsewhere\""
  [[ $output == *"the pod has none"* ]]
  # Anybody can write the annotation of a mirror pod; it exempts nobody but nodes.
  run k8s_as user create -f - <<<"$(pod_spec mirror "$NO_CLASS | .metadata.annotations[\"kubernetes.io/config.mirror\"] = \"x\"")"
  [ "$status" -ne 0 ]
  pod named "$RUNTIME_DEFAULT" "[\"/call\", \"$PROBE\"]"
  answers named -1
  [ -n "$(decision_of named)" ]
}

@test "the admission rule: a class by runclamp's name has runclamp's handler" {
  run k8s_class runclamp-runsc runc
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"must have the handler of that very name"* ]]
  # One that is there can't be turned, nor a pod that is there.
  run kc patch runtimeclass runclamp -p '{"handler": "runc"}'
  [ "$status" -ne 0 ]
  pod there
  run kc patch pod there -p '{"spec": {"runtimeClassName": "other"}}'
  [ "$status" -ne 0 ]
  run kc patch pod there -p '{"spec": {"runtimeClassName": null}}'
  [ "$status" -ne 0 ]
}

@test "the admission rule's exceptions: two namespaces, whose label nobody else can wear" {
  kc create namespace runclamp
  for name in kube-system runclamp; do pod_spec exempt "$NO_CLASS" | k8s_as user -n "$name" create --dry-run=server -f -; done
  k8s_as user label namespace elsewhere kubernetes.io/metadata.name=kube-system --overwrite || true
  [ "$(kc get namespace elsewhere -o jsonpath='{.metadata.labels.kubernetes\.io/metadata\.name}')" = elsewhere ]
  run pod away "$NO_CLASS | .metadata.namespace = \"elsewhere\""
  [[ $output == *"the pod has none"* ]]
}

@test "the admission rule does not see static pods, and hides none" {
  static beside
  wait_for 60 phase beside-node Succeeded
  answers beside-node ok
  static_gone beside
  says kubernetes-static open
}

@test "the handler runc leads to runclamp: static pods and pods without a class go through" {
  kc delete -f "$REPO/config/kubernetes/admission.yaml"
  in_node cp /etc/containerd/config.toml /etc/containerd/before.toml
  append "[plugins.\"$(cri_plugin)\".containerd.runtimes.runc.options]" '  BinaryName = "/usr/local/bin/runclamp"'
  # containerd 1 takes the whole section from the drop-in, which install writes anew from config.toml.
  in_node clampctl install containerd
  k8s_containerd_restart
  says kubernetes-default closed kubernetes-static closed kubernetes-handlers closed containerd-runc closed containerd-default closed
  wait_for 60 pod inside "$NO_CLASS" "[\"/call\", \"$PROBE\"]"
  answers inside -1
  [ "$(decision_of inside | jq -r .handler)" = runclamp ]
  static within
  wait_for 60 phase within-node Succeeded
  answers within-node -1
  static_gone within
}

@test "another default handler: the handler runc stays open for a class that names it" {
  in_node cp /etc/containerd/before.toml /etc/containerd/config.toml
  in_node clampctl install containerd --set-default
  k8s_containerd_restart
  says kubernetes-default closed kubernetes-static closed containerd-default closed containerd-runc open kubernetes-handlers open
  wait_for 60 pod default "$NO_CLASS" "[\"/call\", \"$PROBE\"]"
  answers default -1
  pod classed ".spec.runtimeClassName = \"other\" | $RUNTIME_DEFAULT" "[\"/call\", \"$PROBE\"]"
  answers classed ok
}
