# shellcheck shell=bash disable=SC2154 # sourced by run
# --- check: verdicts ---
while IFS='|' read -r handler name want regex; do
  ctl check --handler "$handler" "$T/b/$name"
  is "check $handler $name: exit code" "$code" "$want"
  like "check $handler $name: says why" "$(tr -s ' \n' ' ' <<<"$out")" "$regex"
  before=$(sha256sum "$T/b/$name/config.json" 2>/dev/null)
  ctl check --json --handler "$handler" "$T/b/$name"
  is "check --json $handler $name: the same verdict" "$code:$(jq -r .verdict <<<"$out")" \
    "$want:$(case $want in 0) echo allow ;; 1) echo refuse ;; 2) echo error ;; esac)"
  is "check $handler $name: changes nothing" "$(sha256sum "$T/b/$name/config.json" 2>/dev/null)" "$before"
done <<'TABLE'
runclamp|plain|0|^allowed .*needs none are declared: the ceiling counts alone
runclamp|few|0|^allowed .*needs 3 calls, from annotation io.runclamp.syscalls
runclamp|far|1|^refused the image needs bpf and mount, which the ceiling node-default .*gate ceiling
permissive|far|0|^allowed .*warning needs outside the ceiling node-default are left out: bpf and mount
runclamp|typo|2|^could not decide .*opennat.*did you mean "openat"
runclamp|broken|2|^could not decide .*line 1
runclamp|nowhere|2|^could not decide .*nowhere
runclamp|many|0|warning the image declares 40 calls, more than the limit of 35
strict|many|1|^refused the image declares 40 calls.*gate limit
strict|plain|1|^refused the container declares no needs.*gate needs
runclamp|door|0|^allowed
crun|door|1|^refused .*seccomp_bpf_data.*gate backdoor
runsc|few|0|^allowed .*ceiling runtime
nobody|plain|2|^could not decide .*no handler named "nobody"
runclampp|plain|2|did you mean "runclamp"
runclamp|conditions|0|not enforced capabilities: .*NET_BIND_SERVICE not enforced network egress: 10.0.0.0/8:443/tcp
runclamp|conditions|0|floor overrides 1: read
audit|far|1|^refused .*audit mode the refusal is recorded only, and the container starts
audit|plain|0|audit mode what the closure would take away is logged
audited|plain|0|closure none is injected: runsc has no audit mode
TABLE

# --- check: declared calls that this machine has no number for: what each is, by the closure's architectures ---
while IFS='|' read -r name want; do
  ctl check --json "$T/b/$name"
  is "check $name: what the absent names are" "$(jq -r '.warnings | map(select(startswith("declared, "))) | join("; ")' <<<"$out")" "$want"
done <<'TABLE'
few|
absent|declared, but in no kernel: _sysctl, afs_syscall; declared, and of the closure's other architectures alone: waitpid; declared, but not on this container's architectures: spu_run
absent64|declared, but in no kernel: _sysctl, afs_syscall; declared, but not on this container's architectures: spu_run, waitpid
TABLE

# --- check: everything as JSON, for every golden bundle ---
keys='absent asked bundle ceiling ceiling_source closure closure_sha256 config counts created_as declared dropped_architectures engine_profile
floor floor_only floor_overrides gate handler image init init_only inject level limit mode needs not_enforced not_refused_yet on_missing
outside_ceiling over pause_container removed_by_ceiling removed_by_engine removed_by_needs runtime runtime_key runtime_path
runtime_version sentence sources sources_not_read verdict warnings'
keys=$(tr '\n' ' ' <<<"$keys" | sed 's/ $//')
odd="" count=0
for dir in "$T"/g/*/; do
  name=$(basename "$dir")
  handlers=(runclamp crun runsc)
  handler=${handlers[count++ % 3]}
  ctl check --json --handler "$handler" "$T/g/$name"
  # An object of its own for each exit code; sums that fit the lists.
  jq -e --arg keys "$keys" --argjson code "$code" '(keys | join(" ")) == $keys
    and {allow: 0, refuse: 1, error: 2}[.verdict] == $code and (.verdict == "allow") == (.sentence == null)
    and (.verdict == "refuse") == (.gate != null) and .counts.closure == (.closure | length)
    and .counts.removed_by_ceiling == (.removed_by_ceiling | length)
    and (.inject | not) == (.closure_sha256 == null)' <<<"$out" >/dev/null || odd="$odd $handler:$name"
done
is "check --json is one object with every key, for $count bundles" "$odd" ""
for name in nowhere broken; do
  ctl check --json "$T/b/$name"
  is "check --json of a bundle that is $name has every key" "$(jq -r 'keys | join(" ")' <<<"$out")" "$keys"
done

# --- check: the engine's init ---
cp "$(command -v busybox)" "$T/bin/docker-init"
bundle init "$(needs 'read') | .process.args = [\"/sbin/docker-init\", \"--\", \"sh\"]
  | .mounts += [{destination: \"/sbin/docker-init\", type: \"bind\", source: \"$T/bin/docker-init\", options: [\"bind\", \"ro\"]}]"
ctl check --json "$T/b/init"
is "the engine's init: a margin of its own, not charged to the image" \
  "$(jq -c '[.init, .counts.needs, (.init_only | index("rt_sigtimedwait") != null), (.floor_only | index("rt_sigtimedwait")), .warnings]' <<<"$out")" \
  '["tini",1,true,null,[]]'
ctl closure --why rt_sigtimedwait "$T/b/init"
like "the engine's init: why" "$out" "^rt_sigtimedwait: allowed, only for tini, the engine's init;"
chmod 777 "$T/bin/docker-init"
ctl check --json "$T/b/init"
is "the engine's init: not one that others can write" "$(jq -c '[.init, .init_only]' <<<"$out")" '[null,[]]'
chmod 755 "$T/bin/docker-init"
bundle init "$(needs 'read') | .process.args = [\"/sbin/docker-init\", \"--\", \"sh\"] | .linux.seccomp.syscalls[].names -= [\"setpgid\", \"kill\"]
  | .mounts += [{destination: \"/sbin/docker-init\", type: \"bind\", source: \"$T/bin/docker-init\", options: [\"bind\", \"ro\"]}]"
ctl check --json "$T/b/init"
is "the engine's init: never past the engine's profile, and a warning" \
  "$(jq -c '[.init, (.init_only | index("setpgid")), (.warnings | map(select(test("denies calls of tini.*: kill, setpgid|denies calls of tini.*kill and setpgid"))) | length)]' <<<"$out")" \
  '["tini",null,1]'

# --- check: what is said beyond the verdict ---
ctl check --handler strict "$T/b/few"
is "strict: five rules that are not there yet" "$(grep -c '^not refused yet' <<<"$out")" 5
ctl check "$T/b/few"
is "standard: one rule that is not there yet" "$(grep '^not refused yet' <<<"$out" | tr -s ' ')" \
  "not refused yet mounts of an engine's socket"
like "labels are not read" "$out" "not read +labels of the image: no engine made this bundle from an image"
like "without --image the catalogue is not read" "$out" "not read +the catalogue: no image is known"
is "no warnings on a sound node" "$(grep -c '^warning' <<<"$out")" 0
echo '{"version": 1, "image": {"reference": "r/app:1"}, "syscalls": ["read"]}' >/etc/runclamp/closures.d/app.json
ctl check --json --image r/app:1 "$T/b/few"
is "--image: the catalogue narrows the needs" "$(jq -c .needs <<<"$out")" '["read"]'
ctl check --json --image r/other:1 "$T/b/few"
is "--image: another image's entry does not count" "$(jq -c .needs <<<"$out")" '["read","socket","write"]'
config '.sources = ["annotation"] | .decision_log = "/nowhere/at/all.jsonl"'
ctl check "$T/b/few"
like "sources that are switched off" "$out" "not read +labels: switched off.*not read +the catalogue: switched off"
like "the record's folder is missing" "$out" "warning +the decision log's folder /nowhere/at does not exist"
config
mkdir -p /etc/runclamp/floors.d /etc/runclamp/whitelists
echo '{}' >/etc/runclamp/floors.d/runc-0-0-0-0.0-0.0.json
echo '{}' >/etc/runclamp/floors.d/stray.json
echo '{"version": 1, "name": "mine", "source": "me", "amd64": {"syscall": []}}' >/etc/runclamp/whitelists/mine.json
ctl check "$T/b/few"
flat=$(tr -s ' \n' ' ' <<<"$out")
like "a broken floor is a warning" "$flat" "warning [^ ]*/floors.d/runc-0-0-0-0.0-0.0.json: "
like "a floor that nothing reads is a warning" "$flat" "stray.json: not named RUNTIME-KEY.json"
like "a broken whitelist is a warning" "$flat" "warning [^ ]*/whitelists/mine.json: .*syscall"
is "but none of them counts for this bundle" "$code" 0
rm -r /etc/runclamp/floors.d /etc/runclamp/whitelists
# A release that does not exist: what it says of its annotations is all that counts here.
cat >"$T/bin/next" <<'NEXT'
#!/bin/sh
case $1 in
  --version) echo "crun version 1.28" ;;
  features) echo '{"potentiallyUnsafeConfigAnnotations": ["run.oci.", "krun.", "org.new.door", "io.kubernetes.cri.container-type"]}' ;;
esac
NEXT
chmod 755 "$T/bin/next"
config ".handlers.next = {runtime: \"crun\", path: \"$T/bin/next\"}"
ctl check --handler next "$T/b/few"
like "an unsafe annotation that a new release lists is a warning" "$(tr -s ' \n' ' ' <<<"$out")" \
  "does not know, so they are let through: org.new.door not read"
config '.handlers.runclamp.level = "lax"'
ctl check "$T/b/few"
is "a broken configuration: exit code 2" "$code" 2
like "a broken configuration: where" "$out" "^could not decide +/etc/runclamp/config.json"
config

# --- check and closure for another user ---
cp -r "$T/b/few" "$T/b/theirs"
chown -R 65534:65534 "$T/b/theirs"
chmod 755 "$T/b" && chmod 644 "$T/b/few/config.json"
is "another user checks a bundle of his own" "$(other "$CTL" check --json "$T/b/theirs" | jq -r .verdict)" allow
ctl check "$T/b/theirs"
like "root does not take another user's bundle" "$code $out" "^2 could not decide .*uid 65534"
jq '.level = "strict"' /etc/runclamp/config.json >"$T/strict.json"
is "\$RUNCLAMP_CONFIG counts for any user of clampctl" \
  "$(RUNCLAMP_CONFIG=$T/strict.json other "$CTL" check --json "$T/b/theirs" | jq -r .level)" strict
cp "$T/strict.json" "$T/theirs.json" && chown 65534 "$T/theirs.json"
like "but only a file that root owns" "$(RUNCLAMP_CONFIG=$T/theirs.json other "$CTL" check "$T/b/theirs")" \
  "^could not decide .*theirs.json"

# --- whose a bundle's folder may be: Podman gives that of --userns=auto to the container's root ---
cp -r "$T/b/few" "$T/b/mapped"
while IFS='|' read -r uid subuid want regex; do
  printf '%b' "$subuid" >/etc/subuid
  chown "$uid" "$T/b/mapped"
  ctl check "$T/b/mapped"
  is "a bundle of uid $uid, /etc/subuid ${subuid:-empty}: exit code" "$code" "$want"
  like "a bundle of uid $uid, /etc/subuid ${subuid:-empty}: says why" "$(tr -s ' \n' ' ' <<<"$out")" "$regex"
done <<'TABLE'
1000000||2|belongs to uid 1000000, neither to root nor to the caller
1000000|containers:1000000:65536\n|0|^allowed
1065535|alice:1:65536\ncontainers:1000000:65536|0|^allowed
1065536|containers:1000000:65536\n|2|belongs to uid 1065536
999999|containers:1000000:65536\n|2|belongs to uid 999999
1000000|alice:1000000:65536\n|2|belongs to uid 1000000
1000000|xcontainers:1000000:65536\n|2|belongs to uid 1000000
1000000|containers:1000000\n|2|belongs to uid 1000000
1000|containers:0:65536\n|2|belongs to uid 1000
TABLE
chown 1000000 "$T/b/mapped" "$T/b/mapped/config.json"
printf 'containers:1000000:65536\n' >/etc/subuid
ctl check "$T/b/mapped"
like "its config.json must be root's all the same" "$code $(tr -s " \n" " " <<<"$out")" "^2 .*the file belongs to uid 1000000"
rm -r "$T/b/mapped"

# A configuration as a file, whosever it is.
ctl check --config "$ROOT/config/config.json"
is "check --config: the shipped one" "$code:$out:$err" "0:$ROOT/config/config.json: 2 handlers: runclamp runclamp-runsc:"
echo '{"handlers": {"x": {"runtime": "rnuc"}}}' >"$T/draft.json"
chown 65534 "$T/draft.json"
ctl check --config "$T/draft.json"
like "check --config: a word that is none" "$code:$out:$err" "^2::clampctl: $T/draft.json: handlers.x.*line 1, column"
ctl check --config "$T/none.json"
like "check --config: no file" "$code:$err" "^2:clampctl: $T/none.json: does not exist"
