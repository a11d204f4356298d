#!/bin/sh
# What the runtimes and umoci write themselves.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
made() { # NAME ABOUT COMMAND...: a command that writes config.json into the working directory
  name=$1 about=$2 dir=$G/spec/$1
  shift 2
  mkdir -p "$dir"
  (cd "$dir" && "$@") >"$G/log/$name" 2>&1
  keep "$name" "$about" "$dir/config.json"
}
runc="runc $(runc --version | awk 'NR == 1 { sub(/\+.*/, "", $3); print $3 }')"
crun="crun $(crun --version | awk 'NR == 1 { print $3 }')"
umoci="umoci $(umoci --version | awk '{ print $3 }')"
made runc-spec "$runc: runc spec" runc spec
made runc-spec-rootless "$runc: runc spec --rootless" runc spec --rootless
made crun-spec "$crun: crun spec" crun spec
made crun-spec-rootless "$crun: crun spec --rootless" crun spec --rootless
umoci unpack --image $G/oci:1 $G/unpacked >"$G/log/umoci" 2>&1
keep umoci-unpack "$umoci: umoci unpack of an image with labels" $G/unpacked/config.json
umoci unpack --rootless --image $G/oci:1 $G/unpacked-rootless >"$G/log/umoci" 2>&1
keep umoci-unpack-rootless "$umoci: umoci unpack --rootless of an image with labels" $G/unpacked-rootless/config.json
