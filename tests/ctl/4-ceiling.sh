# shellcheck shell=bash disable=SC2154 # sourced by run
# --- ceilings ---
ctl ceiling list
is "ceiling list: all of them, sorted" "$(awk '{print $1}' <<<"$out")" \
  "$(cd "$ROOT/config/whitelists" && printf '%s\n' *.json | sed 's/\.json$//' | sort)"
like "ceiling list: strict-137 has 137 calls" "$out" $'\nstrict-137 +137  [^\n]*recorded programs'
while read -r name; do
  ctl ceiling show "$name"
  want=$(jq -r '.amd64 | [(.syscalls + (.partial // []) + (.floor // []))[] | if type == "object" then .name else . end] | unique[]' \
    "$ROOT/config/whitelists/$name.json")
  is "ceiling show $name" "$(awk '{print $1}' <<<"$out")" "$want"
  ctl ceiling show --json "$name"
  is "ceiling show --json $name" "$(jq -r '[(.syscalls + .floor)[] | if type == "object" then .name else . end] | unique[]' <<<"$out")" "$want"
done < <("$CTL" ceiling list | awk '{print $1}')
ctl ceiling show node-default
like "ceiling show: conditions" "$out" $'\nclone  where arg0 & 0x7e020000 == 0\n'
ctl ceiling show strict-137
like "ceiling show: what is there for the floor alone" "$out" $'\nfaccessat2  for the runtime\'s own calls only\n'
ctl ceiling show gvisor-20221219.0:full
is "ceiling show NAME:full leaves partial ones out" "$(wc -l <<<"$out")" \
  "$(jq '.amd64 | (.syscalls + (.floor // [])) | length' "$ROOT/config/whitelists/gvisor-20221219.0.json")"
ctl ceiling show nodedefault
like "ceiling show: no such whitelist" "$code:$err" '^2:clampctl: .*no such whitelist; there are: .*node-default'
ctl ceiling diff strict-137 strict-137
is "ceiling diff: the same" "$code:$out" "0:"
ctl ceiling diff gvisor-20260817.0 gvisor-20260905.0
is "ceiling diff: two releases" "$code:$out" "1:+copy_file_range
-openat2  for the runtime's own calls only
+openat2"
for name in one two; do
  jq -n --arg name $name '{version: 1, name: $name, source: "a test", amd64: {architectures: ["SCMP_ARCH_X86_64"],
    syscalls: ["read", {name: "socket", args: [{index: 0, op: "SCMP_CMP_EQ", value: ({one: 2, two: 10}[$name])}]},
    {one: "open", two: "openat"}[$name]]}}' >"$T/$name.json"
done
ctl ceiling diff "$T/one.json" "$T/two.json"
is "ceiling diff: names and conditions" "$code:$out" "1:-open
+openat
-socket  where arg0 == 2
+socket  where arg0 == 10"
ctl ceiling diff "$T/one.json" nothing
is "ceiling diff: no such whitelist" "$code:$out" "2:"
ctl ceiling from-runsc --runsc "$RUNSC"
printf '%s\n' "$out" >"$T/mine.json"
ctl ceiling from-runsc
is "ceiling from-runsc: the handler's runsc when none is named" "$code:$out" "0:$(cat "$T/mine.json")"
ctl ceiling diff "$T/mine.json" gvisor-20221219.0
if "$RUNSC" --version | grep -q 20221219; then
  is "ceiling from-runsc: Debian 12's table is that of its release, but for the floor's own" "$code:$out" \
    "1:+openat2  for the runtime's own calls only
+personality  for the runtime's own calls only"
else
  like "ceiling from-runsc: a whitelist that can be read" "$code" '^[01]$'
fi
config ".handlers.mine = {runtime: \"runsc\", path: \"$RUNSC\", ceiling: \"$T/mine.json\"}"
ctl check --handler mine "$T/b/few"
is "ceiling from-runsc: its output is a ceiling" "$code" 0
config
ctl ceiling from-runsc --runsc "$CRUN"
like "ceiling from-runsc of something else" "$code:$out:$err" "^2::clampctl: .* is crun"
