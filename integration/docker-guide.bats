#!/usr/bin/env bats
# docs/docker.md on an empty node: its commands are run in order, and print what it says.

load lib/common
load lib/engine
load lib/docker

setup_file() {
  need_docker
  need jq jq
  need busybox busybox-static
  need_shim
  [ "$(id -u)" = 0 ] || skip "engines need root: run as root"
  T=$(mktemp -d /var/tmp/runclamp-guide.XXXXXX)
  export T
  "$LIB/node" start v1 / "$T"
  in_node sh -c 'rm -rf /usr/local/bin/runclamp* /usr/local/bin/clampctl /etc/runclamp /var/lib/runclamp /usr/local/bin/docker'
  node_file /etc/docker/daemon.json <<<'{"bridge": "none", "iptables": false, "storage-driver": "overlay2"}'
  # A node has no systemd: this stands in for the two words that the guide has of it.
  node_file /usr/local/bin/systemctl <<SYSTEMCTL
#!/bin/sh
pid=\$(cat "$T/dockerd.pid")
case \$1 in
  reload) kill -HUP "\$pid" && sleep 1 ;;
  restart) kill "\$pid" && while kill -0 "\$pid" 2>/dev/null; do sleep 0.1; done ;;
esac
SYSTEMCTL
  in_node chmod 755 /usr/local/bin/systemctl
  daemon containerd containerd
  wait_for 60 in_node test -S /run/containerd/containerd.sock
  dockerd_up
  # Each block of commands as a file, its exit code and what is printed beside it.
  mkdir "$T/blocks"
  awk -v dir="$T/blocks" '
    /^```sh/ { n++; name = sprintf("%s/%02d", dir, n); print ($2 ~ /^exit=/ ? substr($2, 6) : 0) >(name ".exit"); in_sh = 1; next }
    /^```text/ { in_text = 1; next }
    /^```/ { in_sh = in_text = 0; next }
    in_sh { print >(name ".sh") }
    in_text { print >(name ".text") }' "$REPO/docs/docker.md"
}
teardown_file() { engine_clean; }

# prints TEXT OUTPUT: each line of TEXT is one of OUTPUT; … stands for anything.
prints() {
  python3 - "$1" "$2" <<'PYTHON'
import re, sys
wanted, printed = (open(path, encoding="utf-8").read().splitlines() for path in sys.argv[1:])
for line in wanted:
    pattern = ".*".join(re.escape(part) for part in line.split("…"))
    if not any(re.fullmatch(pattern, other.rstrip()) for other in printed):
        sys.exit(f"not printed: {line}")
PYTHON
}

@test "the guide's commands do what it says" {
  ran=0
  for block in "$T"/blocks/*.sh; do
    echo "--- $(basename "$block")"
    cat "$block"
    code=0
    # Only make belongs to the clone.
    folder=/root
    ! grep -q '^make' "$block" || folder=$REPO
    in_node sh -c 'cd "$1" && exec sh -e "$2"' guide "$folder" "$block" >"$block.out" 2>&1 </dev/null || code=$?
    cat "$block.out"
    [ "$code" -eq "$(cat "${block%.sh}.exit")" ]
    [ ! -e "${block%.sh}.text" ] || prints "${block%.sh}.text" "$block.out"
    ran=$((ran + 1))
  done
  [ "$ran" -ge 15 ]
}

@test "after the guide nothing of runclamp is left in Docker" {
  dockerd_up
  [ "$(in_node cat /etc/docker/daemon.json)" = '{"bridge": "none", "iptables": false, "storage-driver": "overlay2"}' ]
  run docker_knows runclamp
  [ "$status" -ne 0 ]
  in_node test ! -e /usr/local/bin/runclamp
}
