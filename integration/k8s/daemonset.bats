#!/usr/bin/env bats
# config/kubernetes on a node that knows nothing of runclamp: what the API server takes, the DaemonSet's pods as real pods
# (the test has no controller that would make them), the examples of each level, uninstall. The tests build on each other.

load ../lib/common
load ../lib/engine
load ../lib/containerd
load ../lib/k8s
load ../lib/pods

FILES=$BATS_TEST_DIRNAME/../../config/kubernetes

setup_file() {
  k8s_need
  k8s_setup
  k8s_forget
  k8s_installer_image
  k8s_image docker.io/library/busybox:1 "$T/image"
}
teardown_file() { k8s_clean; }

# of_daemonset NAME POD [JQ-FILTER]: the pod that the DaemonSet's controller would make.
of_daemonset() {
  kc -n runclamp get daemonset "$1" -o json | jq --arg name "$2" '{apiVersion: "v1", kind: "Pod",
    metadata: {name: $name, namespace: "runclamp", labels: .spec.template.metadata.labels},
    spec: (.spec.template.spec + {nodeName: "node"})} | '"${3:-.}" | kc create -f -
}
in_runclamp() { [ "$(kc -n runclamp get pod "$1" -o jsonpath="$2")" = "$3" ]; }
away() { kc -n runclamp delete pod "$1" --force --grace-period=0 >/dev/null 2>&1; }
describes_there() { kc -n runclamp describe pod "$1" | grep -F -- "$2"; }

@test "the API server takes every file, without a word about a field" {
  run kc apply --dry-run=server --validate=strict -f "$FILES/daemonset.yaml" -f "$FILES/runtimeclass.yaml" -f "$FILES/admission.yaml"
  echo "$output"
  # The namespace is not there yet in a dry run.
  [ "$(grep -c 'namespaces "runclamp" not found' <<<"$output")" = 4 ]
  [ "$(grep -vc -e created -e 'namespaces "runclamp" not found' <<<"$output")" = 0 ]
  run kc apply --validate=strict -k "$FILES"
  echo "$output"
  [ "$status" = 0 ]
  [ "$(grep -c created <<<"$output")" = 8 ]
  [ "$(grep -ci warn <<<"$output")" = 0 ]
  run kc apply --dry-run=server --validate=strict -f "$FILES/examples"
  echo "$output"
  [ "$(grep -c created <<<"$output")" = 4 ]
}

@test "where config.toml imports nothing, the installer says which line is missing" {
  in_node sed -i '/^imports/d' /etc/containerd/config.toml
  of_daemonset runclamp no-import '.spec.restartPolicy = "Never"'
  wait_for 60 in_runclamp no-import '{.status.phase}' Failed
  run kc -n runclamp logs no-import -c install
  echo "$output"
  [[ $output == *'imports = ["/etc/containerd/conf.d/*.toml"]'* ]]
  away no-import
  in_node sed -i '2i imports = ["/etc/containerd/conf.d/*.toml"]' /etc/containerd/config.toml
}

@test "a ConfigMap with a fault does not reach the node" {
  config=$(kc -n runclamp get configmap runclamp -o json)
  jq '.data["config.json"] |= sub("strict"; "strickt"; "g")' <<<"$config" | kc replace -f -
  before=$(in_node sh -c 'cat /etc/runclamp/config.json | sha256sum')
  of_daemonset runclamp typo '.spec.restartPolicy = "Never"'
  wait_for 60 in_runclamp typo '{.status.phase}' Failed
  run kc -n runclamp logs typo -c install
  echo "$output"
  [[ $output == *strickt*"the node stays as it is"* ]]
  [ "$(in_node sh -c 'cat /etc/runclamp/config.json | sha256sum')" = "$before" ]
  away typo
  jq 'del(.metadata.resourceVersion)' <<<"$config" | kc replace -f -
}

@test "the DaemonSet's pod installs, with its least privileges" {
  of_daemonset runclamp installer
  wait_for 60 in_runclamp installer '{.status.phase}' Running
  kc -n runclamp logs installer -c install
  in_node test -x /opt/runclamp/bin/runclamp-strict
  in_node grep -q 'runtimes."runclamp-permissive"' /etc/containerd/conf.d/runclamp.toml
  in_node /opt/runclamp/bin/clampctl --help >/dev/null
  [ "$(in_node stat -c %a /var/log/runclamp)" = 750 ]
  # The same container asked for its own state.
  of_daemonset runclamp state '.spec.initContainers[0].command = ["/bin/cat", "/proc/self/status"]'
  wait_for 60 in_runclamp state '{.status.phase}' Running
  run kc -n runclamp logs state -c install
  grep -E '^(Cap|NoNew|Seccomp:)' <<<"$output"
  [ "$(grep -cE '^(CapEff|CapPrm|CapBnd):.*0000000000040000$' <<<"$output")" = 3 ]
  [ "$(grep -cE '^(NoNewPrivs:.*1|Seccomp:.*2)$' <<<"$output")" = 2 ]
  away state
}

@test "until containerd is restarted pods of the class wait, and so does runclamp-ready" {
  of_daemonset runclamp-ready ready
  wait_for 60 describes_there ready 'no runtime for "runclamp" is configured'
  k8s_containerd_restart
  wait_for 90 in_runclamp ready '{.status.phase}' Running
  [ "$(kc -n runclamp exec ready -- /bin/cat /proc/1/status | grep Seccomp:)" = $'Seccomp:\t2' ]
  decisions 'select(.handler == "runclamp")' | tail -n 1
}

@test "an example of each level runs on the node" {
  for name in strict standard permissive; do
    kc create --dry-run=client -o json -f "$FILES/examples/$name.yaml" | jq '.spec.nodeName = "node"' | kc create -f -
  done
  for name in strict standard permissive; do wait_for 60 ready "$name"; done
  for id in "$(container_id strict sleep)" "$(container_id standard worker)" "$(container_id standard side)" "$(container_id permissive sleep)"; do
    [ "$(seccomp_of "$id")" = 2 ]
    decisions "select(.id == \"$id\") | [.handler, .verdict, .ceiling, .counts.needs]"
  done
  [ "$(decision_of strict sleep | jq -r .ceiling)" = strict-137 ]
  [ "$(decision_of permissive sleep | jq -r '.outside_ceiling.names[]')" = unshare ]
}

@test "installing again changes nothing" {
  before=$(in_node sh -c 'cat /etc/containerd/conf.d/* /etc/runclamp/config.json | sha256sum; stat -c %Y.%i /opt/runclamp/bin/runclamp')
  of_daemonset runclamp again
  wait_for 60 in_runclamp again '{.status.phase}' Running
  kc -n runclamp logs again -c install
  [ "$(kc -n runclamp logs again -c install | grep -c 'nothing to change')" = 3 ]
  [ "$(kc -n runclamp logs again -c install | grep -c wrote)" = 0 ]
  [ "$(in_node sh -c 'cat /etc/containerd/conf.d/* /etc/runclamp/config.json | sha256sum; stat -c %Y.%i /opt/runclamp/bin/runclamp')" = "$before" ]
  away again
}

@test "Pod Security: the installer's volumes need a privileged namespace, the class's pods none" {
  kc create namespace tenant
  kc label namespace tenant pod-security.kubernetes.io/enforce=restricted
  run pod_in_tenant_refused
  echo "$output"
  [[ $output == *'violates PodSecurity "restricted:latest"'*hostPath* ]]
  kc -n tenant create -f "$FILES/examples/strict.yaml"
}
pod_in_tenant_refused() {
  kc -n runclamp get daemonset runclamp -o json | jq '{apiVersion: "v1", kind: "Pod", metadata: {name: "installer", namespace: "tenant"},
    spec: (.spec.template.spec | .serviceAccountName = "default")}' | kc -n tenant create -f -
}

@test "uninstall refuses while there are containers of its handlers" {
  kc -n runclamp set env daemonset/runclamp ACTION=uninstall
  of_daemonset runclamp refused '.spec.restartPolicy = "Never"'
  wait_for 60 in_runclamp refused '{.status.phase}' Failed
  kc -n runclamp logs refused -c install
  kc -n runclamp logs refused -c install | grep 'can be stopped and deleted only through it'
  in_node test -x /opt/runclamp/bin/runclamp
  away refused
}

@test "uninstall: the node is as it was, but for the log" {
  kc delete pods --all -A --force --grace-period=0
  wait_for 150 no_containers
  leftovers
  [ -z "$(leftovers)" ]
  of_daemonset runclamp uninstaller
  wait_for 60 in_runclamp uninstaller '{.status.phase}' Running
  kc -n runclamp logs uninstaller -c install
  in_node find /opt/runclamp /etc/runclamp /etc/containerd/conf.d /var/lib/runclamp
  [ -z "$(in_node find /opt/runclamp /etc/runclamp /etc/containerd/conf.d /var/lib/runclamp -type f)" ]
  in_node test -s /var/log/runclamp/decisions.jsonl
  k8s_containerd_restart
  pod after
  wait_for 60 in_default after 'no runtime for "runclamp" is configured'
}
in_default() { kc describe pod "$1" | grep -F -- "$2"; }
