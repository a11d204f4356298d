#!/usr/bin/env bats
# docs/kubernetes.md from an empty node: its commands, in their order, as they stand there; with the scheduler and the
# controllers that make a DaemonSet's pods. The tests build on each other.

load ../lib/common
load ../lib/engine
load ../lib/containerd
load ../lib/k8s
load ../lib/pods

setup_file() {
  k8s_need
  k8s_setup
  k8s_controllers
  k8s_forget
  k8s_installer_image
  k8s_image docker.io/library/busybox:1 "$T/image"
  # The lines of the blocks that begin with kubectl, each with the heading that it stands below.
  awk '/^## / { part = substr($0, 4) } /^```/ { inside = !inside; first = 1; next }
    inside && first { wanted = /^kubectl /; first = 0 } inside && wanted { print part "\t" $0 }' "$REPO/docs/kubernetes.md" >"$T/guide"
}
teardown_file() { k8s_clean; }

# by_guide PART: runs its commands, showing each; the first that fails ends it.
by_guide() {
  local line
  grep -q "^$1"$'\t' "$T/guide"
  while IFS= read -r line; do
    [[ $line != *daemonset/runclamp-ready\ --timeout* ]] || k8s_containerd_restart
    echo "\$ $line"
    in_node env HOME=/tmp KUBECONFIG=/etc/kubernetes/admin.conf PATH="$K8S_BIN:/usr/bin:/bin" \
      timeout -k 5 300 sh -c 'cd "$0" && eval "$1"' "$REPO" "$line" </dev/null || { echo "that ended with $?"; return 1; }
  done < <(awk -F '\t' -v part="$1" '$1 == part { print $2 }' "$T/guide")
}

@test "the guide: install, restart, try the examples" {
  run by_guide Install
  echo "$output"
  [ "$status" = 0 ]
  [[ $output == *'has the handler runclamp-strict'* ]]
  [[ $output == *$'Seccomp:\t2'* ]]
}

@test "a Deployment's pods, restarted by it, are closed each time" {
  kc create -f - <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {io.runclamp.syscalls: "$(tr -s '\n ' ' ' <<<"$BUSYBOX_NEEDS")"}}
    spec:
      runtimeClassName: runclamp
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 0
      containers: [{name: c, image: "busybox:1", imagePullPolicy: Never, command: [/bin/sleep, "1000"]}]
YAML
  kc rollout status deployment/web --timeout=120s
  kc rollout restart deployment/web
  kc rollout status deployment/web --timeout=120s
  for pod in $(kc get pods -l app=web -o name); do
    [ "$(kc exec "$pod" -- grep Seccomp: /proc/self/status)" = $'Seccomp:\t2' ]
  done
  kc delete deployment web
}

@test "the guide: the admission rule, which the API server's type check finds nothing wrong with" {
  run by_guide 'Who can go round'
  echo "$output"
  [ "$status" = 0 ]
  kc apply -f "$REPO/config/kubernetes/admission.yaml"
  for name in runclamp-runtimeclass runclamp-runtimeclass-handler; do
    wait_for 60 type_checked "$name"
    [ "$(kc get validatingadmissionpolicy "$name" -o jsonpath='{.status.typeChecking.expressionWarnings}')" = "" ]
  done
  kc delete -f "$REPO/config/kubernetes/admission.yaml"
}
type_checked() { kc get validatingadmissionpolicy "$1" -o json | jq '.status | has("typeChecking")' | grep -q true; }

@test "the guide: uninstall" {
  run by_guide Uninstall
  echo "$output"
  [ "$status" = 0 ]
  [ -z "$(in_node find /opt/runclamp /etc/runclamp /etc/containerd/conf.d -type f)" ]
}
