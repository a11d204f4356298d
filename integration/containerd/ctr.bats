#!/usr/bin/env bats
# containerd's own client through runclamp: runc and runsc on the host's cgroups, crun on a lone cgroup2 mount.

load ../lib/common
load ../lib/engine
load ../lib/containerd

setup_file() {
  containerd_setup v2
  V2=$T
  containerd_setup v1
  V1=$T
  export V1 V2
}
teardown_file() {
  T=${V2:-} engine_clean
  T=${V1:-$T} engine_clean
}
setup() {
  ID=b$BATS_TEST_NUMBER
  T=$V1
  # A fault of the test before must not be one of this.
  in_node umount /var/log/runclamp 2>/dev/null || true
  containerd_handlers
}

# on RUNTIME: in the node where it can work.
on() {
  need "$1" "$1"
  if [ "$1" = crun ]; then T=$V2; fi
}

needs() { echo "io.runclamp.syscalls=$*"; }

allowed() { # RUNTIME
  on "$1"
  # Without a declaration both calls are allowed; so what differs below is the closure.
  run through "$1" --rm "$BASE_IMAGE" "$ID-wide" /call getuid geteuid
  [ "$output" = $'getuid ok\ngeteuid ok' ]
  local profile
  for profile in '' --seccomp; do
    run through "$1" --rm $profile --annotation "$(needs write exit_group getuid)" "$BASE_IMAGE" "$ID${profile#-}" /call getuid geteuid
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = $'getuid ok\ngeteuid -1' ]
    [ "$(decided "$ID${profile#-}" '[.verdict, .sources, .counts.needs]')" = '["allow",["annotation io.runclamp.syscalls"],3]' ]
    gone "$ID${profile#-}"
  done
}

@test "runc: an allowed container runs under its closure" { allowed runc; }
@test "crun: an allowed container runs under its closure" { allowed crun; }
@test "runsc: an allowed container runs under its closure" { allowed runsc; }

filtered() { # RUNTIME: the kernel says so; a sentry's status does not show it
  on "$1"
  run through "$1" --rm --annotation "$(needs "$BUSYBOX_NEEDS")" "$BASE_IMAGE" "$ID" /bin/grep -w Seccomp: /proc/self/status
  [ "$output" = $'Seccomp:\t2' ]
}
@test "runc: the kernel has a filter for it" { filtered runc; }
@test "crun: the kernel has a filter for it" { filtered crun; }

refused() { # RUNTIME CALL
  on "$1"
  run through "$1" --rm --annotation "$(needs write exit_group "$2")" "$BASE_IMAGE" "$ID" /call "$2"
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"OCI runtime create failed: the image needs $2, which the ceiling "* ]]
  [ "$(decided "$ID" '[.verdict, .gate, .outside_ceiling.names]')" = '["refuse","ceiling",["'"$2"'"]]' ]
  gone "$ID"
}
@test "runc: a refused container says why and leaves nothing" { refused runc mount; }
@test "crun: a refused container says why and leaves nothing" { refused crun mount; }
@test "runsc: a refused container says why and leaves nothing" { refused runsc fsopen; }

@test "a label of ctr run is an annotation too, and narrows as well" {
  run through runc --rm --label "$(needs write exit_group getuid)" "$BASE_IMAGE" "$ID" /call getuid geteuid
  [ "$output" = $'getuid ok\ngeteuid -1' ]
}

# life RUNTIME [pause]: started, executed in, paused, killed, deleted; and the same container once more. `ctr container
# create` knows no --runc-binary.
life() {
  on "$1"
  through "$1" --detach --annotation "$(needs "$BUSYBOX_NEEDS")" "$BASE_IMAGE" "$ID" /bin/sleep 1000
  wait_for 30 task_is "$ID" RUNNING
  [ "$(decided "$ID" .verdict)" = '"allow"' ]
  run ctr task exec --exec-id e1 "$ID" /call getuid
  [ "$output" = 'getuid ok' ]
  # busybox declares no socket; runsc before 20260330 has no filter for what exec adds.
  if [ "$1" != runsc ]; then
    run ctr task exec --exec-id e2 "$ID" /call socket:2,1,0
    [ "$output" = 'socket:2,1,0 -1' ]
  fi
  if [ "${2:-}" = pause ]; then
    ctr task pause "$ID"
    wait_for 30 task_is "$ID" PAUSED
    ctr task resume "$ID"
    wait_for 30 task_is "$ID" RUNNING
  fi
  ctr task kill --signal KILL "$ID"
  wait_for 30 task_is "$ID" STOPPED
  run ctr task delete "$ID"
  # Decided anew.
  ctr task start --detach "$ID"
  wait_for 30 task_is "$ID" RUNNING
  [ "$(decided "$ID" .verdict | wc -l)" -eq 2 ]
  ctr task kill --signal KILL "$ID"
  wait_for 30 task_is "$ID" STOPPED
  run ctr task delete "$ID"
  ctr container delete "$ID"
  gone "$ID"
}
@test "runc: run, exec, pause, resume, kill, delete, and start again" { life runc pause; }
@test "crun: run, exec, kill, delete, and start again" { life crun; }
@test "runsc: run, exec, pause, resume, kill, delete, and start again" { life runsc pause; }

@test "50 containers by 8 clients: one whole decision line each" {
  local before
  before=$(in_node wc -l /var/log/runclamp/decisions.jsonl | cut -d' ' -f1)
  # shellcheck disable=SC2016 # the inner shell's
  in_node timeout 300 sh -c 'seq 50 | xargs -P 8 -I% ctr run --rm --runc-binary /usr/local/bin/runclamp \
    --annotation "io.runclamp.syscalls=write exit_group getuid" "$0" "$1-%" /call getuid geteuid 2>&1' \
    "$BASE_IMAGE" "$ID" >"$T/many"
  [ "$(grep -c '^getuid ok$' "$T/many")" -eq 50 ]
  [ "$(grep -c '^geteuid -1$' "$T/many")" -eq 50 ]
  # jq would stop at a torn line.
  [ "$(decisions "select(.id | startswith(\"$ID-\")) | select(.verdict == \"allow\") | .id" | sort -u | wc -l)" -eq 50 ]
  [ "$(in_node wc -l /var/log/runclamp/decisions.jsonl | cut -d' ' -f1)" -eq $((before + 50)) ]
  left=$(ctr container ls -q | grep -c "^$ID-" || true)
  [ "$left" -eq 0 ]
}

daemon_again() { # SIGNAL
  through runc --detach --annotation "$(needs "$BUSYBOX_NEEDS")" "$BASE_IMAGE" "$ID" /bin/sleep 1000
  containerd_stop "$1"
  containerd_start
  task_is "$ID" RUNNING
  run ctr task exec --exec-id e1 "$ID" /call getuid socket:2,1,0
  [ "$output" = $'getuid ok\nsocket:2,1,0 -1' ]
  end_it
}
# end_it [ID]: kill and delete, as its user would.
end_it() {
  ctr task kill --signal KILL "${1:-$ID}"
  wait_for 30 task_is "${1:-$ID}" STOPPED
  run ctr task delete "${1:-$ID}"
  ctr container delete "${1:-$ID}"
  gone "${1:-$ID}"
}
@test "containerd stopped and started again while a container runs" { daemon_again TERM; }
@test "containerd killed and started again while a container runs" { daemon_again KILL; }

@test "1,000 labels" {
  local i labels=()
  for ((i = 0; i < 1000; i++)); do labels+=(--label "org.example.label-$i=value of $i"); done
  run through runc --rm "${labels[@]}" --annotation "$(needs write exit_group getuid)" "$BASE_IMAGE" "$ID" /call getuid geteuid
  [ "$output" = $'getuid ok\ngeteuid -1' ]
}

@test "a very long annotation, one that is not ours and one that is" {
  local long
  long=$(head -c 120000 /dev/zero | tr '\0' x)
  run through runc --rm --annotation "org.example.long=$long" --annotation "$(needs write exit_group getuid)" "$BASE_IMAGE" "$ID" /call getuid geteuid
  [ "$output" = $'getuid ok\ngeteuid -1' ]
  long=$(for ((i = 0; i < 8000; i++)); do printf 'write,getuid '; done)
  run through runc --rm --annotation "$(needs "$long" exit_group)" "$BASE_IMAGE" "$ID-2" /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
}

@test "--privileged is filtered like any other" {
  run through runc --rm --privileged --annotation "$(needs "$BUSYBOX_NEEDS")" "$BASE_IMAGE" "$ID" /bin/grep -w -e CapEff: -e Seccomp: /proc/self/status
  [[ $output == $'CapEff:\t'*ffffff$'\nSeccomp:\t2' ]]
  run through runc --rm --privileged "$BASE_IMAGE" "$ID-2" /call mount:0,0,0,0,0
  [ "$output" = 'mount:0,0,0,0,0 -1' ]
  # That it is the closure which denies it: without runclamp the kernel itself answers (EFAULT, EINVAL).
  run ctr run --rm --privileged "$BASE_IMAGE" "$ID-3" /call mount:0,0,0,0,0
  [ "$output" != 'mount:0,0,0,0,0 -1' ]
}

@test "a profile of the user's own is not widened" {
  allow write exit_group getppid | jq --arg floor "$FLOOR" '.syscalls[0].names += ($floor | split("[ \n]+"; null))' |
    node_file /root/profile.json
  run through runc --rm --seccomp --seccomp-profile /root/profile.json --annotation "$(needs write exit_group getuid getppid)" \
    "$BASE_IMAGE" "$ID" /call getppid getuid geteuid
  echo "$output"
  [ "$output" = $'getppid ok\ngetuid -1\ngeteuid -1' ]
}

@test "--read-only" {
  run through runc --rm --read-only --annotation "$(needs "$BUSYBOX_NEEDS" utimensat)" "$BASE_IMAGE" "$ID" /bin/touch /new
  [ "$status" -ne 0 ]
  [[ $output == *'Read-only file system'* ]]
}

# ctr 1.6 forgets --runc-binary beside --uidmap (its task options replace the container's): so the specification is a file.
@test "a user namespace" {
  local b
  mkdir -p "$T/b"
  base_config >"$T/base.json"
  b=$(bundle user '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}]
    | .linux.gidMappings = .linux.uidMappings | .mounts |= map(select(.type == "proc" or .destination == "/dev"))
    | .process.args = ["/bin/grep", "-h", "-e", "Seccomp:", "-e", "100000", "/proc/self/status", "/proc/self/uid_map"]
    | .annotations = {"io.runclamp.syscalls": $needs}' --arg needs "$BUSYBOX_NEEDS")
  chmod 755 "$T" # the root file system lies in it
  run through runc --rm --config "$b/config.json" "$ID"
  echo "$output"
  [[ $output == *$'Seccomp:\t2'* ]]
  [[ $output == *100000* ]]
  jq '.annotations["io.runclamp.syscalls"] = "mount"' "$b/config.json" >"$b/refused.json"
  run through runc --rm --config "$b/refused.json" "$ID-2"
  [ "$status" -eq 1 ]
  [[ $output == *'the image needs mount'* ]]
  gone "$ID-2"
}

# A fact that docs/containerd.md tells: the options of a task stand in the place of the container's, runc's path among them.
@test "ctr's --uidmap and --no-pivot beside --runc-binary: containerd 1 runs plain runc, containerd 2 runclamp" {
  local map=(--uidmap 0:100000:1000 --gidmap 0:100000:1000) n=0 options
  if [ "$(config_version)" -ge 3 ]; then map+=(--remap-labels); fi
  for options in --no-pivot "${map[*]}"; do
    n=$((n + 1))
    # shellcheck disable=SC2086 # words
    run through runc --rm $options "$BASE_IMAGE" "$ID-$n" /bin/grep Seccomp: /proc/self/status
    echo "$output"
    if [ "$(config_version)" -ge 3 ]; then
      [ "$output" = $'Seccomp:\t2' ]
      [ "$(decided "$ID-$n" .verdict)" = '"allow"' ]
    else
      [ "$output" = $'Seccomp:\t0' ]
      [ -z "$(decided "$ID-$n")" ]
    fi
  done
}

# What fails of a broken node is one create, with its sentence; a container that runs can be stopped and deleted.
long_runner() { through runc --detach --annotation "$(needs "$BUSYBOX_NEEDS")" "$BASE_IMAGE" "$ID" /bin/sleep 1000; }
fails() { # SENTENCE
  run through runc --rm "$BASE_IMAGE" "$ID-new" /call getuid
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"$1"* ]]
  gone "$ID-new"
}
starts() {
  run through runc --rm "$BASE_IMAGE" "$ID-new" /call getuid
  echo "$output"
  [ "$output" = 'getuid ok' ]
}
plain_config() { containerd_handlers; }

@test "fault: the configuration is broken while a container runs" {
  long_runner
  echo '{"level": ' | node_file /etc/runclamp/config.json
  fails /etc/runclamp/config.json
  end_it
  plain_config
  starts
}

@test "fault: the configuration is removed while a container runs" {
  long_runner
  in_node rm /etc/runclamp/config.json
  # The built-in configuration has this handler.
  starts
  end_it
  plain_config
}

@test "fault: the configuration has another runtime while a container runs" {
  long_runner
  containerd_handlers '.handlers.runclamp = {"runtime": "runsc", "path": "/usr/bin/runsc"}'
  end_it
  plain_config
}

@test "fault: the runtime is missing" {
  long_runner
  containerd_handlers '.handlers.runclamp.path = "/usr/sbin/runc-that-is-not-there"'
  fails /usr/sbin/runc-that-is-not-there
  end_it
  plain_config
  starts
}

log_fault() { # MOUNT-OPTIONS: the log cannot be written; unless it is required that is no refusal
  long_runner
  in_node mount -t tmpfs -o size=4k tmpfs /var/log/runclamp
  # shellcheck disable=SC2016 # the inner shell's
  in_node sh -c 'head -c 4096 /dev/zero >/var/log/runclamp/decisions.jsonl && mount -o "remount,$0" /var/log/runclamp' "$1"
  starts
  containerd_handlers '.decision_log_required = true'
  fails /var/log/runclamp/decisions.jsonl
  end_it
  in_node umount /var/log/runclamp
  starts
  plain_config
}
@test "fault: the log's folder is full" { log_fault size=4k; }
@test "fault: the log's folder is read-only" { log_fault ro; }

@test "fault: the disk is full at the splice" {
  local tasks=/run/containerd/io.containerd.runtime.v2.task/small long
  # config.json of 100 KB fits once, not twice.
  long=$(head -c 100000 /dev/zero | tr '\0' x)
  long_runner
  in_node mkdir -p "$tasks"
  in_node mount -t tmpfs -o size=160k tmpfs "$tasks"
  NAMESPACE=small image "$BASE_IMAGE"
  NAMESPACE=small run through runc --rm --annotation "org.example.long=$long" "$BASE_IMAGE" "$ID-new" /call getuid
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *config.json*'No space left on device'* ]]
  NAMESPACE=small gone "$ID-new"
  NAMESPACE=small run through runc --rm "$BASE_IMAGE" "$ID-fits" /call getuid
  [ "$output" = 'getuid ok' ]
  end_it
  in_node umount "$tasks"
}
