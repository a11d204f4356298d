#!/bin/sh
# Podman as a user of its own, uid 1000, with subordinate ids.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
ENGINE="podman $(podman --version | awk '{print $3}') rootless"
echo 'dev:x:1000:1000::/home/dev:/bin/sh' >>/etc/passwd
echo 'dev:x:1000:' >>/etc/group
echo dev:100000:65536 | tee /etc/subuid >/etc/subgid
install -d -o 1000 -g 1000 -m 700 /home/dev /run/user /run/user/1000
chmod 755 /run/user
chmod 777 $G/out
P="setpriv --reuid=1000 --regid=1000 --clear-groups env -C /home/dev HOME=/home/dev USER=dev XDG_RUNTIME_DIR=/run/user/1000 podman
  --cgroup-manager=cgroupfs --events-backend=file --runtime=$RUNTIME"
as_dev() {
  # shellcheck disable=SC2086
  $P "$@"
}
as_dev load -i $G/busybox.oci >/dev/null 2>&1 || echo "capture: rootless: no image" >&2
podman() { as_dev "$@"; }
c() {
  name=$1
  shift
  cap "podman-rootless-$name" podman run --rm --network=none "$@" docker.io/library/busybox:1 sleep 1
}
c default
c privileged --privileged
c keep-id --userns=keep-id --read-only
c custom --security-opt seccomp=$G/basic-262.json --annotation 'io.runclamp.syscalls=read write'
c ulimit --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --cap-drop ALL
