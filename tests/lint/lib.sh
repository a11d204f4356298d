# shellcheck shell=sh
# What the checks share. They run from the top of the tree.

SOURCE_DIRS="shim libexec include tests integration hooks config docs"

# files NAME...: the tree's files of these names (patterns).
files() {
  set -f
  for pattern in "$@"; do
    for dir in $SOURCE_DIRS; do [ ! -d "$dir" ] || find "$dir" -type f -name "$pattern"; done
  done | sort
  set +f
}

# scripts: every shell script and bats file, by its first line.
scripts() {
  for dir in $SOURCE_DIRS .ci; do
    [ ! -d "$dir" ] || grep -rlIE --exclude-dir=bundles -m1 '^#!.*[ /](sh|bash|bats)( |$)' "$dir" || :
  done | while read -r file; do
    head -n 1 "$file" | grep -qE '^#!.*[ /](sh|bash|bats)( |$)' && echo "$file"
  done
  files '*.bash' '*.sh'
}

# complain: prints what stdin holds and fails if it holds anything.
complain() {
  found=$(cat)
  [ -z "$found" ] && return 0
  printf '%s\n' "$found"
  return 1
}
