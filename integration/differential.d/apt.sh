#!/bin/bash
# apt-get update from a folder: its methods are children that step down to _apt.
exec 2>&1
mkdir -p /tmp/repository /tmp/apt/lists/partial /tmp/apt/cache/archives/partial
chmod 755 /tmp/repository
printf 'Package: works\nVersion: 1\nArchitecture: all\nFilename: works.deb\nSize: 1\nSHA256: %064d\n\n' 0 >/tmp/repository/Packages
echo 'deb [trusted=yes] copy:/tmp/repository ./' >/tmp/sources.list
: >/tmp/apt/status
set -- -o Dir::Etc::sourcelist=/tmp/sources.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State=/tmp/apt \
  -o Dir::State::status=/tmp/apt/status -o Dir::Cache=/tmp/apt/cache -q
apt-get "$@" update | sed '/^Ign/d; s/ in .*//'
apt-cache "$@" policy works | sed 2q
apt-get "$@" --print-uris download works
for n in $(seq 30); do /bin/echo "$n" | cat; done | tail -n 1
