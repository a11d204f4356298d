#!/usr/bin/env bats
# Who can go round Podman: what starts containers without a word about the runtime, first with its own default, then with runclamp.

load ../lib/common
load ../lib/engine
load ../lib/podman

setup_file() { podman_setup v1; }
teardown_file() { podman_clean; }

# Podman's profile allows it, runclamp's ceiling does not.
PROBE='sched_rr_get_interval:0,buf'

runs() { p run --rm "$@" localhost/app:1 /call "$PROBE"; }
builds() {
  # shellcheck disable=SC2016 # the container's shell
  printf 'FROM localhost/app:1\nRUN echo "the step says: $(/call %s)"\n' "$PROBE" | in_node sh -c 'cat >/tmp/Containerfile'
  p build --no-cache "$@" -f /tmp/Containerfile /tmp
}

@test "Podman as it comes: run and build go round" {
  podman_config 'runtime = "runc"'
  run runs
  echo "$output"
  [[ $output == *"$PROBE ok"* ]]
  run builds
  echo "$output"
  [[ $output == *"$PROBE ok"* ]]
  [ -z "$(decisions)" ]
  says podman-default open podman-build open podman-socket closed
}

@test "runclamp as Podman's default: run and build go through; root may still say --runtime and --isolation" {
  podman_config 'runtime = "runclamp"'
  run runs
  echo "$output"
  [[ $output == *"$PROBE -1"* ]]
  before=$(decisions | wc -l)
  [ "$before" -gt 0 ]
  run builds
  echo "$output"
  [[ $output == *"$PROBE -1"* ]]
  [ "$(decisions | wc -l)" -gt "$before" ]
  says podman-default closed podman-build closed
  run p --runtime runc run --rm localhost/app:1 /call "$PROBE"
  [[ $output == *"$PROBE ok"* ]]
  run builds --isolation=chroot
  echo "$output"
  [[ $output == *"$PROBE ok"* ]]
}

@test "what clampctl install podman --set-default writes is seen as closed" {
  podman_config
  run in_node clampctl install podman --set-default
  echo "$output"
  [ "$status" -eq 0 ]
  says podman-default closed podman-build closed
}

@test "Podman's socket: for root alone, and for a group" {
  in_node mkdir -p -m 700 /run/podman # as systemd makes it
  daemon api podman system service --time=0 unix:///run/podman/podman.sock
  wait_for 30 in_node test -S /run/podman/podman.sock || { cat "$T/api.log" >&2; false; }
  says podman-socket closed
  in_node useradd -M -N -G operator passerby
  in_node sh -c 'chmod 711 /run/podman; chgrp operator /run/podman/podman.sock; chmod 660 /run/podman/podman.sock'
  says podman-socket open
  daemon_end api
}

@test "Podman's API at a port is told of, and at another socket" {
  in_node chmod 700 /run/podman
  says podman-socket closed
  daemon port podman system service --time=0 tcp:127.0.0.1:8888
  wait_for 30 in_node python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8888/_ping")'
  says podman-socket open
  daemon_end port
  says podman-socket closed
  in_node mkdir -p /srv
  daemon other podman system service --time=0 unix:///srv/podman.sock
  wait_for 30 in_node test -S /srv/podman.sock
  says podman-socket closed
  in_node chmod 666 /srv/podman.sock
  says podman-socket open
  daemon_end other
}
