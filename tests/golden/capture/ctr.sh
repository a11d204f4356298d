#!/bin/sh
# containerd's own client.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
VERSION=$(containerd --version | awk '{ sub(/[~+].*/, "", $3); print $3 }')
ENGINE="containerd $VERSION ctr"
PREFIX=$(prefix ctr "$VERSION")
long=$(i=0; while [ $i -lt 2000 ]; do printf 'word%d, ' $i; i=$((i + 1)); done)
start containerd containerd
wait_for ctr version
ctr image import $G/busybox.oci >/dev/null
c() {
  name=$1
  shift
  cap "$PREFIX-$name" ctr run --rm --runc-binary "$RUNTIME" "$@" docker.io/library/busybox:1 "$name" sleep 1
}
c default
c seccomp --seccomp
c seccomp-profile --seccomp --seccomp-profile $G/policy-358.json
c privileged --privileged
c annotations --annotation io.runclamp.syscalls=read,write,openat --annotation 'io.runclamp.capabilities=NET_BIND_SERVICE'
c annotation-long --annotation "org.example.long=$long"
c annotation-manifest --seccomp --annotation 'io.runclamp.closure={"version":1,"syscalls":["read",{"name":"socket","args":[{"index":0,"op":"SCMP_CMP_EQ","value":2}]}]}'
c labels --label io.runclamp.syscalls=read --label org.example.a='<b>'
c read-only --read-only
c with-ns --with-ns "network:/proc/self/ns/net" --net-host
c caps --cap-drop CAP_MKNOD --cap-add CAP_SYS_PTRACE --seccomp
c mount --mount type=bind,src=/run/containerd/containerd.sock,dst=/run/containerd/containerd.sock,options=rbind:ro --env 'A=<&>'
c limits --memory-limit 67108864 --cpus 0.5 --cwd /tmp
stop containerd
