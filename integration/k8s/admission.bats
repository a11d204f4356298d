#!/usr/bin/env bats
# Who can go round runclamp in Kubernetes, tried: pods without its class, static pods, the default handler; and what closes it.

load ../lib/common
load ../lib/engine
load ../lib/k8s
load ../lib/pods

POLICY=$BATS_TEST_DIRNAME/../../config/kubernetes/admission.yaml
NOBODY='.spec |= del(.runtimeClassName)'

setup_file() {
  k8s_setup "$(k8s_handlers_toml)"
  k8s_handlers
  k8s_class_of_runc
}
teardown() {
  in_node sh -c 'rm -f /etc/kubernetes/manifests/*'
  pods_delete
}
teardown_file() { k8s_clean; }

# A class that leads to containerd's own runc.
k8s_class_of_runc() { kc create -f - <<<'{"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "bare"}, "handler": "runc"}'; }

# A static pod; its mirror in the API is called NAME-node.
static_pod() { pod_spec "$@" | jq 'del(.spec.nodeName)' | node_file "/etc/kubernetes/manifests/$1.json"; }

# dry POD-ARGS...: what the API server says to a pod; it is not made.
dry() { pod_spec "$@" | k8s_as "${AS:-user}" -n "${IN:-default}" create --dry-run=server -f -; }
# way ID: what `clampctl check --node` says of it.
way() { { in_node clampctl check --node --json || true; } | jq -r --arg id "$1" '.ways[] | select(.id == $id).state'; }
policy_in_force() { ! dry probe "$NOBODY" >/dev/null 2>&1; }

@test "without a rule, a pod that names no class is never seen by runclamp" {
  pod free "$NOBODY"
  wait_for 60 ready free
  [ "$(seccomp_of "$(container_id free)")" = 0 ]
  [ -z "$(decision_of free)" ]
  [ "$(way containerd-default)" = open ]
  [ "$(way kubernetes-static)" = open ]
  [ "$(way containerd-runc)" = open ]
}

@test "the rule: a pod needs one of the classes" {
  kc apply --validate=strict -f "$POLICY"
  wait_for 60 policy_in_force
  run dry none "$NOBODY"
  echo "$output"
  [ "$status" != 0 ]
  [[ $output == *'runtimeClassName must be one of runclamp, runclamp-strict, runclamp-permissive, runclamp-runsc: the pod has none'* ]]
  run dry other '.spec.runtimeClassName = "bare"'
  echo "$output"
  [ "$status" != 0 ]
  [[ $output == *'it is bare'* ]]
  for class in runclamp runclamp-strict runclamp-permissive; do dry good ".spec.runtimeClassName = \"$class\""; done
  # Administrators are no exception.
  AS="admin" run dry none "$NOBODY"
  [ "$status" != 0 ]
}

@test "the rule: what a user writes into a pod or a namespace makes no exception" {
  run dry mirror "$NOBODY | .metadata.annotations = {\"kubernetes.io/config.mirror\": \"x\"}"
  echo "$output"
  [ "$status" != 0 ]
  k8s_as user create namespace mine
  k8s_as user label namespace mine kubernetes.io/metadata.name=kube-system --overwrite || true
  [ "$(kc get namespace mine -o jsonpath='{.metadata.labels.kubernetes\.io/metadata\.name}')" = mine ]
  IN=mine run dry none "$NOBODY"
  [ "$status" != 0 ]
  # Nor does an update: the field of a pod that is there can't be changed.
  pod there
  run kc patch pod there -p '{"spec": {"runtimeClassName": null}}'
  [ "$status" != 0 ]
  run kc patch pod there -p '{"spec": {"runtimeClassName": "bare"}}'
  [ "$status" != 0 ]
}

@test "the rule: a class in runclamp's clothes can't be made, nor an existing one turned" {
  run kc create -f - <<<'{"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "runclamp-crun"}, "handler": "runc"}'
  echo "$output"
  [ "$status" != 0 ]
  [[ $output == *'must have the handler of that very name'* ]]
  run kc patch runtimeclass runclamp -p '{"handler": "runc"}'
  [ "$status" != 0 ]
  runtime_class runclamp-other
}

@test "the rule: its exceptions are kube-system and runclamp's own namespace" {
  kc create namespace runclamp
  IN=kube-system dry none "$NOBODY"
  IN=runclamp dry none "$NOBODY"
}

@test "a static pod goes round the rule" {
  static_pod static "$NOBODY"
  wait_for 60 ready static-node
  [ "$(seccomp_of "$(container_id static-node)")" = 0 ]
  [ -z "$(decision_of static-node)" ]
}

@test "cure: a default handler that is runclamp has static pods too" {
  in_node clampctl install containerd --handler runclamp --set-default
  k8s_containerd_restart
  static_pod caught "$NOBODY"
  wait_for 60 ready caught-node
  [ "$(seccomp_of "$(container_id caught-node)")" = 2 ]
  [ "$(decision_of caught-node | jq -r .handler)" = runclamp ]
  [ "$(way containerd-default)" = closed ]
  [ "$(way kubernetes-static)" = closed ]
  # But whoever may use the class "bare" still reaches runc.
  static_pod bare '.spec.runtimeClassName = "bare"'
  wait_for 60 ready bare-node
  [ "$(seccomp_of "$(container_id bare-node)")" = 0 ]
  [ "$(way containerd-runc)" = open ]
}

@test "cure: a handler named runc that is runclamp leaves no handler that goes round" {
  in_node clampctl uninstall containerd --handler runclamp --force
  in_node sh -c 'rm -rf /etc/containerd/conf.d'
  engine_config '.handlers["runclamp-strict"] = (.handlers.runclamp | .level = "strict")
    | .handlers["runclamp-permissive"] = (.handlers.runclamp | .level = "permissive")'
  in_node sh -c 'cat >>/etc/containerd/config.toml' <<'TOML'
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    BinaryName = "/usr/local/bin/runclamp"
TOML
  k8s_containerd_restart
  static_pod named "$NOBODY"
  static_pod classed '.spec.runtimeClassName = "bare"'
  for name in named classed; do
    wait_for 60 ready "$name-node"
    [ "$(seccomp_of "$(container_id "$name-node")")" = 2 ]
    [ "$(decision_of "$name-node" | jq -r .verdict)" = allow ]
  done
  [ "$(way containerd-runc)" = closed ]
  [ "$(way kubernetes-static)" = closed ]
}
