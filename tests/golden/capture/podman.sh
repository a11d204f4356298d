#!/bin/sh
# Podman as root. --network=none: no network plugin is needed to write a config.json.
. "$HERE/lib.sh"
ENGINE="podman $(podman --version | awk '{print $3}')"
P="podman --cgroup-manager=cgroupfs --events-backend=file --runtime=$RUNTIME"
skopeo copy --quiet --insecure-policy oci-archive:$G/busybox.oci containers-storage:docker.io/library/busybox:1
c() {
  name=$1
  shift
  # shellcheck disable=SC2086
  cap "podman-$name" $P run --rm --network="${NET:-none}" "$@" docker.io/library/busybox:1 sleep 1
}
long=$(i=0; while [ $i -lt 1500 ]; do printf 'word%d ' $i; i=$((i + 1)); done)
mkdir -p /run/podman && : >/run/podman/podman.sock
echo containers:500000:1000000 | tee /etc/subuid >/etc/subgid
c default
c privileged --privileged
c unconfined --security-opt seccomp=unconfined
c privileged-custom --privileged --security-opt seccomp=$G/restrictive-324.json
c basic-262 --security-opt seccomp=$G/basic-262.json
c annotations --annotation 'io.runclamp.syscalls=read write openat exit_group' --annotation 'org.example.text=a <b> & c'
c annotation-long --annotation "org.example.long=$long"
c read-only --read-only
c userns --userns=auto
c userns-map --uidmap 0:100000:65536 --gidmap 0:100000:65536
c cap-drop-all --cap-drop ALL --security-opt no-new-privileges --user 1000
c cap-sys-admin --cap-add SYS_ADMIN
c ulimit --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --ulimit core=-1:-1
c ulimit-host --ulimit host
NET=host
c host-ns --pid=host --ipc=host --uts=host
NET=none
c init --init --init-path /usr/bin/tini-static
c systemd-tmpfs --systemd=always --tmpfs /scratch -v vol:/data
c socket -v /run/podman/podman.sock:/run/podman/podman.sock
c crun-annotation --annotation run.oci.keep_original_groups=1 --annotation run.oci.seccomp_fail_unknown_syscall=1

# a pod's containers need a living infra container
touch $G/real
# shellcheck disable=SC2086
podman() { command $P "$@"; }
podman pod create --name pod1 --network=none --infra-image docker.io/library/busybox:1 --infra-command '/bin/sleep 100000' \
  --label org.example.pod=one >/dev/null
cap podman-pod-infra podman pod start pod1
cap podman-pod-container podman run --rm --pod pod1 --annotation 'io.runclamp.syscalls/web=read write' --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 docker.io/library/busybox:1 true
podman pod rm -f -t 0 pod1 >/dev/null 2>&1
