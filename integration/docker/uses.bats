#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell of its own
# What people do with docker: each of its switches that reaches the runtime, behind runclamp.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  engine_setup v1
  # `--privileged` asks for every capability, and where the machine itself lacks one runc fails, with or without us: a wrapper
  # takes that one out. `inner` is the binary that counts.
  node_file /usr/local/sbin/runc-able <<'WRAPPER'
#!/bin/sh
last=
for word; do
  # The engine writes two words, runclamp hands on one.
  case $last$word in
    --bundle=*) sed -i 's/"CAP_SYS_RESOURCE",//g' "${word#*=}/config.json" ;;
    --bundle/*) sed -i 's/"CAP_SYS_RESOURCE",//g' "$word/config.json" ;;
    --process/*) sed -i 's/"CAP_SYS_RESOURCE",//g' "$word" ;;
  esac
  last=
  case $word in --bundle | --process) last=$word ;; esac
done
exec /usr/sbin/runc "$@"
WRAPPER
  in_node chmod 755 /usr/local/sbin/runc-able
  engine_config '.handlers["runclamp-able"] = {runtime: "runc", path: "/usr/local/sbin/runc-able", inner: "/usr/sbin/runc"}
    | .handlers["runclamp-strict"] = .handlers["runclamp-able"] + {level: "strict"}'
  for name in runclamp-able runclamp-strict; do in_node ln -s runclamp "/usr/local/bin/$name"; done
  docker_start
  docker_image bb:1
}
teardown_file() { engine_clean; }
teardown() {
  # shellcheck disable=SC2046 # a list of IDs
  docker rm --force $(docker ps -aq) >/dev/null 2>&1 || true
}

# Docker's profile allows it, node-default does not.
OUTSIDE='sched_rr_get_interval:0,buf'
clamped() { docker exec "$1" /call "$OUTSIDE" | grep -qx "$OUTSIDE -1"; }

@test "update, pause, unpause, cp, logs, top, stats, inspect" {
  docker run -d --name uses --runtime=runclamp bb:1 sh -c 'echo hello; exec sleep 1000'
  id=$(docker_id uses)
  docker update --cpu-shares 77 --pids-limit 50 uses
  [ "$(in_node cat "/sys/fs/cgroup/cpu/docker/$id/cpu.shares")" = 77 ]
  docker pause uses
  [ "$(docker inspect --format '{{.State.Status}}' uses)" = paused ]
  docker unpause uses
  docker cp uses:/etc/passwd - | tar -xOf - | grep -q '^root:'
  in_node sh -c 'echo brought >/tmp/brought'
  docker cp /tmp/brought uses:/tmp/
  [ "$(docker exec uses cat /tmp/brought)" = brought ]
  [ "$(docker logs uses)" = hello ]
  docker top uses | grep -q 'sleep 1000'
  docker stats --no-stream uses | grep -q uses
  [ "$(docker inspect --format '{{.HostConfig.Runtime}}' uses)" = runclamp ]
  clamped uses
}

@test "a health check is run, and turns healthy" {
  docker run -d --name health --runtime=runclamp --health-cmd 'test -e /bin/sh || exit 1' --health-interval 1s bb:1 sleep 1000
  healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' health)" = healthy ]; }
  wait_for 30 healthy
}

@test "create, then start" {
  docker create --name later --runtime=runclamp bb:1 /call getpid "$OUTSIDE"
  [ -z "$(decided "$(docker_id later)")" ]
  run docker start --attach later
  [ "$output" = "getpid ok"$'\n'"$OUTSIDE -1" ]
  [ "$(decided "$(docker_id later)" .verdict)" = '"allow"' ]
}

@test "--privileged: no engine profile is left, the ceiling holds" {
  run docker run --rm --privileged --runtime=runclamp-able bb:1 sh -c "grep -e Seccomp: -e CapEff /proc/self/status; exec /call getpid $OUTSIDE"
  echo "$output"
  [[ ${lines[0]} =~ CapEff:.*fff$ ]]
  [[ ${lines[1]} =~ ^Seccomp:.2$ ]]
  [ "${lines[2]}" = "getpid ok" ]
  [ "${lines[3]}" = "$OUTSIDE -1" ]
  # That the bare runtime gives it no filter at all.
  in_node ln -s ../sbin/runc-able /usr/local/bin/runclampless
  docker_config
  in_node kill -HUP "$(cat "$T/dockerd.pid")"
  wait_for 20 docker_knows runclampless
  run docker run --rm --privileged --runtime=runclampless bb:1 sh -c "grep Seccomp: /proc/self/status; exec /call $OUTSIDE"
  [[ ${lines[0]} =~ ^Seccomp:.0$ ]]
  [ "${lines[1]}" = "$OUTSIDE ok" ]
}

@test "seccomp=unconfined: the ceiling holds" {
  run docker run --rm --security-opt seccomp=unconfined --runtime=runclamp bb:1 sh -c "grep Seccomp: /proc/self/status; exec /call getpid $OUTSIDE bpf"
  [[ ${lines[0]} =~ ^Seccomp:.2$ ]]
  [ "${lines[1]}" = "getpid ok" ]
  [ "${lines[2]}" = "$OUTSIDE -1" ]
  [ "${lines[3]}" = "bpf -1" ]
}

@test "a custom profile: what it denies stays denied, what it allows beyond the ceiling does not" {
  jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["getpgrp"], action: "SCMP_ACT_ERRNO", errnoRet: 13}]}' |
    node_file /tmp/custom.json
  run docker run --rm --security-opt seccomp=/tmp/custom.json --runtime=runclamp bb:1 /call getpid getpgrp "$OUTSIDE"
  echo "$output"
  [ "$output" = "getpid ok"$'\n'"getpgrp -13"$'\n'"$OUTSIDE -1" ]
}

@test "a custom profile that answers with KILL keeps doing so" {
  jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["getpgrp"], action: "SCMP_ACT_KILL_PROCESS"}]}' |
    node_file /tmp/kill.json
  run docker run --rm --security-opt seccomp=/tmp/kill.json --runtime=runclamp bb:1 /call getpid getpgrp
  [ "$status" -eq "$SIGSYS" ]
}

@test "--read-only, --init, --cap-drop, --user, no-new-privileges, --tmpfs, -v" {
  run docker run --rm --read-only --runtime=runclamp bb:1 touch /x
  [ "$status" -eq 1 ]
  [[ $output == *"Read-only file system"* ]]
  run docker run --rm --init --runtime=runclamp bb:1 sh -c 'cat /proc/1/cmdline; exit 3'
  [ "$status" -eq 3 ]
  [[ $output == *init* ]]
  run docker run --rm --cap-drop ALL --user 1000:1000 --security-opt no-new-privileges --runtime=runclamp bb:1 \
    sh -c "id; exec /call getpid $OUTSIDE"
  [[ $output == "uid=1000 gid=1000"*"getpid ok"*"$OUTSIDE -1" ]]
  in_node mkdir -p /tmp/volume
  docker run --rm --tmpfs /run -v /tmp/volume:/volume -v named:/named --runtime=runclamp bb:1 sh -c 'echo 1 >/run/a && echo 2 >/volume/b && echo 3 >/named/c'
  [ "$(in_node cat /tmp/volume/b)" = 2 ]
}

# What the init has to do: start the program, hand signals on, reap orphans, hand on the exit code.
# shellcheck disable=SC2016 # the container's shell
UNDER_INIT='cat /proc/1/cmdline; (sleep 0.1 &); sleep 0.4; grep -c "^State:.Z" /proc/[0-9]*/status 2>/dev/null | grep -c ":1$"; kill -USR1 1; sleep 0.2; exit 3'
@test "--init in front of an image that declares its calls" {
  needs=$(tr -s ' \n' ' ' <<<"$BUSYBOX_NEEDS")
  docker_image declared:1 "LABEL io.runclamp.syscalls=\"$needs\""
  for user in 0 1000; do
    for options in --init '--init --security-opt=no-new-privileges'; do
      # shellcheck disable=SC2086 # words
      run docker run --rm $options --user "$user" --runtime=runclamp declared:1 sh -c "trap 'echo handed on' USR1; $UNDER_INIT"
      echo "$user, $options, $status: $output"
      [ "$status" -eq 3 ]
      [[ $output == /sbin/docker-init*0*"handed on" ]]
    done
  done
  docker run -d --name inits --init --runtime=runclamp declared:1 sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
  id=$(docker_id inits)
  [ "$(decided "$id" '.init, (.init_only.names | index("rt_sigtimedwait") != null), .counts.needs')" = '"tini"
true
'"$(wc -w <<<"$needs")" ]
  SECONDS=0
  docker stop -t 30 inits
  [ "$SECONDS" -lt 20 ]
  [ "$(docker inspect --format '{{.State.ExitCode}}' inits)" = 9 ]
  # The image's own program of that name gets nothing.
  mkdir "$T/context"
  cp "$T/rootfs/call" "$T/context/"
  docker_build own:1 'FROM bb:1' 'COPY call /sbin/docker-init' 'LABEL io.runclamp.syscalls="write exit_group getpid"'
  run docker run --rm --runtime=runclamp own:1 /sbin/docker-init getpid getpgrp
  echo "$output"
  [ "$output" = $'getpid ok\ngetpgrp -1' ]
}

@test "the host's namespaces: --pid, --ipc, --uts, --network, and another container's" {
  docker run -d --name first --ipc=shareable --runtime=runclamp bb:1 sleep 1000
  for words in --pid=host --ipc=host --uts=host --network=host --pid=container:first --ipc=container:first --network=container:first; do
    run docker run --rm "$words" --runtime=runclamp bb:1 /call getpid "$OUTSIDE"
    echo "$words: $output"
    [ "$output" = "getpid ok"$'\n'"$OUTSIDE -1" ]
  done
}

@test "exec --privileged gets no more calls" {
  docker run -d --name priv --runtime=runclamp-able bb:1 sleep 1000
  run docker exec --privileged priv sh -c "grep -e Seccomp: -e CapEff /proc/self/status; exec /call getpid $OUTSIDE"
  echo "$output"
  [[ ${lines[0]} =~ CapEff:.*fff$ ]]
  [[ ${lines[1]} =~ ^Seccomp:.2$ ]]
  [ "${lines[2]}" = "getpid ok" ]
  [ "${lines[3]}" = "$OUTSIDE -1" ]
}

@test "strict refuses what declares nothing, privileged or not" {
  for words in --privileged --init --security-opt=seccomp=unconfined; do
    run docker run --rm "$words" --runtime=runclamp-strict bb:1 true
    echo "$words: $output"
    [ "$status" -eq 125 ]
    [[ $output == *"OCI runtime create failed: the container declares no needs"* ]]
  done
}

@test "1,000 labels and 1,000 variables on a container" {
  for ((i = 0; i < 1000; i++)); do echo "label$i=$(printf '%0100d' $i)"; done | node_file /tmp/labels
  run docker run --rm --label-file /tmp/labels --env-file /tmp/labels --runtime=runclamp bb:1 sh -c "env | grep -c ^label; exec /call $OUTSIDE"
  [ "$output" = "1000"$'\n'"$OUTSIDE -1" ]
}

@test "1,000 labels in an image" {
  for ((i = 0; i < 1000; i++)); do instructions[i]="LABEL label$i=$(printf '%0100d' $i)"; done
  docker_image many:1 "${instructions[@]}"
  run docker run --rm --runtime=runclamp many:1 /call "$OUTSIDE"
  [ "$output" = "$OUTSIDE -1" ]
}

@test "a very long annotation" {
  docker run --help | grep -q -e --annotation || skip "this Docker has no --annotation: it came with 24.0"
  run docker run --rm --annotation "long=$(head -c 100000 /dev/zero | tr '\0' x)" --runtime=runclamp bb:1 /call "$OUTSIDE"
  [ "$output" = "$OUTSIDE -1" ]
  run docker run --rm --annotation "io.runclamp.syscalls=write exit_group $(head -c 100000 /dev/zero | tr '\0' x)" --runtime=runclamp bb:1 true
  echo "${output:0:600}"
  [ "$status" -eq 125 ]
  [[ $output == *"OCI runtime create failed: "*io.runclamp.syscalls* ]]
  [ "${#output}" -lt 2000 ]
}

@test "a terminal: run -t and exec -t" {
  in_node sh -c 'command -v script >/dev/null' || skip "script is missing in the node: apt-get install bsdutils"
  # It gives the client a terminal of its own.
  run in_node script -qec '/usr/bin/docker run --rm -t --runtime=runclamp bb:1 sh -c "test -t 0 && echo tty"' /dev/null
  echo "$output"
  [[ $output == *tty* ]]
}
