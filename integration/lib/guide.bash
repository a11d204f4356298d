# shellcheck shell=bash
# The guides of docs/ on an empty node: their commands are run in order, and print what stands there. Source lib/common and
# lib/engine first.

# guide_node v1|v2: a node without anything of runclamp's.
guide_node() {
  [ "$(id -u)" = 0 ] || skip "engines need root: run as root"
  need jq jq
  need busybox busybox-static
  need_shim
  T=$(mktemp -d /var/tmp/runclamp-guide.XXXXXX)
  export T
  "$LIB/node" start "$1" / "$T"
  in_node sh -c 'rm -rf /usr/local/bin/runclamp* /usr/local/bin/clampctl /etc/runclamp /var/lib/runclamp'
}

# guide_blocks FILE: each block of commands as a file, its exit code ("any" where it depends on the engine) and what is printed
# beside it.
guide_blocks() {
  mkdir "$T/blocks"
  awk -v dir="$T/blocks" '
    /^```sh/ { n++; name = sprintf("%s/%02d", dir, n); print ($2 ~ /^exit=/ ? substr($2, 6) : 0) >(name ".exit"); in_sh = 1; next }
    /^```text/ { in_text = 1; next }
    /^```/ { in_sh = in_text = 0; next }
    in_sh { print >(name ".sh") }
    in_text { print >(name ".text") }' "$1"
}

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

# guide_run MIN: all of them, at least MIN.
guide_run() {
  local ran=0 block code folder
  for block in "$T"/blocks/*.sh; do
    echo "--- $(basename "$block")"
    cat "$block"
    code=0
    # Only make belongs to the clone.
    folder=/root
    ! grep -q '^make' "$block" || folder=$REPO
    in_node sh -c 'cd "$1" && exec sh -e "$2"' guide "$folder" "$block" >"$block.out" 2>&1 </dev/null || code=$?
    cat "$block.out"
    [ "$(cat "${block%.sh}.exit")" = any ] || [ "$code" -eq "$(cat "${block%.sh}.exit")" ]
    [ ! -e "${block%.sh}.text" ] || prints "${block%.sh}.text" "$block.out"
    ran=$((ran + 1))
  done
  [ "$ran" -ge "$1" ]
}
