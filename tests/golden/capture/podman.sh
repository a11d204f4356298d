#!/bin/sh
# Podman as root. --network=none: no network plugin is needed to write a config.json.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
VERSION=$(podman --version | awk '{ sub(/\+.*/, "", $3); print $3 }')
ENGINE="podman $VERSION"
PREFIX=$(prefix podman "$VERSION")
P="podman --cgroup-manager=cgroupfs --events-backend=file --runtime=$RUNTIME"
skopeo copy --quiet --insecure-policy oci-archive:$G/busybox.oci containers-storage:docker.io/library/busybox:1
IMAGE=docker.io/library/busybox:1
c() {
  name=$1
  shift
  # shellcheck disable=SC2086
  cap "$PREFIX-$name" $P run --rm --network="${NET:-none}" "$@" "$IMAGE" sleep 1
}
long=$(i=0; while [ $i -lt 1500 ]; do printf 'word%d ' $i; i=$((i + 1)); done)
mkdir -p /run/podman && : >/run/podman/podman.sock
echo containers:500000:1000000 | tee /etc/subuid >/etc/subgid
c default
c privileged --privileged
c unconfined --security-opt seccomp=unconfined
c privileged-custom --privileged --security-opt seccomp=$G/restrictive-324.json
c deny-list --security-opt seccomp=$G/deny-list.json
c conditions --security-opt seccomp=$G/conditions.json
c flags-log --security-opt seccomp=$G/flags-log.json
c flags-empty --security-opt seccomp=$G/flags-empty.json
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

# an annotation that makes crun load a filter of its own: one instruction, ALLOW
c annotation-bpf --annotation run.oci.seccomp_bpf_data=BgAAAAAA/38=
IMAGE=localhost/profiled:1
umoci config --image $G/oci:1 --tag profiled --config.label "io.containers.seccomp.profile=$(jq -c . $G/basic-262.json)"
skopeo copy --quiet --insecure-policy oci:$G/oci:profiled containers-storage:$IMAGE
c image-profile --seccomp-policy=image
IMAGE=docker.io/library/busybox:1

# a pod's containers need a living infra container
touch $G/real
# shellcheck disable=SC2086
podman() { command $P "$@"; }
podman pod create --name pod1 --network=none --infra-image docker.io/library/busybox:1 --infra-command '/bin/sleep 100000' \
  --label org.example.pod=one >/dev/null
cap "$PREFIX"-pod-infra podman pod start pod1
cap "$PREFIX"-pod-container podman run --rm --pod pod1 --annotation 'io.runclamp.syscalls/web=read write' --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 docker.io/library/busybox:1 true
podman pod rm -f -t 0 pod1 >/dev/null 2>&1

# Kubernetes' own YAML
cat >$G/pod.yaml <<'X'
apiVersion: v1
kind: Pod
metadata:
  name: kube1
  annotations:
    io.runclamp.syscalls/web: "read write nanosleep"
    io.podman.annotations.label/web: "disable"
spec:
  containers:
  - name: web
    image: docker.io/library/busybox:1
    command: ["/bin/sleep", "1"]
    securityContext: {readOnlyRootFilesystem: true, capabilities: {drop: ["ALL"]}}
X
skopeo copy --quiet --insecure-policy oci-archive:$G/busybox.oci containers-storage:localhost/podman-pause:4.3.1-0
cap "$PREFIX"-kube podman play kube --network=none --log-driver=none $G/pod.yaml
podman play kube --down $G/pod.yaml >/dev/null 2>&1
