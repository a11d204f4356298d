#!/usr/bin/env bats
# Pods under a RuntimeClass of runclamp, on a real kubelet: what each container gets, and what its user sees.

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

PAUSE='["built in: the pod'"'"'s pause container"]'

@test "a container gets its closure, and one decision line" {
  pod closed '.metadata.annotations = {"io.runclamp.syscalls": "write exit_group getuid"}' '["/call", "getuid", "geteuid"]'
  wait_for 60 phase closed Succeeded
  [ "$(kc logs closed)" = $'getuid ok\ngeteuid -1' ]
  line=$(decision_of closed)
  echo "$line"
  [ "$(jq -r .verdict <<<"$line")" = allow ]
  [ "$(jq -r .handler <<<"$line")" = runclamp ]
  [ "$(jq -r .image <<<"$line")" = localhost/call:1 ]
  [ "$(jq .counts.needs <<<"$line")" = 3 ]
}

@test "the pause container is filtered, and has a decision of its own" {
  pod paused
  wait_for 60 ready paused
  sandbox=$(sandbox_id paused)
  [ "$(seccomp_of "$sandbox")" = 2 ]
  line=$(decisions "select(.id == \"$sandbox\")")
  echo "$line"
  [ "$(jq -r .verdict <<<"$line")" = allow ]
  [ "$(jq -c .sources <<<"$line")" = "$PAUSE" ]
}

@test "per-container keys reach only their container" {
  pod two '.metadata.annotations = {"io.runclamp.syscalls/a": "write exit_group getuid", "io.runclamp.syscalls/b": "write exit_group geteuid"}
    | .spec.containers = [.spec.containers[0] | (.name = "a"), (.name = "b")]' '["/call", "getuid", "geteuid"]'
  wait_for 60 phase two Succeeded
  [ "$(kc logs two -c a)" = $'getuid ok\ngeteuid -1' ]
  [ "$(kc logs two -c b)" = $'getuid -1\ngeteuid ok' ]
}

@test "a key for one container leaves the other to the plain key" {
  pod mixed '.metadata.annotations = {"io.runclamp.syscalls": "write exit_group geteuid", "io.runclamp.syscalls/a": "write exit_group getuid"}
    | .spec.containers = [.spec.containers[0] | (.name = "a"), (.name = "b")]' '["/call", "getuid", "geteuid"]'
  wait_for 60 phase mixed Succeeded
  [ "$(kc logs mixed -c a)" = $'getuid ok\ngeteuid -1' ]
  [ "$(kc logs mixed -c b)" = $'getuid -1\ngeteuid ok' ]
}

@test "an init container and an ephemeral container are closed as well" {
  pod staged '.metadata.annotations = {"io.runclamp.syscalls/first": "write exit_group getuid"}
    | .spec.initContainers = [.spec.containers[0] | .name = "first" | .command = ["/call", "getuid", "geteuid"]]'
  wait_for 60 ready staged
  [ "$(kc logs staged -c first)" = $'getuid ok\ngeteuid -1' ]
  # An ephemeral container's name is its user's choice, and a pod's annotations may be changed later: neither widens.
  kc debug staged --image=localhost/call:1 --image-pull-policy=Never --container=late --quiet -- /call getuid unshare:0
  wait_for 60 terminated staged late
  kc logs staged -c late
  [ "$(kc logs staged -c late)" = $'getuid ok\nunshare:0 -1' ]
  [ "$(decision_of staged late | jq -r .verdict)" = allow ]
}

@test "RuntimeDefault: the closure lies within the engine's profile" {
  pod default '.spec.containers[0].securityContext = {allowPrivilegeEscalation: false, capabilities: {drop: ["ALL"]},
    seccompProfile: {type: "RuntimeDefault"}} | .metadata.annotations = {"io.runclamp.syscalls": "write exit_group getuid"}' \
    '["/call", "getuid", "geteuid"]'
  wait_for 60 phase default Succeeded
  [ "$(kc logs default)" = $'getuid ok\ngeteuid -1' ]
}

@test "image labels are needs" {
  k8s_image localhost/labelled:1 "$T/image" "io.runclamp.syscalls=write exit_group getuid"
  labels_wired || skip "labels through containerd: not in this build"
  pod labelled '.spec.containers[0].image = "localhost/labelled:1"' '["/call", "getuid", "geteuid"]'
  wait_for 60 phase labelled Succeeded
  [ "$(kc logs labelled)" = $'getuid ok\ngeteuid -1' ]
  # The pod's own word narrows further and cannot widen.
  pod wider '.spec.containers[0].image = "localhost/labelled:1"
    | .metadata.annotations = {"io.runclamp.syscalls": "write exit_group geteuid getuid"}' '["/call", "getuid", "geteuid"]'
  wait_for 60 phase wider Succeeded
  [ "$(kc logs wider)" = $'getuid ok\ngeteuid -1' ]
}

@test "exec, probes and postStart run under the closure" {
  pod probed '.metadata.annotations = {"io.runclamp.syscalls": $needs}
    | .spec.containers[0] += {livenessProbe: {exec: {command: ["/bin/true"]}, periodSeconds: 1},
        readinessProbe: {exec: {command: ["/bin/cat", "/etc/passwd"]}, periodSeconds: 1},
        lifecycle: {postStart: {exec: {command: ["/bin/sh", "-c", "grep Seccomp: /proc/self/status >/tmp/post"]}}}}' \
    '["/bin/sleep", "1000"]' --arg needs "$BUSYBOX_NEEDS"
  wait_for 60 ready probed
  [ "$(kc exec probed -- cat /tmp/post)" = $'Seccomp:\t2' ]
  [ "$(kc exec probed -- /call getuid unshare:0)" = $'getuid ok\nunshare:0 -1' ]
  run kc exec probed -- sh -c 'exit 7'
  [ "$status" = 7 ]
  sleep 3
  [ "$(kc get pod probed -o jsonpath='{.status.containerStatuses[0].restartCount}')" = 0 ]
}

# A probe is a process of the container: a closure that is too small for the probe makes it fail.
@test "a probe whose command the closure denies fails like any probe" {
  pod unready '.metadata.annotations = {"io.runclamp.syscalls": ($needs | sub("kill "; ""))}
    | .spec.containers[0].readinessProbe = {exec: {command: ["/bin/kill", "-0", "1"]}, periodSeconds: 1}' '["/bin/sleep", "1000"]' \
    --arg needs "$BUSYBOX_NEEDS"
  wait_for 60 event unready Unhealthy
  kc describe pod unready | grep "can't kill pid 1: Operation not permitted"
  run ready unready
  [ "$status" != 0 ]
}

# Known, and in the guide: an exec that fails is no answer, so a liveness probe that can't be carried out restarts nothing.
@test "a probe that cannot be carried out leaves the pod Ready" {
  pod blind '.spec.containers[0].livenessProbe = {exec: {command: ["/bin/true"]}, periodSeconds: 1, failureThreshold: 1}'
  wait_for 60 ready blind
  in_node mv /usr/local/bin/runclamp /usr/local/bin/away
  sleep 5
  run kc exec blind -- true
  in_node mv /usr/local/bin/away /usr/local/bin/runclamp
  [ "$status" != 0 ]
  ready blind
  [ "$(status_of blind c | jq .restartCount)" = 0 ]
}

@test "containerd is restarted: running containers go on, and can be entered and ended" {
  pod stays
  wait_for 60 ready stays
  before=$(container_id stays)
  k8s_containerd_restart
  [ "$(kc exec stays -- /call getuid unshare:0)" = $'getuid ok\nunshare:0 -1' ]
  [ "$(container_id stays)" = "$before" ]
  [ "$(status_of stays c | jq .restartCount)" = 0 ]
}

@test "a privileged pod keeps the ceiling" {
  pod mighty '.spec.containers[0].securityContext = {privileged: true}' '["/call", "getuid", "unshare:0", "mount:0,0,0,0,0"]'
  wait_for 60 phase mighty Succeeded
  [ "$(kc logs mighty)" = $'getuid ok\nunshare:0 -1\nmount:0,0,0,0,0 -1' ]
}

@test "a host network pod, a host pid pod and a user's own seccomp profile are closed too" {
  pod hosted '.spec.hostNetwork = true | .spec.hostPID = true' '["/call", "getuid", "unshare:0"]'
  wait_for 60 phase hosted Succeeded
  [ "$(kc logs hosted)" = $'getuid ok\nunshare:0 -1' ]
  pod unconfined '.spec.securityContext = {seccompProfile: {type: "Unconfined"}}' '["/call", "getuid", "unshare:0"]'
  wait_for 60 phase unconfined Succeeded
  [ "$(kc logs unconfined)" = $'getuid ok\nunshare:0 -1' ]
}

@test "a pod annotation cannot exempt anything" {
  pod claims '.metadata.annotations = {"io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.cri.sandbox-id": "x",
    "io.kubernetes.cri-o.ContainerType": "sandbox", "dev.gvisor.internal.seccomp.c": "x", "run.oci.seccomp_bpf_data": "AAAA",
    "seccomp.security.alpha.kubernetes.io/pod": "unconfined"}' '["/call", "getuid", "unshare:0"]'
  wait_for 60 phase claims Succeeded
  [ "$(kc logs claims)" = $'getuid ok\nunshare:0 -1' ]
  [ "$(decision_of claims | jq -c .sources)" != "$PAUSE" ]
}

@test "nothing is left behind" {
  pod gone '.metadata.annotations = {"io.runclamp.syscalls": $needs}' '["/bin/sleep", "1000"]' --arg needs "$BUSYBOX_NEEDS"
  wait_for 60 ready gone
  pods_delete
  # The kubelet removes the sandboxes of pods that are gone once a minute.
  wait_for 150 no_containers
  leftovers
  [ -z "$(leftovers)" ]
}
