#!/usr/bin/env bats
# shellcheck disable=SC2034 # KIND: for sleeper
# What else root does with Podman: its options, its other ways to start a container, and what an operator may break meanwhile.
# Another Podman than the host's: ENGINE_ROOT (integration/matrix).

load ../lib/common
load ../lib/engine
load ../lib/podman

setup_file() { podman_setup v1; }
setup() {
  podman_handlers
  podman_config
}
teardown() { podman_empty in_node; }
teardown_file() { podman_clean; }

@test "pause, unpause, top, cp, logs, stats" {
  sleeper tools
  p pause tools
  [ "$(p inspect tools --format '{{.State.Status}}')" = paused ]
  p unpause tools
  p top tools
  echo inside | in_node sh -c 'cat >/tmp/f'
  p cp /tmp/f tools:/root/f
  [ "$(p exec tools cat /root/f)" = inside ]
  p stop -t 0 tools
  p --runtime "$(handler runc)" run --name talks --annotation "$NEEDS=$BUSYBOX" localhost/app:1 echo said
  [ "$(p logs talks)" = said ]
}

@test "update of a running container's limits" {
  [ "$PODMAN" -ge 403 ] || skip "podman update: needs Podman 4.3 or later"
  sleeper limits
  p update --memory 64m limits
  [ "$(in_node sh -c 'cat /sys/fs/cgroup/memory/libpod_parent/libpod-*/memory.limit_in_bytes')" = 67108864 ]
}

@test "a health check runs under the filter" {
  sleeper healthy --health-cmd '/call accept' --health-interval disable
  p healthcheck run healthy
  p inspect healthy --format '{{json .State}}' | grep -F 'accept -1'
}

@test "privileged and unconfined containers get the ceiling" {
  for option in --privileged --security-opt=seccomp=unconfined; do
    for kind in runc crun; do
      run run_in p "$kind" "$option" localhost/app:1 /call getuid kexec_load
      echo "$option $kind: $output"
      [ "$output" = $'getuid ok\nkexec_load -1' ]
    done
  done
  run run_in p runc --privileged --annotation "$NEEDS=$BUSYBOX" localhost/app:1 grep ^Seccomp: /proc/self/status
  [ "$output" = $'Seccomp:\t2' ]
}

@test "a custom profile is met with the closure" {
  jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["getuid"], action: "SCMP_ACT_ERRNO", errnoRet: 71}]}' |
    node_file /etc/custom.json
  run run_in p runc --security-opt seccomp=/etc/custom.json --annotation "$NEEDS=write exit_group getuid getgid" \
    localhost/app:1 /call getuid getgid geteuid
  echo "$output"
  [ "$output" = $'getuid -71\ngetgid ok\ngeteuid -1' ]
}

@test "a profile in the image, by Podman's own --seccomp-policy" {
  # An image's word in the engine's place can only narrow, too. As without runclamp, it has to name what crun itself calls.
  # shellcheck disable=SC2086 # a list
  profile=$(allow $FLOOR kexec_load getuid)
  # A label with its quotes goes through a Containerfile alone.
  jq -n --arg p "$profile" -r '"FROM localhost/app:1\nLABEL io.containers.seccomp.profile=\($p | @json)"' >"$T/Containerfile"
  p build -q --isolation chroot -t localhost/profile:1 -f "$T/Containerfile" "$T/rootfs" >/dev/null
  run run_in p crun --seccomp-policy=image --annotation "$NEEDS=write exit_group getuid" localhost/profile:1 /call getuid kexec_load getgid
  echo "$output"
  [ "$output" = $'getuid ok\nkexec_load -1\ngetgid -1' ] || [[ $status -eq 126 && $output == *kexec_load* ]]
}

@test "read-only, and a user namespace of its own" {
  run run_in p runc --read-only --annotation "$NEEDS=$BUSYBOX" localhost/app:1 sh -c 'echo >/x'
  [[ $output == *"Read-only file system"* ]]
  in_node sh -c 'grep -qs ^containers: /etc/subuid || { echo containers:1000000:1000000 >>/etc/subuid; echo containers:1000000:1000000 >>/etc/subgid; }'
  # Newer ones look the user up.
  in_node sh -c 'grep -q ^containers: /etc/passwd || echo containers:x:997:997::/:/bin/false >>/etc/passwd'
  for kind in runc crun; do
    run run_in p "$kind" --userns=auto --annotation "$NEEDS=$BUSYBOX" localhost/app:1 grep -E '^Seccomp:' /proc/self/status
    echo "$output"
    [ "$output" = $'Seccomp:\t2' ]
  done
}

@test "--cgroups=disabled and no-conmon: the handler of crun can what crun can, by name and by path" {
  in_node clampctl install podman --handler runclamp-crun
  for cgroups in disabled no-conmon; do
    for runtime in crun runclamp-crun "$(handler crun)"; do
      run p --runtime "$runtime" run --rm "--cgroups=$cgroups" localhost/app:1 /call getuid
      echo "$cgroups, $runtime: $output"
      [ "$status" -eq 0 ]
      [ "$output" = 'getuid ok' ]
    done
  done
  run p --runtime "$(handler runc)" run --rm --cgroups=disabled localhost/app:1 /call getuid
  echo "$output"
  [[ $output == *"not compatible with NoCgroups"* ]]
  in_node clampctl uninstall podman --handler runclamp-crun
}

@test "--init in front of an image that declares its calls, as root and as a user" {
  image p localhost/declared:1 "LABEL io.runclamp.syscalls=\"$BUSYBOX\""
  for kind in runc crun; do
    for options in '' --user=1000 --security-opt=no-new-privileges; do
      # shellcheck disable=SC2086 # words
      run run_in p "$kind" --init $options localhost/declared:1 \
        sh -c 'trap "echo handed on" USR1; cat /proc/1/cmdline; (sleep 0.1 &); sleep 0.3; kill -USR1 1; sleep 0.2; exit 3'
      echo "$kind $options $status: $output"
      [ "$status" -eq 3 ]
      [[ $output == *podman-init*"handed on" || $output == /dev/init*"handed on" ]]
      decided '.init == "catatonit" and (.init_only.names | index("signalfd4") != null)'
    done
    p --runtime "$(handler "$kind")" run -d --name inits --init localhost/declared:1 sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
    SECONDS=0
    p stop -t 30 inits
    [ "$SECONDS" -lt 20 ]
    [ "$(p inspect inits --format '{{.State.ExitCode}}')" = 9 ]
    p rm inits
  done
}

@test "a very long annotation, and a thousand labels" {
  labels=$(seq 1000 | sed 's/.*/--label=l&=value-of-label-&/')
  # shellcheck disable=SC2086 # a list
  run run_in p runc $labels --annotation "$NEEDS=$(printf '%0.s getuid' {1..8000}) write exit_group" localhost/app:1 /call getuid geteuid
  echo "${output:0:2000}"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
}

@test "names separated by commas are one annotation, or refuse" {
  # Podman 4.3 splits the value at its commas: "getuid" is then an annotation of its own.
  run run_in p runc --annotation "$NEEDS=write,exit_group,getuid" localhost/app:1 /call getuid geteuid
  echo "$output"
  if [ "$PODMAN" -gt 403 ]; then [ "$output" = $'getuid ok\ngeteuid -1' ]; else [[ $output != *"geteuid ok"* ]]; fi
}

@test "an unknown key of runclamp's refuses, with the nearest one" {
  run run_in p runc --annotation "io.runclamp.syscall=write" localhost/app:1 true
  refused io.runclamp.syscalls
}

@test "crun's raw filters are refused" {
  run run_in p crun --annotation run.oci.seccomp_bpf_data=AAAA localhost/app:1 true
  refused 'run.oci.seccomp_bpf_data'
}

@test "kube play: the pod's annotations reach its containers" {
  # Podman takes no annotation of more than 63 characters there.
  node_file /tmp/pod.yaml <<YAML
apiVersion: v1
kind: Pod
metadata:
  name: kube
  annotations:
    $NEEDS: write exit_group getuid pause
spec:
  containers:
  - name: app
    image: localhost/app:1
    command: ["/call", "getuid", "accept", "pause"]
YAML
  p --runtime "$(handler runc)" play kube --network none /tmp/pod.yaml
  wait_for 10 sh -c "$(declare -f in_node p); "'LIB="$0" T="$1"; p logs kube-app | grep accept' "$LIB" "$T"
  [ "$(p logs kube-app)" = $'getuid ok\naccept -1' ]
  p generate kube kube >"$T/again.yaml"
  p pod rm -f -t 0 kube
  nothing_left
}

@test "through the service's socket" {
  podman_config 'runtime = "runclamp"'
  daemon podman-service podman system service --time 0 unix:///run/podman-test.sock
  wait_for 30 in_node test -S /run/podman-test.sock
  run p --url unix:///run/podman-test.sock run --rm --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
  run p --url unix:///run/podman-test.sock run --rm --annotation "$NEEDS=reboot" localhost/app:1 true
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"needs reboot"* ]]
  if in_node sh -c 'command -v docker' >/dev/null; then
    run in_node docker -H unix:///run/podman-test.sock run --rm localhost/app:1 grep ^Seccomp: /proc/self/status
    echo "$output"
    [[ $output == *$'Seccomp:\t2'* ]]
  fi
  daemon_end podman-service
}

# ends NAME: what must go on working whatever is broken.
ends() {
  p exec "$1" true || [ "${2:-}" = "no exec" ]
  p stop -t 0 "$1"
  p rm "$1"
  nothing_left
}

@test "the configuration broken, removed or replaced with containers running" {
  for KIND in runc crun; do
    sleeper broken
    echo '{broken' | node_file /etc/runclamp/config.json
    run run_in p "$KIND" localhost/app:1 true
    echo "$output"
    [ "$status" -eq 126 ]
    [[ $output == *config.json* ]]
    ends broken
    podman_handlers
    sleeper removed
    in_node rm /etc/runclamp/config.json
    ends removed "no exec"
    podman_handlers
    sleeper replaced
    # The handlers' runtimes the other way round: which runtime has a container is kept, not guessed.
    podman_handlers '.handlers as $h | .handlers.runclamp = $h["runclamp-crun"] | .handlers["runclamp-crun"] = $h.runclamp'
    ends replaced
    podman_handlers
  done
}

@test "the runtime's binary missing" {
  podman_handlers '.handlers.runclamp.path = "/opt/runc"'
  in_node sh -c 'mkdir -p /opt && cp /usr/sbin/runc /opt/runc'
  sleeper stays
  in_node mv /opt/runc /opt/runc.away
  run run_in p runc localhost/app:1 true
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"/opt/runc"* ]]
  in_node mv /opt/runc.away /opt/runc
  ends stays
}

@test "the log's folder read-only or full" {
  sleeper logged
  in_node sh -c 'mount -t tmpfs -o size=4k tmpfs /var/log/runclamp; head -c 8192 /dev/zero >/var/log/runclamp/decisions.jsonl' || true
  run run_in p runc --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid
  full="$status $output"
  in_node mount -o remount,ro /var/log/runclamp
  run run_in p runc --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid
  readonly="$status $output"
  podman_handlers '.decision_log_required = true'
  run run_in p runc --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid
  required="$status $output"
  p exec logged true
  p stop -t 0 logged
  in_node umount /var/log/runclamp
  echo "$full; $readonly; $required"
  [ "$full" = '0 getuid ok' ]
  [ "$readonly" = '0 getuid ok' ]
  [[ $required == 126\ * && $required == */var/log/runclamp* ]]
  p rm logged
  nothing_left
}

# A container of Podman's with the annotations of a pod's: bare runsc starts it in the other's sentry.
@test "runsc: an annotation joins no other container's sandbox, and what the other may do stays" {
  local new victim join
  engine_need runsc runsc
  new=$("$REPO/integration/suites" go-runsc | awk '$1 == "runsc" { print $3 }')
  [ -n "$new" ] || skip "a runsc of 2026 is missing: run integration/suites go-runsc"
  in_node cp "$new" /usr/local/bin/runsc-new
  podman_handlers '.handlers["runclamp-runsc"].path = "/usr/local/bin/runsc-new"'
  p --runtime "$(handler runsc)" run -d --name victim --annotation "$NEEDS=$BUSYBOX getuid" localhost/app:1 sleep 1000
  victim=$(p inspect victim --format '{{.Id}}')
  [ "$(p exec victim /call getuid socket:2,1,0)" = $'getuid ok\nsocket:2,1,0 -1' ]
  for join in io.kubernetes.cri.container-type=container,io.kubernetes.cri.sandbox-id io.kubernetes.cri-o.ContainerType=container,io.kubernetes.cri-o.SandboxID; do
    run run_in p runsc --annotation "${join%,*}" --annotation "${join#*,}=$victim" \
      --annotation io.kubernetes.cri.container-name=__no_name_0 localhost/app:1 /call socket:2,1,0
    echo "$output"
    [ "$status" -eq 126 ]
    [[ $output == *"has runsc start the container as one of a pod"*"runclamp refuses it under runsc; remove it" ]]
    decided '.verdict == "refuse" and .gate == "backdoor"'
  done
  [ "$(p exec victim /call getuid socket:2,1,0)" = $'getuid ok\nsocket:2,1,0 -1' ]
  p rm -f -t 0 victim
  in_node rm /usr/local/bin/runsc-new
}

@test "the decision log's image is Podman's word, not an annotation's" {
  run_in p runc --annotation "$NEEDS=$BUSYBOX" --annotation io.kubernetes.cri.image-name=forged:1 --annotation io.kubernetes.cri-o.ImageName=forged:2 \
    localhost/app:1 /bin/true
  decided '.image == "localhost/app:1" and .image_from == "containers/storage"'
}
