# shellcheck shell=bash disable=SC2154 # sourced by run
# --- install and uninstall, on a node's root below a folder ---
N=$T/installed
node() { # a fresh one
  rm -rf "$N"
  mkdir -p "$N"/{etc/runclamp,usr/local/bin,var/lib,run}
  cp "$B/runclamp" "$N/usr/local/bin/runclamp"
  jq -n '{handlers: {runclamp: {runtime: "runc", path: "/usr/sbin/runc"}, other: {runtime: "crun", path: "/usr/bin/crun"},
    h1: {runtime: "runc", path: "/r"}, h2: {runtime: "runc", path: "/r"}, h3: {runtime: "runc", path: "/r"},
    h4: {runtime: "runc", path: "/r"}, runc: {runtime: "runc", path: "/r"}}}' >"$N/etc/runclamp/config.json"
}
inst() { ctl "$@" --root "$N"; }
D=$N/etc/docker/daemon.json
whole() { find "$N" -mindepth 1 ! -path "$N/var/lib/runclamp" -printf '%P %y %m %U:%G %l\n' | sort; (cd "$N" && find . -type f -exec sha256sum {} + | sort); }

node
while IFS='|' read -r status name why; do
  result "$status" "$name" "$why"
done < <(python3 "$ROOT/tests/ctl/install_docker.py" "$CTL" "$N")

node
before=$(whole)
inst install docker --dry-run --handler other
is "install --dry-run: exit code 0" "$code:$err" "0:"
like "install --dry-run: says what it would do" "$out" "would make the link .*/usr/local/bin/other -> runclamp.*systemctl reload docker"
is "install --dry-run: changes nothing, not even a folder" "$(find "$N/var/lib" -mindepth 1):$(whole)" ":$before"
inst install docker --handler other
is "install: the folder, the file, the link" "$code:$(stat -c '%a %U' "$N/etc/docker" "$D" | paste -sd,):$(readlink "$N/usr/local/bin/other")" \
  "0:755 root,644 root:runclamp"
is "install: the path is the node's" "$(jq -c . "$D")" '{"runtimes":{"other":{"path":"/usr/local/bin/other"}}}'
is "install: what it keeps is for root alone" "$(stat -c '%a %U' "$N/var/lib/runclamp" "$N/var/lib/runclamp/install.json" | paste -sd,)" "700 root,600 root"
inst uninstall docker --handler other
is "uninstall: as if it had never been" "$code:$(whole)" "0:$before"
inst uninstall docker --handler other
like "uninstall twice: nothing to change" "$code:$out" "^0:.*nothing to change"

node
mkdir -p "$N/etc/docker" "$N/etc/real"
printf '{"debug": true}' >"$N/etc/real/daemon.json"
chmod 640 "$N/etc/real/daemon.json"
chown 0:34 "$N/etc/real/daemon.json"
python3 -c 'import os, sys; os.setxattr(sys.argv[1], "security.runclamp-test", b"mine")' "$N/etc/real/daemon.json"
ln -s /etc/real/daemon.json "$D"
before=$(whole)
inst install docker
is "install: a link stays one, its target is the node's" "$code:$(readlink "$D"):$(jq -r .runtimes.runclamp.path "$N/etc/real/daemon.json")" \
  "0:/etc/real/daemon.json:/usr/local/bin/runclamp"
is "install: owner, mode and attributes are kept" "$(stat -c '%a %u:%g' "$N/etc/real/daemon.json"):$(python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], "security.runclamp-test").decode())' "$N/etc/real/daemon.json")" "640 0:34:mine"
is "install: no file is left beside it" "$(find "$N/etc" -name '.*runclamp*')" ""
inst uninstall docker
is "uninstall: through the link, byte for byte" "$code:$(whole)" "0:$before"
ln -sfn /etc/nowhere "$D"
inst install docker
like "install: a link that leads nowhere" "$code:$err" "^2:.*daemon.json is a symbolic link that leads nowhere"
rm "$D" && mkdir "$D"
inst install docker
like "install: a folder in the file's place" "$code:$err" "^2:.*daemon.json is not a regular file"
rmdir "$D" && printf '{"debug": true}' >"$D"
mount --bind "$N/etc/docker" "$N/etc/docker" && mount -o remount,bind,ro "$N/etc/docker"
inst install docker
like "install: a read-only folder" "$code:$(cat "$D"):$err" '^2:\{"debug": true\}:.*/etc/docker/daemon.json: .*[Rr]ead-only'
umount "$N/etc/docker"

node
inst install docker --handler nobody
like "install: a handler that the configuration lacks" "$code:$err" '^2:.*"handlers" first.* no handler named "nobody"'
inst install docker --handler runc
like "install docker: a name that dockerd reserves" "$code:$err" '^2:.*dockerd keeps the name "runc"'
inst install dokcer
like "install: an unknown engine" "$code:$err" '^2:.*no engine "dokcer", only: docker'
inst install all
like "install: not all at once" "$code:$err" "^2:"
ctl install docker --root here
like "install: --root must be absolute" "$code:$err" "^2:.*--root must be an absolute path"
inst install docker --config x.json
like "install: --config must be absolute" "$code:$err" "^2:.*--config must be an absolute path"
like "install: needs root" "$(other "$CTL" install docker 2>&1)" "as root"
like "uninstall: needs root" "$(other "$CTL" uninstall docker 2>&1)" "as root"
echo '#!/bin/true' >"$N/usr/local/bin/other"
inst install docker --handler other
like "install: another program by the handler's name" "$code:$err" "^2:.*/usr/local/bin/other is there and is not runclamp"
rm "$N/usr/local/bin/other"
rm "$N/usr/local/bin/runclamp"
inst install docker
like "install: no runclamp on the node" "$code:$err:$(ls "$N/etc")" "^2:.*install runclamp on the node first:runclamp$"

# The handler's runtime: where the node has it.
runtimes() { # WHERE... HANDLER: install's answer on a node with runtimes only there
  node
  cp "$ROOT/config/config.json" "$N/etc/runclamp/config.json"
  [ -z "${3:-}" ] || jq -n "$3" >"$N/etc/runclamp/config.json"
  mkdir -p "$N$(dirname "$1")"
  install -m 755 /dev/null "$N$1"
  inst install docker --handler "$2"
}
for row in '/usr/bin/runc|runclamp||' '/usr/local/sbin/runc|runclamp||' \
  '/usr/bin/crun|runclamp||/usr/local/sbin/runc and the other usual places; ' \
  '/usr/bin/crun|x|{handlers: {x: {}}}|' '/usr/bin/crun|runclamp|{}|' \
  '/usr/bin/runc|x|{handlers: {x: {path: "/usr/sbin/runc"}}}|/usr/sbin/runc; '; do
  IFS='|' read -r where handler text want <<<"$row"
  runtimes "$where" "$handler" "$text"
  if [ -z "$want" ]; then
    is "install: ${text:-the shipped configuration} and $where" "$code:$(grep -c warning <<<"$out")" 0:0
  else
    like "install: ${text:-the shipped configuration} and $where" "$code:$out" "^0:.*warning: the handler $handler has no runtime on this node, as far as it is seen from here: .*$want"
  fi
done

# More than one: which is taken. What leads to another or to runclamp is no second one.
while IFS='|' read -r change want; do
  node
  cp "$ROOT/config/config.json" "$N/etc/runclamp/config.json"
  mkdir -p "$N"/usr/{sbin,bin,local/sbin}
  install -m 755 /dev/null "$N/usr/sbin/runc"
  eval "$change"
  inst install docker
  is "install: the runtime that is taken, when: $change" "$code:$(sed -n "s|^note: the handler runclamp takes $N\\(.*\\) is there as well: .*|\1|p" <<<"$out"):$(grep -c warning <<<"$out")" "0:$want"
done <<'TABLE'
install -m 755 /dev/null "$N/usr/local/sbin/runc"|/usr/local/sbin/runc, and /usr/sbin/runc:0
install -m 755 /dev/null "$N/usr/bin/runc"|/usr/sbin/runc, and /usr/bin/runc:0
ln -s ../sbin/runc "$N/usr/bin/runc"|:0
ln -s runclamp "$N/usr/local/bin/runc"|:0
rm "$N/usr/sbin/runc"; ln -s runclamp "$N/usr/local/bin/runc"|:1
TABLE

# The same order where it counts: on the node itself, by the shim and by clampctl.
mkdir -m 755 "$T/sbin" "$T/lbin"
cp "$B/runclamp" "$T/lbin/runclamp"
mount --bind "$T/sbin" /usr/local/sbin && mount --bind "$T/lbin" /usr/local/bin
cp "$ROOT/config/config.json" /etc/runclamp/config.json
taken() { # the one that says its version through runclamp, and the one that clampctl looks at
  (/usr/local/bin/runclamp --version 2>&1 | head -n 1)
  ctl check "$T/b/plain"
  awk '$1 == "runtime" { print $NF }' <<<"$out"
}
version=$("$RUNC" --version | head -n 1)
is "a runtime in the usual places: the node's" "$(taken)" "$version
/usr/sbin/runc"
ln -s runclamp "$T/lbin/runc"
is "a runtime in the usual places: a name that leads to runclamp is passed over" "$(taken)" "$version
/usr/sbin/runc"
printf '#!/bin/sh\necho runc version 1.1.99\n' >"$T/sbin/runc"
chmod 755 "$T/sbin/runc"
is "a runtime in the usual places: in the order of PATH" "$(taken)" "runc version 1.1.99
/usr/local/sbin/runc"
chown 65534 "$T/sbin/runc"
like "a runtime in the usual places: the first one has to be root's, and no other is taken for it" "$(taken)" '^runclamp: .*/usr/local/sbin/runc.*not trusted[^/]*$'
umount /usr/local/sbin /usr/local/bin
config

node
mkdir "$N/etc/mine"
inst install docker --config /etc/mine/d.json
is "install --config" "$code:$(jq -r .runtimes.runclamp.path "$N/etc/mine/d.json"):$(find "$N/etc/docker" 2>/dev/null)" "0:/usr/local/bin/runclamp:"
inst uninstall docker
is "uninstall: finds the file by itself" "$code:$(ls "$N/etc/mine")" "0:"

# Four at once: each finds the others' work.
node
mkdir "$N/etc/docker"
printf '{\n  "debug": true\n}\n' >"$D"
before=$(whole)
for i in 1 2 3 4; do "$CTL" install docker --handler "h$i" --root "$N" >/dev/null & done
wait
is "install: four at once" "$(jq -c '.runtimes | keys' "$D")" '["h1","h2","h3","h4"]'
inst uninstall docker --handler h2
is "uninstall: one of four" "$(jq -c '.runtimes | keys' "$D"):$(find "$N/usr/local/bin" -name 'h*' -printf '%f\n' | sort | paste -sd,)" \
  '["h1","h3","h4"]:h1,h3,h4'
inst uninstall all
is "uninstall all: byte for byte" "$code:$(whole)" "0:$before"

# A dockerd that has its default from the command line.
for words in '--default-runtime=runc' '--default-runtime runc' '-H fd:// --default-runtime=runclamp'; do
  node
  mkdir -p "$N/proc/77"
  printf '/usr/bin/dockerd %s ' "$words" | tr ' ' '\0' >"$N/proc/77/cmdline"
  inst install docker --set-default
  like "install docker --set-default: beside dockerd $words" "$code:$(find "$N/etc/docker" 2>/dev/null):$err" "^2::.*dockerd runs with --default-runtime runc"
  inst install docker
  is "install docker: beside dockerd $words" "$code" 0
done
printf '/usr/bin/dockerd\0--default-runtime-x=1\0' >"$N/proc/77/cmdline"
inst install docker --set-default
is "install docker --set-default: beside a dockerd without it" "$code:$(jq -r '."default-runtime"' "$D")" 0:runclamp

# The default of before is the default again, ours first.
node
mkdir "$N/etc/docker"
echo '{"default-runtime": "crun", "runtimes": {"crun": {"path": "/usr/bin/crun"}}}' >"$D"
before=$(whole)
inst install docker --set-default
inst install docker --handler other --set-default
inst install docker --handler h1 --set-default
inst uninstall docker --handler other
is "uninstall docker: another one than the default" "$code:$(jq -r '."default-runtime"' "$D")" 0:h1
inst uninstall docker --handler h1
is "uninstall docker: the default of before is the default again" "$code:$(jq -r '."default-runtime"' "$D")" 0:runclamp
like "uninstall docker: says so" "$out" "daemon.json: the default is runclamp again"
jq '."default-runtime" = "crun"' "$D" >"$T/d.json" && cp "$T/d.json" "$D"
inst install docker --handler h1
inst uninstall docker --handler h1
is "uninstall docker: a default that somebody chose since stays" "$code:$(jq -r '."default-runtime"' "$D")" 0:crun
inst uninstall docker
rm "$D"
echo '{"default-runtime": "crun", "runtimes": {"crun": {"path": "/usr/bin/crun"}}}' >"$D"
is "uninstall docker: the links are gone with the last" "$(whole)" "$before"

# Containers of the handler: by the records that the shim writes.
node
inst install docker
mkdir -p "$N/run/runc/busy" "$N/run/runclamp"
record() { # HANDLER ID
  jq -nc --arg h "$1" --arg id "$2" '{version: 1, handler: $h, runtime: "runc", path: "/usr/sbin/runc", args: [], id: $id, roots: ["/run/runc"]}' \
    >"$N/run/runclamp/$(printf %s "$2" | sha256sum | cut -c1-40)"
}
record runclamp busy
record runclamp stale
record other elsewhere
inst uninstall docker
like "uninstall: refused while a container is there" "$code:$err" "^1:.*handler runclamp still has 1 container, .*: busy; delete it first \(or --force\)"
is "uninstall: nothing was changed then" "$(jq -r .runtimes.runclamp.path "$D")" /usr/local/bin/runclamp
inst uninstall all
like "uninstall all: refused as well" "$code:$err" "^1:.*runclamp still has 1 container.*: busy"
inst uninstall docker --force
is "uninstall --force" "$code:$(find "$N/etc/docker" 2>/dev/null)" "0:"
rmdir "$N/run/runc/busy"
inst install docker
inst uninstall docker
is "uninstall: a record without a container counts for nothing" "$code" 0
inst install docker
mkdir -p "$N/run/user/1000/crun/mine" "$N/run/user/1000/runclamp"
jq -nc '{version: 1, handler: "runclamp", runtime: "crun", path: "/usr/bin/crun", args: [], id: "mine", roots: ["/run/user/1000/crun"]}' \
  >"$N/run/user/1000/runclamp/$(printf mine | sha256sum | cut -c1-40)"
chown -R 1000 "$N/run/user/1000"
inst uninstall docker
like "uninstall: a user's rootless container counts" "$code:$err" "^1:.*runclamp still has 1 rootless container, .*: mine .of uid 1000.; .*--force goes on"
inst uninstall all --ignore-users --dry-run
like "uninstall --ignore-users: warns" "$code:$out" "^0:.*warning: runclamp has rootless containers, .*: mine .of uid 1000."
# What a user writes there must not steer root's terminal, nor look like a line of our own.
evil=$'\e]0;pwned\a\ndone\u009b\u202e'
mkdir -p "$N/run/user/1000/crun/$evil"
jq -nc --arg id "$evil" '{version: 1, handler: "runclamp", runtime: "crun", path: "/usr/bin/crun", args: [], id: $id, roots: ["/run/user/1000/crun"]}' \
  >"$N/run/user/1000/runclamp/$(printf %s "$evil" | sha256sum | cut -c1-40)"
chown -R 1000 "$N/run/user/1000"
inst uninstall all --ignore-users --dry-run
like "uninstall --ignore-users: a user's bytes are shown, not sent to the terminal" "$code:$(grep 'rootless' <<<"$out")" \
  '^0:.*: .*\\x1b\]0;pwned\\x07\\x0adone\\xc2\\x9b\\xe2\\x80\\xae .of uid 1000.'
is "uninstall --ignore-users: none of them is left" "$(grep -cP '[^\x20-\x7e]' <<<"$out")" 0
inst uninstall docker
is "uninstall: nor in an error" "$code:$(grep -cP '[^\x20-\x7e]' <<<"$err")" 1:0
rm -r "$N/run/user/1000/crun/$evil"
record runclamp busy && mkdir -p "$N/run/runc/busy"
inst uninstall all --ignore-users
like "uninstall --ignore-users: root's count all the same" "$code:$err" "^1:.*has 1 container, .*: busy;"
rmdir "$N/run/runc/busy"
# What a user makes of his folder does not keep root from anything.
forge() { # ID ROOT
  jq -nc --arg id "$1" --arg root "$2" '{version: 1, handler: "runclamp", runtime: "crun", path: "/usr/bin/crun", args: [], id: $id, roots: [$root]}' \
    >"$N/run/user/1000/runclamp/$(printf %s "$1" | sha256sum | cut -c1-40)"
}
rm -r "$N/run/user/1000/crun"
echo x >"$N/run/user/1000/runclamp/$(printf junk | sha256sum | cut -c1-40)"
mkdir "$N/run/rootish"
forge rootish /run
ln -s /run/rootish "$N/run/user/1000/link"
forge link /run/user/1000
forge file /run/user/1000/link/../../etc/runclamp/config.json
chown -Rh 1000 "$N/run/user/1000"
mkdir -p "$N/run/user/1001/runclamp" "$N/run/user/1001/crun/mine"
forge mine /run/user/1001/crun
mv "$N/run/user/1000/runclamp/$(printf mine | sha256sum | cut -c1-40)" "$N/run/user/1001/runclamp/"
chown -R 1001 "$N/run/user/1001/crun"
inst uninstall docker
is "uninstall: a user's forged records don't count" "$code:$err" "0:"
inst install docker
rm -r "$N/run/user" "$N/run/rootish"
for i in 1 2 3 4 5 6; do mkdir -p "$N/run/runc/c$i" && record runclamp "c$i"; done
inst uninstall docker
like "uninstall: names some of many" "$code:$err" "^1:.*has 6 containers.* and 2 more; delete them first"
rm -r "$N/run/runc"
echo '{' >"$N/run/runclamp/$(printf broken | sha256sum | cut -c1-40)"
inst uninstall docker
like "uninstall: a record that can't be read counts" "$code:$err" "^1:.*has 1 container"
rm "$N/run/runclamp/"*[0-9a-f]

# Drop-ins: held against Python's TOML.
toml() { python3 -c 'import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], "rb"))))' "$1" | jq -c "$2"; }
node
P=$N/etc/containers/containers.conf.d/90-runclamp.conf
before=$(whole)
inst install podman
is "install podman: the runtime, and the names that it knows anyhow" "$code:$(toml "$P" .)" \
  '0:{"engine":{"runtime_supports_json":["runclamp","crun","crun-vm","runc","kata","runsc","youki","krun","ocijail"],"runtimes":{"runclamp":["/usr/local/bin/runclamp"]}}}'
one=$(cat "$P")
inst install podman
is "install podman: a second time" "$code:$(cat "$P")" "0:$one"
inst install podman --handler other --set-default
is "install podman --set-default, a second handler" "$code:$(toml "$P" '[.engine.runtime, .engine.runtime_supports_json[:2], .engine.runtimes]')" \
  '0:["other",["runclamp","other"],{"runclamp":["/usr/local/bin/runclamp"],"other":["/usr/local/bin/other"]}]'
is "install podman --set-default: takes effect" "$code" 0
for later in '99-local.conf|[engine]
runtime = "crun"|^1:.*99-local.conf.*sets runtime to crun' \
  '99-local.conf|[engine.runtimes]
other = ["/usr/bin/crun"]|^1:.*99-local.conf.*sets other to /usr/bin/crun' \
  '99-local.conf|[engine]
runtime = """x"""|^1:.*not known: .*99-local.conf' \
  '99-local.conf.old|[engine]
runtime = "crun"|' '10-local.conf|[engine]
runtime = "crun"|' '99-local.conf|[engine]
runtime = "other"|'; do
  IFS='|' read -r -d '' name text want <<<"$later"
  want=${want%$'\n'}
  echo "$text" >"${P%/*}/$name"
  inst install podman --handler other --set-default
  like "install podman: beside $name, ${text//$'\n'/ }" "$code:$out" "${want:-^0}"
  rm "${P%/*}/$name"
done
inst uninstall podman --handler other
is "uninstall podman: the other stays, and no default" "$code:$(cat "$P")" "0:$one"
inst install podman --set-default
one=$(cat "$P")
inst install podman --handler other --set-default
inst install podman --handler other --set-default
inst uninstall podman --handler other
is "uninstall podman: the default of before is the default again" "$code:$(cat "$P")" "0:$one"
like "uninstall podman: says so" "$out" "90-runclamp.conf: the default is runclamp again"
inst install podman --handler other --set-default
inst uninstall podman
is "uninstall podman: the default stays where another one goes" "$code:$(toml "$P" .engine.runtime)" '0:"other"'
inst uninstall podman --handler other
inst install podman
inst uninstall podman
is "uninstall podman: as if it had never been" "$code:$(whole)" "0:$before"
# What Podman keeps by a runtime's name, the handler has as its runtime has it; the operator's own lists stay in force.
mkdir -p "${P%/*}" "$N/usr/bin" "$N/usr/share/containers"
jq '.handlers += {krun: {runtime: "crun", path: "/usr/bin/krun"}, wrapped: {runtime: "crun", path: "/opt/wrapper", inner: "/opt/crun-1"},
  mine: {runtime: "runc", path: "/opt/mine"}, found: {runtime: "crun"}, sandbox: {runtime: "runsc", path: "/usr/bin/runsc"}}' \
  "$N/etc/runclamp/config.json" >"$N/c" && mv "$N/c" "$N/etc/runclamp/config.json"
while IFS='|' read -r handler file text nocgroup kvm; do
  [ -z "$file" ] || printf '%b' "$text" >"$N$file"
  inst install podman --handler "$handler"
  is "install podman: the lists for $handler${file:+ beside $file}" \
    "$code:$(toml "$P" '[.engine.runtime_supports_nocgroup, .engine.runtime_supports_kvm] | map((. // ["-"]) | join(" "))' | jq -r 'join("|")')" "0:$nocgroup|$kvm"
  inst uninstall podman --handler "$handler"
  [ -z "$file" ] || rm "$N$file"
done <<'LISTS'
runclamp|||-|-
sandbox|||-|-
other|||other crun crun-vm krun|-
found|||found crun crun-vm krun|-
wrapped|||wrapped crun crun-vm krun|-
krun|||krun crun crun-vm|krun kata kata-runtime kata-qemu kata-fc
mine|||-|-
mine|/etc/containers/containers.conf|[engine]\nruntime_supports_nocgroup = ["mine", "x"]\n|mine x|-
other|/etc/containers/containers.conf|[engine]\nruntime_supports_nocgroup = ["x"]\n|-|-
other|/etc/containers/containers.conf|[engine]\nruntime_supports_nocgroup = ["x", {append=true}]\n|other crun crun-vm krun x|-
other|/usr/share/containers/containers.conf|[engine]\nruntime_supports_nocgroup = ["crun"]\n|other crun|-
other|/etc/containers/containers.conf.d/10-a.conf|[engine]\nruntime_supports_nocgroup = ["crun"]\n|other crun|-
other|/etc/containers/containers.conf.d/99-a.conf|[engine]\nruntime_supports_nocgroup = []\n|other crun crun-vm krun|-
other|/etc/containers/containers.conf.d/10-a|[engine]\nruntime_supports_nocgroup = []\n|other crun crun-vm krun|-
LISTS
echo '{}' >"$N/etc/runclamp/config.json"
ln "$N/usr/local/bin/runclamp" "$N/usr/bin/runc"
cp "$CRUN" "$N/usr/bin/crun"
inst install podman
is "install podman: the lists for the runtime that the node has" "$code:$(toml "$P" .engine.runtime_supports_nocgroup[0])" '0:"runclamp"'
inst uninstall podman
node
mkdir -p "${P%/*}"
printf '[engine]\nruntime_supports_json = ["mine"]\n' >"$N/etc/containers/containers.conf"
inst install podman
is "install podman: whose list it replaces is in it" "$code:$(toml "$P" .engine.runtime_supports_json)" '0:["runclamp","mine"]'
printf '[engine]\nruntime_supports_nocgroup = ["crun"]\n' >"${P%/*}/99-local.conf"
inst install podman --handler other
like "install podman: a later list without the handler" "$code:$out" "^0:.*note: .*99-local.conf, .* sets runtime_supports_nocgroup without \"other\": add it"
printf '[engine]\nruntime_supports_nocgroup = ["crun", "other"]\n' >"${P%/*}/99-local.conf"
inst install podman --handler other
is "install podman: a later list with it" "$code:$(grep -c note: <<<"$out")" 0:0
rm "${P%/*}/99-local.conf"
echo '{' >"$N/etc/runclamp/config.json"
inst uninstall podman --handler other
like "uninstall podman under a broken configuration" "$code:$out" "^0:.*note: which runtimes the handlers have is not known"
inst uninstall podman
is "uninstall podman: the file goes under it, too" "$code:$(ls "${P%/*}")" "0:"
node
mkdir -p "${P%/*}"
echo '[engine]' >"$P"
inst install podman
like "install podman: never touches another's file" "$code:$(cat "$P"):$err" "^2:\[engine\]:.*90-runclamp.conf is there and clampctl did not write it"
inst uninstall podman
like "uninstall podman: nor then" "$code:$(cat "$P"):$err" "^2:\[engine\]:.*clampctl did not write it"
rm "$P"
inst install podman
rm -r "$N/var/lib/runclamp"
inst uninstall podman
is "uninstall podman without a state: knows its own file" "$code:$(ls "${P%/*}")" "0:"

node
C=$N/etc/crio/crio.conf.d/90-runclamp.conf
inst install crio --handler other --set-default
is "install crio" "$code:$(toml "$C" .)" '0:{"crio":{"runtime":{"default_runtime":"other","runtimes":{"other":{"runtime_path":"/usr/local/bin/other","runtime_type":"oci","runtime_root":"/run/crio-other","allowed_annotations":[],"container_min_memory":"500KiB"}}}}}'
printf '[crio.runtime]\ndefault_runtime = "runc"\n' >"${C%/*}/99-local"
inst install crio --handler other
like "install crio: a later file with another default" "$code:$out" "^1:.*does not take effect: /etc/crio/crio.conf.d/99-local, .*sets default_runtime to runc"
rm "${C%/*}/99-local"
inst uninstall crio
# What CRI-O keeps by a handler, ours has as the one of its runtime has it: never what finds another program.
while IFS='|' read -r name handler files want; do
  rm -rf "$N/etc/crio" && mkdir -p "${C%/*}/50-more"
  while IFS='>' read -r file text; do
    [ -z "$file" ] || printf '%b' "${text//RT/[crio.runtime.runtimes}" >"$N/etc/crio/$file"
  done <<<"${files//;/$'\n'}"
  inst install crio --handler "$handler"
  is "install crio: $name" "$code:$(toml "$C" ".crio.runtime.runtimes.$handler | del(.runtime_path, .runtime_root) | del(.runtime_type | select(. == \"oci\"))" | jq -cS .)" \
    "0:$(jq -ncS "{allowed_annotations: []} + $want")"
  is "install crio: $name: the program and its place are ours" "$(toml "$C" "[.crio.runtime.runtimes.$handler | .runtime_path, .runtime_root]")" \
    "[\"/usr/local/bin/$handler\",\"/run/crio-$handler\"]"
  inst uninstall crio --handler "$handler"
done <<'CRIO'
crun as CRI-O itself has it|other||{container_min_memory: "500KiB"}
runc without a table|runclamp||{}
by name, in crio.conf|runclamp|crio.conf>RT.runc]\nallowed_annotations = ["io.kubernetes.cri-o.Devices", "io.kubernetes.cri-o.ShmSize"]\nprivileged_without_host_devices = true\n|{allowed_annotations: ["io.kubernetes.cri-o.Devices", "io.kubernetes.cri-o.ShmSize"], privileged_without_host_devices: true}
every key|other|crio.conf>RT.crun]\nmonitor_path = "/opt/conmon"\nmonitor_cgroup = "pod"\nmonitor_exec_cgroup = "container"\nmonitor_env = ["PATH=/bin", "A=\\"b\\""]\ncontainer_min_memory = "1MiB"\nno_sync_log = true\nseccomp_profile = "/etc/p.json"\nexec_cpu_affinity = "first"\ncontainer_create_timeout = 60\nstream_websockets = false\nRT.crun.default_annotations]\n"run.oci.systemd.subgroup" = ""\na = "b"\n|{monitor_path: "/opt/conmon", monitor_cgroup: "pod", monitor_exec_cgroup: "container", monitor_env: ["PATH=/bin", "A=\"b\""], container_min_memory: "1MiB", no_sync_log: true, seccomp_profile: "/etc/p.json", exec_cpu_affinity: "first", container_create_timeout: 60, stream_websockets: false, default_annotations: {"run.oci.systemd.subgroup": "", a: "b"}}
what leads to another program|other|crio.conf>RT.crun]\nruntime_path = "/usr/bin/crun"\nruntime_root = "/run/crun"\ninherit_default_runtime = true\nplatform_runtime_paths = {"linux/amd64" = "/usr/bin/crun"}\nruntime_config_path = "/c"\nruntime_pull_image = true\n|{}
a later file has the whole table|other|crio.conf>RT.crun]\nmonitor_path = "/a"\nno_sync_log = true\n;crio.conf.d/10-x>RT.crun]\nmonitor_path = "/b"\n|{monitor_path: "/b"}
files by name, a folder where its name stands|other|crio.conf.d/60>RT.crun]\nmonitor_path = "/c"\n;crio.conf.d/50-more/z>RT.crun]\nmonitor_path = "/b"\n;crio.conf.d/40>RT.crun]\nmonitor_path = "/a"\n|{monitor_path: "/c"}
a file in a folder|other|crio.conf.d/50-more/z>RT.crun]\nmonitor_path = "/b"\n;crio.conf.d/40>RT.crun]\nmonitor_path = "/a"\n|{monitor_path: "/b"}
a file behind ours|other|crio.conf.d/99>RT.crun]\nmonitor_path = "/b"\n|{monitor_path: "/b"}
by the program, whatever the name|other|crio.conf>RT.fast]\nruntime_path = "/usr/bin/crun"\nmonitor_path = "/f"\n|{monitor_path: "/f"}
two of one program: the one of the runtime's name|other|crio.conf>RT.crun]\nruntime_path = "/usr/bin/crun"\nmonitor_path = "/c"\nRT.fast]\nruntime_path = "/usr/bin/crun"\nmonitor_path = "/f"\n|{monitor_path: "/c"}
by the program's name|runclamp|crio.conf>RT.mine]\nruntime_path = "/opt/runc"\nmonitor_path = "/m"\nRT.kata]\nruntime_path = "/usr/bin/kata"\nmonitor_path = "/k"\n|{monitor_path: "/m"}
conmon-rs|other|crio.conf>RT.crun]\nruntime_type = "pod"\nmonitor_path = "/usr/bin/conmonrs"\n|{runtime_type: "pod", monitor_path: "/usr/bin/conmonrs"}
one that is no OCI runtime|other|crio.conf>RT.crun]\nruntime_type = "vm"\n|{}
CRIO
mkdir -p "${C%/*}"
printf '[crio.runtime.runtimes.runc]\nnew_thing = "x"\nno_sync_log = true\n' >"${C%/*}/10-a"
inst install crio
like "install crio: a key that is not known" "$code:$out" '^0:.*note: CRI-O.s handler runc sets new_thing, which clampctl does not know: the handler runclamp does without'
echo '[[' >"${C%/*}/10-a"
inst install crio
like "install crio: a file that can't be read" "$code:$out" '^0:.*note: what CRI-O.s own handlers have is not known: /etc/crio/crio.conf.d/10-a, line 1'
inst uninstall crio
is "uninstall crio: under it, too" "$code:$(ls "${C%/*}")" "0:10-a
50-more"
for text in 'inherit_default_runtime = true' 'platform_runtime_paths = {"linux/amd64" = "/usr/bin/runc"}'; do
  printf '[crio.runtime.runtimes.runclamp]\nruntime_path = "/usr/local/bin/runclamp"\n%s\n' "$text" >"${C%/*}/99-b"
  rm -f "${C%/*}/10-a"
  inst install crio
  like "install crio: a later file with $text" "$code:$out" "^1:.*99-b, which crio reads after it, sets ${text%% *} for runclamp, .*another program"
done
inst uninstall crio
rm -r "$N/etc/crio"
inst install crio --handler other
inst install podman --handler other
inst uninstall crio --handler other
is "uninstall crio: the link stays while another engine has the handler" "$code:$(ls "$N/etc"):$(readlink "$N/usr/local/bin/other")" \
  "0:containers
runclamp:runclamp"
inst uninstall all
is "uninstall all: the link goes with the last" "$code:$(find "$N/usr/local/bin" -name other)" "0:"
inst install containerd
like "install containerd: needs a containerd" "$code:$err" "^2:.*no containerd in the usual places"

echo '{"version": 1}' >"$N/var/lib/runclamp/install.json"
inst uninstall docker
like "uninstall: a damaged state" "$code:$err" "^2:.*install.json does not have the form"
rm -rf "$N"

# Links that lead where others than root may write.
node
mkdir -p "$N"/{etc/docker,etc/containers,home/u/conf}
echo '{}' >"$N/home/u/d.json"
chown -R 65534 "$N/home/u"
ln -s /home/u/d.json "$D"
ln -s /home/u/conf "$N/etc/containers/containers.conf.d"
inst install docker
like "install: a daemon.json of a user's" "$code $err" "^2 clampctl: .*/home/u is not root's alone .uid 65534, "
is "install: a daemon.json of a user's is left as it is" "$(cat "$N/home/u/d.json")" "{}"
inst install podman
like "install: a drop-in folder of a user's" "$code $err" "^2 clampctl: .*/home/u is not root's alone"
is "install: nothing is written there" "$(find "$N/home/u/conf" -type f)" ""
rm -rf "$N"

# The DaemonSet's installer, in the image's folders: a configuration with a fault does not reach the node.
image=$T/image
mkdir -p "$image"/{bin,config,proc,usr,opt/runclamp/bin,opt/runclamp/libexec/runclamp,host/etc/runclamp,host/opt/runclamp,host/var/{lib,log}/runclamp}
cp "$ROOT/config/kubernetes/image/installer" "$image/installer"
cp "$B/runclamp" "$B/clampctl" "$image/opt/runclamp/bin/"
cp "$B/runclamp-containerd" "$image/opt/runclamp/libexec/runclamp/"
cp "$(command -v busybox)" "$image/bin/busybox"
for applet in sh cat chmod cmp cp mkdir mv rm; do ln -sf busybox "$image/bin/$applet"; done
mount -t proc none "$image/proc"
# Under the sanitizers clampctl has libraries.
mount --bind /usr "$image/usr" && mount -o remount,bind,ro "$image/usr"
ln -s usr/lib usr/lib64 "$image/"
installer() { PATH=/bin ACTION=install HANDLERS=runclamp "$(type -P chroot)" "$image" /bin/sh /installer 2>&1; }
echo '{"level": "standard"}' >"$image/host/etc/runclamp/config.json"
echo '{"level": "strickt"}' >"$image/config/config.json"
out=$(installer)
like "installer: a configuration with a fault" "$?:$out:$(cat "$image/host/etc/runclamp/config.json"):$(find "$image/host/opt" -type f)" \
  '^2:.*level must be "strict".*the node stays as it is.*:\{"level": "standard"\}:$'
echo '{"level": "strict"}' >"$image/config/config.json"
out=$(installer)
is "installer: a good one is placed" "$(cat "$image/host/etc/runclamp/config.json")" '{"level": "strict"}'
umount "$image/proc" "$image/usr" && rm -rf --one-file-system "$image"
