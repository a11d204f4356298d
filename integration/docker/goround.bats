#!/usr/bin/env bats
# Who can go round, with real engines: each way is seen open, then its cure is applied, and it is closed. `clampctl check --node`
# has to say the same each time. docs/THREAT-MODEL.md lists the ways and the cures.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need_docker
  engine_setup v1
  docker_start
  docker_image bb:1
  mkdir "$T/build"
  # shellcheck disable=SC2016 # the container's shell
  printf 'FROM bb:1\nRUN echo "the step says: $(/call %s)"\n' "$PROBE" >"$T/build/Dockerfile"
}
teardown_file() { engine_clean; }

# Docker's profile allows it, runclamp's ceiling does not: what it answers says who started the container.
PROBE='sched_rr_get_interval:0,buf'
export PROBE

# round COMMAND...: it starts a container, and runclamp never saw it; through: runclamp did.
round() { seen_by ok "$@"; }
through() { seen_by -1 "$@"; }
seen_by() {
  local want=$1 before
  shift
  before=$(decisions .verdict | wc -l)
  run "$@"
  echo "$output"
  [ "$status" -eq 0 ]
  [[ $output == *"$PROBE $want"* ]]
  if [ "$want" = ok ]; then [ "$(decisions .verdict | wc -l)" -eq "$before" ]; else [ "$(decisions .verdict | wc -l)" -gt "$before" ]; fi
}

runs() { docker run --rm "$@" bb:1 /call "$PROBE"; }
builds() { docker build --no-cache --network=none "$T/build"; }
buildkits() { in_node env DOCKER_BUILDKIT=1 /usr/bin/docker build --no-cache --progress=plain --network=none "$T/build" </dev/null; }
ctr_runs() { in_node ctr -n "${NAMESPACE:-default}" run --rm "$@" --rootfs "$T/rootfs" "ctr-$RANDOM" /call "$PROBE"; }
# A managed plug-in that only starts: whether it is enabled then is another matter.
plugin_starts() {
  mkdir -p "$T/plugin"
  cp -a "$T/rootfs" "$T/plugin/rootfs"
  jq -n --arg probe "$PROBE" '{entrypoint: ["/bin/sh", "-c", "/call \($probe) >/out; sleep 60"], workdir: "/", description: "x",
    interface: {types: ["docker.volumedriver/1.0"], socket: "p.sock"}, network: {type: "none"}, env: [], mounts: [],
    args: {}, user: {}, linux: {capabilities: []}}' >"$T/plugin/config.json"
  docker plugin create waits "$T/plugin" >/dev/null
  docker plugin enable --timeout 1 waits >/dev/null 2>&1 || true
  # The files are dockerd's own copy.
  in_node sh -c 'cat /var/lib/docker/plugins/*/rootfs/out'
}
plugin_gone() { docker plugin rm -f waits >/dev/null 2>&1 || true; rm -rf "$T/plugin"; }

# A user without rights, in a group of no account.
as_passerby() { in_node setpriv --reuid=passerby --regid=operator --clear-groups /usr/bin/docker "$@"; }

api() { # PATH BODY [CONTENT-TYPE]
  printf '%s' "$2" >"$T/body"
  in_node python3 - "$1" "$T/body" "${3:-application/json}" <<'PYTHON'
import http.client, socket, sys
link = http.client.HTTPConnection("localhost")
link.sock = socket.socket(socket.AF_UNIX)
link.sock.connect("/run/docker.sock")
try:
    link.request("POST", sys.argv[1], open(sys.argv[2], "rb").read(), {"Content-Type": sys.argv[3]})
except (BrokenPipeError, ConnectionResetError):
    pass  # answered before all of it was sent
answer = link.getresponse()
print(answer.status, answer.read().decode())
PYTHON
}

teardown() { plugin_gone; }

@test "Docker as it comes: every way is open" {
  round runs
  round runs --runtime=runc
  round runs --runtime=io.containerd.runc.v2
  round builds
  round buildkits
  round plugin_starts
  says docker-default open docker-runc open docker-build open docker-plugin open docker-runtimes closed docker-socket closed
}

@test "ctr as it comes: it starts runc, in Docker's namespace too" {
  round ctr_runs
  NAMESPACE=moby round ctr_runs
  says containerd-ctr open containerd-socket closed docker-containerd closed
}

@test "a default runtime: docker run, the classic builder and plug-ins go through; runc by its name and BuildKit do not" {
  docker_reconfigure '."default-runtime" = "runclamp"'
  through runs
  through builds
  round runs --runtime=runc
  round buildkits
  through plugin_starts
  says docker-default closed docker-runc open docker-build open docker-plugin closed
}

@test "an authorization plug-in and a default runtime: what names another runtime is denied, and so is what names none" {
  daemon gate python3 "$REPO/integration/payload/authz.py" /run/docker/plugins/gate.sock runclamp
  wait_for 30 in_node test -S /run/docker/plugins/gate.sock
  docker_reconfigure '."default-runtime" = "runclamp" | ."authorization-plugins" = ["gate"]'
  through runs
  through runs --runtime=runclamp
  through builds
  for runtime in runc io.containerd.runc.v2; do
    run runs --runtime="$runtime"
    [ "$status" -eq 125 ]
    [[ $output == *"authorization denied by plugin gate: the runtime $runtime"* ]]
  done
  run buildkits
  echo "$output"
  [ "$status" -ne 0 ]
  # A newer client, refused by dockerd's own BuildKit, wants to start one in a container.
  [[ $output == *403* || $output == *"using docker-container driver"* ]]
  [[ $output != *"$PROBE ok"* ]]
  run docker plugin enable waits
  [[ $output == *"denied by plugin gate"* ]]
  # A node cannot see what a plug-in denies.
  says docker-default closed docker-runc unknown docker-build unknown docker-plugin closed
}

@test "an authorization plug-in reads a request as dockerd does" {
  docker create --name asked bb:1 true
  while IFS='|' read -r path type body; do
    run api "$path" "$body" "$type"
    echo "$path $body: $output"
    [[ $output == "403 "*"denied by plugin gate"* ]]
  done <<'TABLE'
/containers/create|application/json|{"Image":"bb:1","hostconfig":{"RUNTIME":"runc"}}
/v1.40/containers/create|application/json|{"Image":"bb:1","HostConfig":{"Runtime":"runclamp"},"hostConfig":{"Runtime":"runc"}}
/v1.40/containers%2fcreate|application/json|{"Image":"bb:1","HostConfig":{"Runtime":"runc"}}
/containers/create|text/plain|{"Image":"bb:1","HostConfig":{"Runtime":"runc"}}
/v1.23/containers/asked/start|application/json|{"Runtime":"runc"}
TABLE
  # dockerd hands on no body of more than 1 MiB.
  run api /containers/create "{\"Image\":\"bb:1\",\"Labels\":{\"x\":\"$(printf %01100000d 0)\"},\"HostConfig\":{\"Runtime\":\"runc\"}}"
  echo "${output:0:300}"
  [[ $output == "403 "* ]]
  docker rm asked
}

@test "an authorization plug-in that is down lets nothing through" {
  daemon_end gate
  run runs --runtime=runclamp
  echo "$output"
  [ "$status" -eq 125 ]
  # Newer clients do not hand the reason on.
  run api /containers/create '{"Image":"bb:1"}'
  echo "$output"
  [[ $output == *"plugin gate failed"* ]]
  docker_reconfigure . || true
}

# Before runc is led to runclamp, whose ceiling lacks chroot.
sleeps() { docker top "$1" -o pid,args | grep -q ' /bin/sleep'; }

@test "a container that has an engine's socket, or CAP_SYS_ADMIN, is told of; one that has not is not" {
  docker run -d --name plain bb:1 sleep 1000
  says direct-mounts closed direct-privileged closed
  docker run -d --name holder -v /run/docker.sock:/var/run/docker.sock bb:1 sleep 1000
  says direct-mounts open direct-privileged closed
  docker rm -f holder
  docker run -d --name holder -v /run:/host/run:ro bb:1 sleep 1000
  says direct-mounts open
  docker rm -f holder
  docker run -d --name holder --cap-add SYS_ADMIN bb:1 sleep 1000
  says direct-mounts closed direct-privileged open
  docker rm -f holder
  # Back at the node's root by chroot: its mounts are the node's, its namespace is not.
  says direct-privileged closed
  docker run -d --name holder --cap-add SYS_ADMIN -v /:/host bb:1 busybox chroot /host /bin/sleep 1000
  wait_for 30 sleeps holder || { docker ps -a; docker logs holder; docker top holder -o pid,args; return 1; } >&2
  says direct-privileged open
  docker rm -f plain holder
}

@test "the name runc leads to runclamp: every way of Docker goes through" {
  command -v dpkg-divert >/dev/null || skip "dpkg-divert is missing: apt-get install dpkg"
  docker_reconfigure .
  docker run -d --name before --runtime=runc bb:1 sleep 1000
  in_node dpkg-divert --local --rename --divert /usr/sbin/runc.real --add /usr/sbin/runc
  in_node ln -s /usr/local/bin/runclamp /usr/sbin/runc
  run runs --runtime=runc
  echo "$output"
  [ "$status" -eq 125 ]
  [[ $output == *'no handler named "runc", by which runclamp was called'* ]]
  engine_config '(.handlers[] | select(.path == "/usr/sbin/runc")).path = "/usr/sbin/runc.real" | .handlers.runc = .handlers.runclamp'
  through runs
  through runs --runtime=runc
  through runs --runtime=io.containerd.runc.v2
  through runs --runtime=runclamp
  through builds
  through buildkits
  through plugin_starts
  says docker-default closed docker-runc closed docker-build closed docker-plugin closed
}

@test "the name runc leads to runclamp: a container from before is stopped and removed as ever" {
  docker inspect before >/dev/null || skip "the diversion was not made: see the test above"
  docker exec before true
  docker stop -t 1 before
  docker rm before
}

@test "the name runc leads to runclamp: ctr run goes through; --runc-binary stays with whoever may open the socket" {
  in_node test -e /usr/sbin/runc.real || skip "the diversion was not made: see the test above"
  through ctr_runs
  # In Docker's namespace its image is looked for in Docker's records, which have no such container.
  NAMESPACE=moby run ctr_runs
  [ "$status" -ne 0 ]
  [[ $output == *"no ID of a container of Docker's"* ]]
  says containerd-ctr closed
  round ctr_runs --runc-binary /usr/sbin/runc.real
  in_node chmod 666 /run/containerd/containerd.sock
  says containerd-socket open docker-containerd open
  in_node chmod 660 /run/containerd/containerd.sock
}

@test "a user in the socket's group is told of" {
  group=$(in_node stat -c %G /run/docker.sock)
  in_node useradd -M -N -G "$group" passerby
  run in_node clampctl check --node
  [ "$status" -eq 1 ]
  [[ $(tr -s ' \n' ' ' <<<"$output") == *"open docker-socket: "*"group $group (passerby) may open it"* ]]
  in_node userdel passerby
  says docker-socket closed
}

@test "a user in the socket's access list is told of" {
  in_node useradd -M -N -G operator passerby
  run as_passerby version
  [ "$status" -ne 0 ]
  says docker-socket closed
  # As setfacl -m u:passerby:rw writes it.
  in_node python3 - <<'PYTHON'
import os, pwd, struct
group = os.stat("/run/docker.sock").st_gid
entries = [(1, 6, 0xffffffff), (2, 6, pwd.getpwnam("passerby").pw_uid), (4, 6, 0xffffffff), (16, 6, 0xffffffff), (32, 0, 0xffffffff)]
os.setxattr("/run/docker.sock", "system.posix_acl_access", struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries))
PYTHON
  as_passerby version
  says docker-socket open
  in_node python3 -c 'import os; os.removexattr("/run/docker.sock", "system.posix_acl_access")'
  says docker-socket closed
  in_node userdel passerby
}

@test "a port that dockerd listens on is told of, without a scheme and behind another flag" {
  says docker-hosts closed
  daemon_end dockerd
  daemon dockerd dockerd --containerd /run/containerd/containerd.sock -Hunix:///run/docker.sock -DH 127.0.0.1:2375
  wait_for 90 docker -H tcp://127.0.0.1:2375 version
  says docker-hosts open docker-socket closed
  docker_restart
  says docker-hosts closed
}
