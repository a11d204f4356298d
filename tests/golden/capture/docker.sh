#!/bin/sh
# Docker as root, bridge network, no iptables.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
VERSION=$(dockerd --version | sed 's/.*version \([^,+ ]*\).*/\1/')
ENGINE="docker $VERSION"
PREFIX=$(prefix docker "$VERSION")
mkdir -p /etc/docker
daemon() {
  printf '{"default-runtime":"capture","runtimes":{"capture":{"path":"%s"}},"storage-driver":"overlay2",' "$RUNTIME"
  printf '"iptables":false,"ip6tables":false,"ip-forward":false,"exec-opts":["native.cgroupdriver=cgroupfs"]%s}\n' "$1"
}
up() {
  daemon "$1" >/etc/docker/daemon.json
  start dockerd dockerd --containerd /run/containerd/containerd.sock
  wait_for docker info
  docker import --change 'CMD ["/bin/sh"]' --change 'LABEL io.runclamp.syscalls=read,write' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' $G/busybox.tar busybox:1 >/dev/null
}
c() {
  name=$1
  shift
  cap "$PREFIX-$name" docker run --rm "$@" busybox:1 sleep 1
}
start containerd containerd
wait_for ctr version
up ''
c default
c privileged --privileged
c unconfined --security-opt seccomp=unconfined
c basic-262 --security-opt seccomp=$G/basic-262.json
c restrictive-324 --security-opt seccomp=$G/restrictive-324.json
c policy-358 --security-opt seccomp=$G/policy-358.json
c deny-list --security-opt seccomp=$G/deny-list.json
c conditions --security-opt seccomp=$G/conditions.json
c flags-log --security-opt seccomp=$G/flags-log.json
c privileged-custom --privileged --security-opt seccomp=$G/basic-262.json
c drop-all --cap-drop ALL
c drop-all-user --cap-drop ALL --user 1000:1000 --security-opt no-new-privileges
c cap-sys-admin --cap-add SYS_ADMIN
c cap-ptrace-net --cap-add SYS_PTRACE --cap-add NET_ADMIN --cap-drop MKNOD
c read-only --read-only
c user-1000 --user 1000
c nnp --security-opt no-new-privileges
c host-net-pid --network host --pid host --ipc host
c engine-socket -v /var/run/docker.sock:/var/run/docker.sock
c tmpfs-ulimit --tmpfs /scratch:size=16m,mode=1777 --ulimit nofile=1024:2048 --ulimit core=-1 --ulimit memlock=-1:-1
c init --init
c limits --memory 64m --cpus 0.5 --pids-limit 50 --cpu-shares 512 --blkio-weight 300
c devices --device /dev/fuse --device-cgroup-rule 'c 10:200 rwm' --sysctl net.core.somaxconn=1024
c tty-workdir -t --hostname web --workdir /tmp
set --
i=0
while [ $i -lt 60 ]; do
  set -- "$@" --env "VAR_$i=<value & \"$i\">" --label "org.example.label-$i=value $i"
  i=$((i + 1))
done
c env-labels --env 'UTF8=Größe – 日本語' --env "LINES=$(printf 'a\nb\tc')" "$@"
stop dockerd
up ',"userns-remap":"default"'
c userns-remap
c userns-remap-host --userns host
stop dockerd
up ",\"seccomp-profile\":\"$G/restrictive-324.json\",\"no-new-privileges\":true"
c daemon-profile
stop dockerd
stop containerd
