# shellcheck shell=bash disable=SC2154 # sourced by run
# --- closure: what the shim would splice, byte for byte ---
odd="" count=0 at=0
for dir in "$T"/g/*/ "$T"/b/{plain,few,conditions,unconfined,many}/; do
  # tests/golden/run has every bundle under every runtime; here each has one, in turn.
  handlers=(runclamp crun runsc)
  [[ $dir = "$T"/b/* ]] || handlers=("${handlers[at++ % 3]}")
  for handler in "${handlers[@]}"; do
    rm -rf "$T/copy"
    mkdir -m 700 "$T/copy"
    # Nothing to start: the runtime fails behind the splice.
    jq '.root.path = "/nowhere" | .process.args = ["/nowhere"] | del(.hooks)' "$dir/config.json" >"$T/copy/config.json"
    ctl closure --handler "$handler" "$T/copy"
    [ "$code" = 0 ] || continue
    # A pod's sandbox is created under the ID that its annotation says.
    id=$(jq -r '.annotations // {} | if .["io.kubernetes.cri.container-type"] == "sandbox" then .["io.kubernetes.cri.sandbox-id"]
      elif .["io.kubernetes.cri-o.ContainerType"] == "sandbox" then .["io.kubernetes.cri-o.SandboxID"] else empty end' "$T/copy/config.json")
    (cd "$T/copy" && timeout 60 "$T/bin/$handler" --root "$T/root" create --bundle "$T/copy" "${id:-ctl-$$-$count}" >/dev/null 2>&1 </dev/null)
    grep -qF -- "\"seccomp\":$out" <(sed 's/"seccomp": */"seccomp":/' "$T/copy/config.json") || odd="$odd $handler:$(basename "$dir")"
    count=$((count + 1))
  done
done
is "closure prints what runclamp splices ($count bundles)" "$odd" ""
[ "$count" -gt 90 ]
result $? "more than 90 bundles were compared" "$count"

ctl closure "$T/b/few"
is "closure: nothing on stderr, one line on stdout" "$code:$err:$(wc -l <<<"$out")" "0::1"
ctl closure "$T/b/far"
is "closure of a refused bundle: nothing on stdout" "$code:$out" "1:"
like "closure of a refused bundle: the sentence" "$err" "^clampctl: the image needs bpf and mount"
ctl closure "$T/b/broken"
like "closure of a broken bundle" "$code:$out:$err" "^2::clampctl: .*line 1"
ctl closure --handler audit "$T/b/far"
is "closure in audit mode: logs instead of denying" "$code:$(jq -r '[.syscalls[] | select(.names | index("chroot")) | .action] | join(" ")' <<<"$out")" \
  "1:SCMP_ACT_LOG"
ctl closure --handler audited "$T/b/plain"
is "closure in audit mode under runsc: nothing" "$code:$out" "0:"

# --- closure --why ---
while IFS='|' read -r handler name call want regex; do
  ctl closure --handler "$handler" --why "$call" "$T/b/$name"
  is "why $call ($handler $name): exit code and one line" "$code:$(wc -l <<<"$out")" "$want:1"
  like "why $call ($handler $name)" "$out" "$regex"
done <<'TABLE'
runclamp|few|read|0|^read: allowed; the needs declare it; the runtime itself needs it .runc 1\.1.*; the ceiling node-default allows it; the engine's profile allows it$
runclamp|few|socket|0|^socket: allowed; the needs declare it; the ceiling
runclamp|few|execve|0|^execve: allowed, only through the floor; the needs do not declare it; the runtime itself needs it
runclamp|few|mmap|0|^mmap: allowed, only through the floor; .*the runtime itself may need it
runclamp|few|clone|0|^clone: allowed where arg0 & 0x7e020000 == 0, else denied with EPERM, only through the floor
runclamp|few|connect|0|^connect: denied with EPERM, by the needs; the needs do not declare it; the ceiling node-default allows it
runclamp|few|bpf|0|^bpf: denied with EPERM, by the needs, the ceiling and the engine's profile
runclamp|few|clone3|0|^clone3: denied with ENOSYS
runclamp|plain|chroot|0|^chroot: denied with EPERM, by the ceiling; no needs are declared.*; the ceiling node-default lacks it; the engine's profile allows it$
runclamp|plain|connect|0|^connect: allowed; no needs are declared
runclamp|unconfined|mount|0|^mount: denied with EPERM, by the ceiling; .*the engine wrote no profile$
runclamp|conditions|socket|0|^socket: allowed where arg0 == 2, else denied with EPERM; the needs declare it where arg0 == 2;
runclamp|podman|socket|0|^socket: denied with EINVAL where arg0 == 16 and arg2 == 9, else allowed; no needs
crun|podman|socket|0|^socket: denied with EINVAL where arg0 == 16 and arg2 == 9, else allowed; no needs
runclamp|halves|socket|0|^socket: allowed; no needs
runclamp|gap|socket|0|^socket: allowed where arg0 != 5, else denied with EPERM; no needs
runclamp|conditions|read|0|^read: allowed; the needs declare it where arg0 < 3; the runtime itself needs it .*, whatever condition the needs declare
runclamp|far|bpf|1|^bpf: in no filter: the gate "ceiling" refuses the container, for this call too
runclamp|far|read|1|^read: in no filter: the gate "ceiling" refuses the container;
crun|door|read|1|^read: not looked at: the gate "backdoor" refuses the container before$
crun|few|futex|0|^futex: denied with EPERM, by the needs
runsc|few|execve|0|^execve: denied with EPERM, by the needs
runsc|few|clone3|0|^clone3: passed on to the sentry, which answers ENOSYS, by the needs
runsc|few|landlock_add_rule|0|^landlock_add_rule: denied with EPERM: this sentry's table lacks it
runsc|few|faccessat2|0|^faccessat2: denied with EPERM, by the needs
TABLE
ctl closure --why opennat "$T/b/few"
is "why: an unknown call" "$code:$out:$err" '2::clampctl: unknown system call "opennat"; did you mean "openat"?'
