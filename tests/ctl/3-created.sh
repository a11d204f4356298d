# shellcheck shell=bash disable=SC2154 # sourced by run
# --- bundles after their create: config.json holds the closure, the registration what the engine's profile was ---
KEYS='{verdict, engine_profile, closure, counts, removed_by_needs, removed_by_ceiling, removed_by_engine, floor_only, floor_overrides}'
created() { # HANDLER BUNDLE: a copy in $T/made, through the shim; the runtime fails behind the splice
  rm -rf "$T/made"
  mkdir -m 700 "$T/made"
  jq '.root.path = "/nowhere" | .process.args = ["/nowhere"] | del(.hooks)' "$2/config.json" >"$T/made/config.json"
  ctl check --json --handler "$1" "$T/made"
  before=$(jq -cS "$KEYS" <<<"$out")
  [ "$code" = 0 ] || return
  # A pod's sandbox is created under the ID that its annotation says.
  id=$(jq -r '.annotations // {} | if .["io.kubernetes.cri.container-type"] == "sandbox" then .["io.kubernetes.cri.sandbox-id"]
    elif .["io.kubernetes.cri-o.ContainerType"] == "sandbox" then .["io.kubernetes.cri-o.SandboxID"] else empty end' "$T/made/config.json")
  id=${id:-made-$((++made))}
  timeout 60 "$T/bin/$1" --root "$T/root" create --bundle "$T/made" "$id" >/dev/null 2>&1 </dev/null
  return 0
}
made=0 odd="" count=0 at=0
for dir in "$T"/g/*/ "$T"/b/{plain,few,conditions,unconfined,many}/; do
  handlers=(runclamp crun runsc)
  [[ $dir = "$T"/b/* ]] || handlers=("${handlers[at++ % 3]}")
  for handler in "${handlers[@]}"; do
    created "$handler" "$dir" || continue
    ctl check --json --handler "$handler" "$T/made"
    [ "$(jq -cS "$KEYS" <<<"$out")" = "$before" ] && [ "$(jq -r .created_as <<<"$out")" = "$id" ] ||
      odd="$odd $handler:$(basename "$dir")"
    count=$((count + 1))
  done
done
is "check after create says what it said before ($count bundles)" "$odd" ""
[ "$count" -gt 90 ]
result $? "more than 90 bundles were compared" "$count"

while IFS='|' read -r handler name call regex; do
  created "$handler" "$T/b/$name"
  ctl closure --handler "$handler" --why "$call" "$T/made"
  like "why $call after create ($handler $name)" "$code:$out" "$regex"
  like "why $call after create ($handler $name) says whose section it is" "$err" "container made-[0-9]+ was created from this bundle"
done <<'TABLE'
runclamp|few|connect|^0:connect: denied with EPERM, by the needs; the needs do not declare it; .*; the engine's profile allows it$
runclamp|few|bpf|^0:bpf: denied with EPERM, by the needs, the ceiling and the engine's profile; 
runclamp|few|personality|^0:personality: denied with EPERM, by the needs; .*; the engine's profile allows it under conditions
runclamp|plain|chroot|^0:chroot: denied with EPERM, by the ceiling; .*; the engine's profile allows it$
runclamp|unconfined|mount|^0:mount: denied with EPERM, by the ceiling; .*the engine wrote no profile$
crun|few|futex|^0:futex: denied with EPERM, by the needs; 
runsc|few|execve|^0:execve: denied with EPERM, by the needs; 
TABLE

# A create that is tried again, as a person or an engine would: the closure stays, the first registration says what the engine's profile was.
while IFS='|' read -r handler name; do
  created "$handler" "$T/b/$name"
  cp "$T/made/config.json" "$T/first.json"
  for again in "$id" "$id-again"; do
    : >"$T/decisions.jsonl"
    timeout 60 "$T/bin/$handler" --root "$T/root" create --bundle "$T/made" "$again" >/dev/null 2>&1 </dev/null
    cmp -s "$T/first.json" "$T/made/config.json"
    result $? "created again ($handler $name): config.json stays"
    like "created again ($handler $name): the decision says so" "$(jq -r '.warnings[]' "$T/decisions.jsonl")" "one that runclamp wrote, for container $id"
    ctl check --json --handler "$handler" "$T/made"
    is "check of a bundle that was created from again ($handler $name)" "$(jq -cS "$KEYS" <<<"$out")" "$before"
    [[ $(jq -r .created_as <<<"$out") = "$id"* ]]
    result $? "check names a container of it ($handler $name)" "$out"
  done
done <<'TABLE'
runclamp|few
runclamp|plain
runclamp|conditions
crun|unconfined
runsc|few
TABLE
# With other needs or another configuration by then, and whatever ID and runtime it is, the first closure is all there is to meet:
# that is said, on stderr too.
while IFS='|' read -r first name handler; do
  created "$first" "$T/b/$name"
  cp "$T/made/config.json" "$T/first.json"
  python3 - "$T/first.json" "$T/made.json" <<'PY'
import json, sys
first = open(sys.argv[1]).read()
at = first.index('"seccomp":') + len('"seccomp":')
at += len(first[at:]) - len(first[at:].lstrip())
section = first[at:at + json.JSONDecoder().raw_decode(first[at:])[1]]
bundle = json.loads(first)
bundle["annotations"]["io.runclamp.syscalls"] = "read write execve connect"
bundle["linux"]["seccomp"] = "@"
open(sys.argv[2], "w").write(json.dumps(bundle).replace('"@"', section))
PY
  for again in "$id-other" "$id"; do
    what="created again with other needs ($first $name, $handler $again)"
    cat "$T/made.json" >"$T/made/config.json"
    : >"$T/decisions.jsonl"
    said=$(timeout 60 "$T/bin/$handler" --root "$T/root" create --bundle "$T/made" "$again" 2>&1 >/dev/null </dev/null)
    like "$what: the decision says so" "$(jq -r '.warnings[]' "$T/decisions.jsonl")" "an earlier create wrote its closure into this bundle"
    like "$what: and stderr" "$said" "runclamp: an earlier create wrote its closure into this bundle"
    ctl closure --handler "$handler" --why connect "$T/made"
    like "$what: the engine's profile is the engine's" "$code:$out" "the engine's profile allows it"
  done
  rm -rf "$T/moved"
  cp -r "$T/b/$name" "$T/moved"
  : >"$T/decisions.jsonl"
  said=$(timeout 60 "$T/bin/$handler" --root "$T/root" create --bundle "$T/moved" "$id" 2>&1 >/dev/null </dev/null)
  case $said$(jq -r '.warnings[]?' "$T/decisions.jsonl") in *"an earlier create"*) false ;; esac
  result $? "the same ID with another bundle ($first $name, $handler): nothing is said" "$said"
done <<'TABLE'
crun|few|crun
crun|few|runclamp
runsc|few|runsc
runclamp|few|runclamp
TABLE
# The first one's record is gone by then: nobody knows, and nothing is claimed of the engine's profile.
created runclamp "$T/b/few"
cat "$T/made.json" >"$T/made/config.json"
rm -rf /run/runclamp
: >"$T/decisions.jsonl"
timeout 60 "$T/bin/runclamp" --root "$T/root" create --bundle "$T/made" "$id" >/dev/null 2>&1 </dev/null
like "created again with other needs, without a record: the decision says so" "$(jq -r '.warnings[]' "$T/decisions.jsonl")" "one that runclamp wrote, and there is no record of the create"
ctl check --json "$T/made"
is "created again with other needs, without a record: check claims nothing" "$(jq -c '[.created_as, (.warnings | map(select(test("runclamp wrote"))) | length)]' <<<"$out")" '[null,1]'
rm -rf "$T/moved" "$T/made.json"
# Another bundle's section, copied with it; and the first create's record is gone: nobody knows, and nothing is claimed.
created runclamp "$T/b/few"
rm -rf "$T/moved"
cp -r "$T/made" "$T/moved"
: >"$T/decisions.jsonl"
timeout 60 "$T/bin/runclamp" --root "$T/root" create --bundle "$T/moved" moved >/dev/null 2>&1 </dev/null
cmp -s "$T/made/config.json" "$T/moved/config.json"
result $? "created from a copied bundle: config.json stays"
like "created from a copied bundle: the decision says so" "$(jq -r '.warnings[]' "$T/decisions.jsonl")" "one that runclamp wrote, and there is no record of the create"
ctl check --json "$T/moved"
is "created from a copied bundle: check claims nothing" "$(jq -c '[.created_as, (.warnings | map(select(test("runclamp wrote"))) | length)]' <<<"$out")" '[null,1]'
rm -rf "$T/moved" "$T/first.json"

# What the record does not speak of: a section that was written anew, another folder, another version's calls, none at all.
created runclamp "$T/b/few"
cp -r "$T/made" "$T/moved"
jq '.linux.seccomp.syscalls[0].names -= ["read"]' "$T/made/config.json" >"$T/made.json" && cat "$T/made.json" >"$T/made/config.json"
ctl check --json "$T/made"
is "a section that was changed since is the engine's" "$(jq -c '[.created_as, (.warnings | map(select(test("runclamp wrote"))) | length)]' <<<"$out")" '[null,0]'
ctl closure --why connect "$T/moved"
like "the same section in another folder: no record" "$err" "one that runclamp wrote, and there is no record"
# The same section in a new folder that has a removed one's inode: file systems give numbers again, mostly at once.
mkdir -m 700 "$T/kept"
for _ in {1..16}; do
  created runclamp "$T/b/few"
  cp "$T/made/config.json" "$T/kept/"
  inode=$(stat -c %i "$T/made")
  rm -rf "$T/made"
  mkdir -m 700 "$T/made"
  [ "$(stat -c %i "$T/made")" != "$inode" ] || break
done
if [ "$(stat -c '%i %W' "$T/made")" = "$inode 0" ] || [ "$(stat -c %i "$T/made")" != "$inode" ]; then
  result 0 "a new folder with a removed one's inode # skip $(stat -f -c %T "$T") gives no number again, or keeps no time of birth: run it where /tmp is ext4"
else
  cp "$T/kept/config.json" "$T/made/"
  ctl check --json "$T/made"
  is "a new folder with a removed one's inode: no record" "$(jq -c '[.created_as, (.warnings | map(select(test("runclamp wrote"))) | length)]' <<<"$out")" '[null,1]'
fi
rm -rf "$T/kept"
created runclamp "$T/b/few"
for file in /run/runclamp/*; do
  [ ! -f "$file" ] || sed -i 's/"calls":[0-9]*/"calls":7/' "$file"
done
ctl check --json "$T/made"
is "a record of a version with other calls" "$(jq -c '[.created_as, (.warnings | map(select(test("runclamp wrote"))) | length)]' <<<"$out")" '[null,1]'
rm -rf /run/runclamp
ctl check --json "$T/made"
is "no records at all" "$(jq -c '[.created_as, (.warnings | map(select(test("runclamp wrote"))) | length)]' <<<"$out")" '[null,1]'
rm -rf "$T/moved" "$T/made.json"
