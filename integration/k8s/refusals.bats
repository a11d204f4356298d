#!/usr/bin/env bats
# What is refused in a pod, and what its user reads: in `kubectl describe pod`, in the pod's status, from `kubectl exec`.

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

REFUSED='failed to create shim task: OCI runtime create failed:'

# describes POD TEXT: TEXT is in what `kubectl describe pod` prints.
describes() { kc describe pod "$1" | grep -F -- "$2"; }

@test "a refused container: the sentence is in describe, in an event and in the status" {
  pod asks '.metadata.annotations = {"io.runclamp.syscalls": "read write mount"}'
  wait_for 60 describes asks "$REFUSED the image needs mount"
  sentence=$(decisions 'select(.verdict == "refuse") | .sentence' | tail -n 1 | jq -r .)
  describes asks "$REFUSED $sentence"
  wait_for 60 phase asks Failed
  status_of asks c
  [ "$(status_of asks c | jq -r .state.terminated.reason)" = StartError ]
  [ "$(status_of asks c | jq -r .state.terminated.exitCode)" = 128 ]
  status_of asks c | jq -r .state.terminated.message | grep -F -- "$sentence"
}

@test "one refused container leaves its neighbour alone" {
  pod half '.metadata.annotations = {"io.runclamp.syscalls/bad": "mount"}
    | .spec.containers = [.spec.containers[0] | (.name = "good"), (.name = "bad")]'
  wait_for 60 describes half "$REFUSED the image needs mount"
  wait_for 60 container_ready half good
  [ "$(seccomp_of "$(container_id half good)")" = 2 ]
}

# A sandbox has the pod's annotations: what is wrong with one of them stops the pod before its first container.
@test "a refused sandbox: an unknown key, and an event that names the nearest one" {
  pod typo '.metadata.annotations = {"io.runclamp.syscall": "read"}'
  wait_for 60 describes typo 'OCI runtime create failed: unknown annotation "io.runclamp.syscall"; did you mean "io.runclamp.syscalls"?'
  describes typo FailedCreatePodSandBox
  [ "$(status_of typo c | jq -r .state.waiting.reason)" = ContainerCreating ]
}

@test "a broken configuration: pods wait, and start once it is mended" {
  in_node sh -c 'mv /etc/runclamp/config.json /etc/runclamp/was && echo "{" >/etc/runclamp/config.json'
  pod waits
  wait_for 60 describes waits FailedCreatePodSandBox
  kc describe pod waits | tail -n 4
  describes waits /etc/runclamp/config.json
  [ "$(status_of waits c | jq -r .state.waiting.reason)" = ContainerCreating ]
  # Nothing has to be done about the pod: the kubelet tries again.
  in_node mv /etc/runclamp/was /etc/runclamp/config.json
  wait_for 90 ready waits
}

@test "a refused container that is started again does not flood the log" {
  before=$(decisions .id | wc -l)
  pod again '.spec.restartPolicy = "Always" | .metadata.annotations = {"io.runclamp.syscalls": "mount"}'
  wait_for 60 waiting again CrashLoopBackOff
  sleep 20
  kc get pod again
  refused=$(decisions 'select(.verdict == "refuse") | .id' | wc -l)
  all=$(($(decisions .id | wc -l) - before))
  restarts=$(status_of again c | jq .restartCount)
  echo "$refused refusals, $all lines, $restarts restarts"
  # The sandbox's line, and one for each start: backing off doubles from ten seconds on.
  [ "$all" = $((restarts + 2)) ]
  [ "$restarts" -le 3 ]
}

@test "strict: nothing declared is refused, a small declaration starts" {
  pod silent '.spec.runtimeClassName = "runclamp-strict"'
  wait_for 60 describes silent "$REFUSED the container declares no needs"
  kc describe pod silent | tail -n 3
  pod modest '.spec.runtimeClassName = "runclamp-strict" | .metadata.annotations = {"io.runclamp.syscalls": "write exit_group getuid"}' \
    '["/call", "getuid", "geteuid"]'
  wait_for 60 phase modest Succeeded
  [ "$(kc logs modest)" = $'getuid ok\ngeteuid -1' ]
}

@test "strict: a privileged pod is closed like any other" {
  pod mighty '.spec.runtimeClassName = "runclamp-strict" | .spec.containers[0].securityContext = {privileged: true}
    | .metadata.annotations = {"io.runclamp.syscalls": "write exit_group getuid"}' '["/call", "getuid", "geteuid", "mount:0,0,0,0,0"]'
  wait_for 60 phase mighty Succeeded
  [ "$(kc logs mighty)" = $'getuid ok\ngeteuid -1\nmount:0,0,0,0,0 -1' ]
  pod mute '.spec.runtimeClassName = "runclamp-strict" | .spec.containers[0].securityContext = {privileged: true}'
  wait_for 60 describes mute "$REFUSED the container declares no needs"
}

@test "permissive: what is outside the ceiling is left out" {
  pod lenient '.spec.runtimeClassName = "runclamp-permissive" | .metadata.annotations = {"io.runclamp.syscalls": "write exit_group getuid unshare"}' \
    '["/call", "getuid", "unshare:0"]'
  wait_for 60 phase lenient Succeeded
  [ "$(kc logs lenient)" = $'getuid ok\nunshare:0 -1' ]
}

@test "exec: a process that the closure denies everything has its status told" {
  pod shut '.metadata.annotations = {"io.runclamp.syscalls": $needs}' '["/bin/sleep", "1000"]' --arg needs "$BUSYBOX_NEEDS"
  wait_for 60 ready shut
  run kc exec shut -- /call ptrace:0
  [ "$output" = "ptrace:0 -1" ]
  # Broken configuration: what is running goes on, can be entered as it was created, and ends.
  in_node sh -c 'mv /etc/runclamp/config.json /etc/runclamp/was && echo "{" >/etc/runclamp/config.json'
  run kc exec shut -- /call getuid
  in_node mv /etc/runclamp/was /etc/runclamp/config.json
  [ "$output" = "getuid ok" ]
}

@test "a RuntimeClass that nobody created, and one whose handler the node lacks" {
  run pod nowhere '.spec.runtimeClassName = "runclamp-none"'
  [ "$status" != 0 ]
  [[ $output == *'RuntimeClass "runclamp-none" not found'* ]]
  k8s_class runclamp-absent runclamp-absent
  pod absent '.spec.runtimeClassName = "runclamp-absent"'
  wait_for 60 describes absent 'no runtime for "runclamp-absent" is configured'
}

@test "after refusals nothing is left behind" {
  pods_delete
  wait_for 150 no_containers
  leftovers
  [ -z "$(leftovers)" ]
}
