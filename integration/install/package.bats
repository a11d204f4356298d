#!/usr/bin/env bats
# The Debian package, from an empty node: installed, one command for Docker, a container; upgraded; removed, refused while it is
# needed; purged.

load ../lib/common
load ../lib/engine
load ../lib/docker

setup_file() {
  need dpkg-deb dpkg
  need_docker
  need busybox busybox-static
  [ "$(id -u)" = 0 ] || skip "engines need root: run as root"
  T=$(mktemp -d /var/tmp/runclamp-package.XXXXXX)
  export T
  # A build folder of its own: two runs at once build two.
  B=$T/build make -s -C "$REPO" B="$T/build" deb >"$T/deb"
  DEB=$(cat "$T/deb")
  export DEB
  "$LIB/node" start v1 / "$T"
  # What the host has of runclamp, by hand or by a package, is not there.
  in_node sh -c 'rm -rf /usr/local/bin/runclamp* /usr/local/bin/clampctl /etc/runclamp /var/lib/runclamp; dpkg --purge --force-all runclamp >/dev/null 2>&1; true'
  node_file /etc/docker/daemon.json <<<'{"bridge": "none", "iptables": false, "storage-driver": "overlay2"}'
  daemon containerd containerd
  wait_for 60 in_node test -S /run/containerd/containerd.sock
  dockerd_up
  docker_image bb:1
}
teardown_file() { engine_clean; }

status_of() { in_node dpkg-query -W -f '${db:Status-Status}' runclamp 2>/dev/null || true; }

@test "the package: what it holds" {
  in_node dpkg-deb -c "$DEB" >"$T/list"
  for path in ./usr/bin/runclamp ./usr/bin/clampctl ./usr/bin/runclamp-runsc ./usr/libexec/runclamp/runclamp-containerd \
    ./etc/runclamp/config.json ./usr/share/man/man8/clampctl.8.gz ./usr/share/runclamp/whitelists/strict-137.json \
    ./usr/share/doc/runclamp/copyright ./usr/share/doc/runclamp/changelog.gz; do
    grep -q " $path\\( -> .*\\)\\?$" "$T/list" || { echo "lacks $path"; return 1; }
  done
  # Nothing of /usr/local, no service, everything root's, nothing that others may write.
  run grep -E '/usr/local|systemd|/init' "$T/list"
  [ "$status" -eq 1 ]
  [ "$(awk '{ print $2 }' "$T/list" | sort -u)" = root/root ]
  run grep -E '^[^l].......w' "$T/list"
  [ "$status" -eq 1 ]
  [ "$(dpkg-deb -f "$DEB" Depends)" = "" ]
  dpkg-deb -I "$DEB" conffiles | grep -qx /etc/runclamp/config.json
}

@test "the package: the same source gives the same bytes" {
  B=$T/again make -s -C "$REPO" B="$T/again" deb >"$T/deb2"
  cmp "$DEB" "$(cat "$T/deb2")"
}

@test "install, clampctl install docker, run" {
  in_node dpkg -i "$DEB"
  [ "$(status_of)" = installed ]
  in_node dpkg --verify runclamp
  [ "$(in_node clampctl version)" = "clampctl $(dpkg-deb -f "$DEB" Version)" ]
  # Where Docker's own packages have it.
  in_node mv /usr/sbin/runc /usr/bin/runc
  in_node clampctl install docker
  in_node cat /etc/docker/daemon.json | jq -e '.runtimes.runclamp.path == "/usr/bin/runclamp"'
  in_node kill -HUP "$(cat "$T/dockerd.pid")"
  wait_for 20 docker_knows runclamp
  docker run -d --name c1 --runtime=runclamp bb:1 sleep 1000
  [ "$(decided "$(docker_id c1)" | jq -r .verdict)" = allow ]
  run docker exec c1 grep Seccomp: /proc/self/status
  [[ ${lines[-1]} =~ ^Seccomp:.2 ]]
}

@test "an upgrade leaves engines, containers and a changed configuration alone" {
  before=$(in_node sha256sum /etc/docker/daemon.json)
  in_node sh -c 'sed -i "s/standard/standard/; \$a\\ " /etc/runclamp/config.json'
  changed=$(in_node sha256sum /etc/runclamp/config.json)
  in_node dpkg -i "$DEB"
  [ "$(in_node sha256sum /etc/docker/daemon.json)" = "$before" ]
  [ "$(in_node sha256sum /etc/runclamp/config.json)" = "$changed" ]
  docker exec c1 true
}

@test "remove: refused while a container needs it, with its name; the package stays" {
  run in_node dpkg -r runclamp
  echo "$output"
  [ "$status" -ne 0 ]
  [[ $output == *"runclamp still has 1 container"*"$(docker_id c1)"* ]]
  [ "$(status_of)" = installed ]
  in_node test -x /usr/bin/runclamp
  docker exec c1 true
}

@test "remove: takes runclamp out of Docker; purge leaves nothing" {
  docker rm -f c1
  # A record that any user can write is told of, and keeps no package.
  jq -n '{version: 1, handler: "runclamp", runtime: "crun", path: "/usr/bin/crun", args: [], id: "his", roots: ["/run/user/1234/crun"]}' |
    node_file "/run/user/1234/runclamp/$(printf his | sha256sum | cut -c1-40)"
  in_node sh -c 'mkdir -p /run/user/1234/crun/his && chown -R 1234 /run/user/1234'
  run in_node dpkg -r runclamp
  echo "$output"
  [ "$status" -eq 0 ]
  [[ $output == *"warning: runclamp has rootless containers, "*"his (of uid 1234)"* ]]
  [ "$(in_node cat /etc/docker/daemon.json)" = '{"bridge": "none", "iptables": false, "storage-driver": "overlay2"}' ]
  in_node test ! -e /usr/bin/runclamp
  in_node test -e /etc/runclamp/config.json
  in_node dpkg -P runclamp
  for path in /etc/runclamp /var/lib/runclamp /var/log/runclamp /usr/share/runclamp /usr/libexec/runclamp; do
    in_node test ! -e "$path" || { echo "$path is left"; return 1; }
  done
}
