#!/usr/bin/env bats
# shellcheck disable=SC2034 # KIND: for sleeper
# Podman as root with runclamp as its runtime: by path and by name, allowed and refused, and everything a container goes through.
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

allowed() {
  run run_in p "$1" --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid geteuid getgid
  echo "$output"
  [ "$status" -eq 0 ]
  [ "$output" = $'getuid ok\ngeteuid -1\ngetgid -1' ]
  decided '.verdict == "allow" and .counts.needs == 3 and (.removed_by_needs.names | index("accept"))'
  nothing_left
}
@test "runc by path: a closure of three calls is what the container can do" { allowed runc; }
@test "crun by path: a closure of three calls is what the container can do" { allowed crun; }
@test "runsc by path: a closure of three calls is what the container can do" {
  engine_need runsc runsc
  allowed runsc
}

@test "the bare runtimes allow what the closures take away" {
  for kind in runc crun; do
    run p --runtime "$kind" run --rm localhost/app:1 /call getuid geteuid getgid
    echo "$output"
    [ "$output" = $'getuid ok\ngeteuid ok\ngetgid ok' ]
  done
}

@test "a filter is loaded, and noNewPrivileges is as the engine set it" {
  for kind in runc crun; do
    run run_in p "$kind" --annotation "$NEEDS=$BUSYBOX" localhost/app:1 grep -E '^Seccomp:' /proc/self/status
    [ "$output" = $'Seccomp:\t2' ]
  done
}

refusal() {
  run run_in p "$1" --annotation "$NEEDS=write exit_group reboot" localhost/app:1 /call
  refused 'needs reboot, which the ceiling node-default'
  decided '.verdict == "refuse" and .gate == "ceiling"'
  nothing_left
}
@test "runc by path: a need outside the ceiling is refused, 126 and one sentence" { refusal runc; }
@test "crun by path: a need outside the ceiling is refused, 126 and one sentence" { refusal crun; }
@test "runsc by path: a need outside the ceiling is refused, 126 and one sentence" {
  engine_need runsc runsc
  run run_in p runsc --annotation "$NEEDS=write exit_group kexec_load" localhost/app:1 /call
  refused 'needs kexec_load'
  nothing_left
}

by_name() {
  run p --runtime runclamp run --rm --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
  run p --runtime runclamp run --rm --annotation "$NEEDS=write exit_group reboot" localhost/app:1 /call
  refused 'needs reboot, which the ceiling node-default'
}
@test "by a name of containers.conf" { by_name; }
@test "by a name of containers.conf, with runtime_supports_json" {
  podman_config 'runtime_supports_json = ["runclamp", "runclamp-crun"]'
  by_name
}
@test "as the default runtime" {
  podman_config 'runtime = "runclamp-crun"'
  run p run --rm --annotation "$NEEDS=write exit_group getuid" localhost/app:1 /call getuid geteuid
  echo "$output"
  [ "$output" = $'getuid ok\ngeteuid -1' ]
  p info --format '{{.Host.OCIRuntime.Version}}' | grep '^crun version'
}

@test "a refused container that was not --rm can be removed" {
  run p --runtime "$(handler runc)" run --name left --annotation "$NEEDS=reboot" localhost/app:1 true
  [ "$status" -eq 126 ]
  p rm left
  nothing_left
}

@test "run, exec, stop, rm" {
  for KIND in runc crun; do
    sleeper life
    run p exec life /call getuid kexec_load accept
    echo "$output"
    [ "$output" = $'getuid ok\nkexec_load -1\naccept -1' ]
    [ "$(p exec life grep ^Seccomp: /proc/self/status)" = $'Seccomp:\t2' ]
    [ "$(p exec life cat /proc/1/comm)" = sleep ]
    p stop -t 0 life
    p rm life
    nothing_left
  done
}

@test "exec with a terminal" {
  sleeper tty
  run p exec -t tty echo hello
  [ "${output%$'\r'}" = hello ]
}

@test "restart, and start after a stop: each is decided anew" {
  sleeper again
  before=$(decisions | wc -l)
  p restart -t 0 again
  p stop -t 0 again
  p start again
  [ "$(($(decisions | wc -l) - before))" -eq 2 ]
  [ "$(p exec again grep ^Seccomp: /proc/self/status)" = $'Seccomp:\t2' ]
  p stop -t 0 again
  # What the ceiling is now decides, not what it was.
  podman_handlers '.handlers.runclamp.level = "strict"'
  run p start again
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *runclamp* ]]
  p rm again
}

@test "a pod with its infra container and two containers" {
  p --runtime "$(handler runc)" pod create --name pod >/dev/null
  for name in one two; do
    p --runtime "$(handler runc)" run -d --pod pod --name "$name" --annotation "$NEEDS=$BUSYBOX" localhost/app:1 sleep 1000
  done
  [ "$(p ps -q | wc -l)" -eq 3 ]
  infra=$(p pod inspect pod --format '{{.InfraContainerID}}')
  for id in "$infra" one two; do
    in_node grep '^Seccomp:.2$' "/proc/$(p inspect "$id" --format '{{.State.Pid}}')/status"
  done
  run p exec one /call kexec_load
  [ "$output" = 'kexec_load -1' ]
  run p --runtime "$(handler runc)" run --rm --pod pod --annotation "$NEEDS=reboot" localhost/app:1 true
  [ "$status" -eq 126 ]
  [ "$(p ps -q | wc -l)" -eq 3 ]
  p pod stop -t 0 pod
  p pod start pod
  [ "$(p ps -q | wc -l)" -eq 3 ]
  p pod rm -f -t 0 pod
  nothing_left
}

@test "50 containers by 8 clients" {
  before=$(decisions | wc -l)
  export -f in_node p run_in handler
  export T LIB
  seq 50 | xargs -P 8 -I N bash -c 'run_in p "$([ $((N % 2)) = 0 ] && echo runc || echo crun)" \
    --annotation "io.runclamp.syscalls=write exit_group getuid" localhost/app:1 /call getuid geteuid' >"$T/clients" 2>&1
  cat "$T/clients"
  [ "$(grep -c '^getuid ok$' "$T/clients")" -eq 50 ]
  [ "$(grep -c '^geteuid -1$' "$T/clients")" -eq 50 ]
  [ "$(($(decisions | wc -l) - before))" -eq 50 ]
  nothing_left
}
