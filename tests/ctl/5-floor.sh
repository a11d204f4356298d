# shellcheck shell=bash disable=SC2154 # sourced by run
# --- floors ---
ctl floor show
like "floor show: the handler's runtime" "$code:$(tr -s ' \n' ' ' <<<"$out")" "^0:runtime runc .* need [0-9]+: .*futex.* effect 1: fcntl .where arg1 <= 3 or arg1 == 0x406. margin 21: clone .where arg0 & 0x7e020000 == 0., .*fall-back faccessat, .* where faccessat2 is denied"
ctl floor show --handler runsc
like "floor show: runsc has none" "$(tr -s ' \n' ' ' <<<"$out")" "need 0 margin 3: exit_group, restart_syscall, rt_sigreturn .*after the exec"
ctl floor show --runtime "$CRUN"
like "floor show --runtime: of any binary" "$(tr -s ' \n' ' ' <<<"$out")" \
  "^runtime crun .*noNewPrivileges true .*need 2: execve, exit_group exec 10: capset, .*effect 4: close, fchown .where arg0 <= 2., ioctl .*, umask margin 3: exit_group, restart_syscall, rt_sigreturn fall-back fstat, newfstatat, where statx is denied with ENOSYS noNewPrivileges false .*need 11: capset"
ctl floor show --runtime /bin/true
like "floor show --runtime of something else" "$code:$out:$err" "^2::clampctl: /bin/true: "
cp "$CRUN" "$T/bin/theirs" && chown 65534 "$T/bin/theirs"
ctl floor show --runtime "$T/bin/theirs"
like "floor show --runtime: never runs what another user could have written" "$code:$err" "^2:clampctl: .*theirs"
ctl floor measure --runtime "$RUNSC"
like "floor measure: runsc has none" "$code:$out" "^0:runsc has no floor"
like "floor measure: needs root" "$(other "$CTL" floor measure --runtime "$CRUN" 2>&1)" "needs root"

# A folder of the test's own: in /tmp others may measure at the same time.
mkdir -m 1777 "$T/tmp"
export TMPDIR=$T/tmp
folders() { find "$T/tmp" -mindepth 1 | wc -l; }
before=0
null=$(stat -c '%u:%g' /dev/null)
ctl floor measure --runtime "$CRUN" --starts 2 --confirm 5
path=$out
like "floor measure crun: writes a file of floors.d" "$code:$path" "^0:/etc/runclamp/floors.d/crun-.*\.json$"
is "floor measure crun: root's, readable by all" "$(stat -c '%U %a' "$path") $(stat -c %a /etc/runclamp/floors.d)" "root 644 755"
part() { jq -r --arg s "$1" --arg p "$2" '.[$s][$p] | map(strings, objects.name) | unique | join(" ")' "$path"; }
is "floor measure crun: noNewPrivileges true" "$(part nnp_true need)" "execve exit_group"
is "floor measure crun: noNewPrivileges false" "$(part nnp_false need)" \
  "capset execve exit_group prctl pselect6 read rt_sigaction rt_sigprocmask setresgid setresuid write"
is "floor measure crun: exec" "$(part nnp_true exec):$(part nnp_false exec)" \
  "capset openat prctl read setgroups setresgid setresuid statx write:openat setgroups statx"
is "floor measure crun: effects" "$(part nnp_true effect):$(part nnp_false effect)" "close fchown umask:close fchown ioctl umask"
is "floor measure crun: what it reads it only reads" "$(jq -c '[.nnp_true.exec[] | select(.name? == "openat").args[0].value]' "$path")" "[579]"
is "floor measure crun: fall-backs" "$(jq -c .nnp_true.fallbacks "$path")" '[{"denied":"statx","answer":"ENOSYS","instead":["newfstatat"]}]'
like "floor measure: progress on stderr" "$err" "crun, noNewPrivileges true: 17 of 17: write: exec"
like "floor measure: progress says what changed" "$err" "umask: effect: Umask:"
like "floor measure: progress of fall-backs" "$err" "statx: denied by the engine: falls back"
is "floor measure: the node's own /dev/null is given to nobody" "$(stat -c '%u:%g' /dev/null)" "$null"
is "floor measure: leaves no folder behind" "$(folders)" "$before"
ctl floor show --runtime "$CRUN"
like "floor measure: its file is then in force" "$out" "noNewPrivileges true  $path"
ctl check --handler crun --json "$T/b/few"
is "floor measure: also for a decision" "$(jq -r .floor <<<"$out")" "$path"
is "floor measure: a file with all classes needs no warning" "$(jq '[.warnings[] | select(test("floor"))] | length' <<<"$out")" 0
cp "$path" "$T/whole.json"
jq '.nnp_true |= {need, margin} | .nnp_false |= {need, margin}' "$T/whole.json" >"$path"
ctl floor show --runtime "$CRUN"
like "floors.d: a file of an older version counts, and the table fills it up" "$(tr -s ' \n' ' ' <<<"$out")" \
  "noNewPrivileges true $path warning it has no exec, effects and fall-backs: taken from crun 1.8, shipped table; .clampctl floor measure. finds them need 2: .*exec 10: .*fall-back"
ctl check --handler crun --json "$T/b/few"
like "floors.d: check says so too" "$(jq -r '.warnings[]' <<<"$out")" "$path has no exec, effects and fall-backs: taken from crun 1.8, shipped table"
jq '.nnp_true.effects = []' "$T/whole.json" >"$path"
ctl check --handler crun "$T/b/few"
like "floors.d: an unknown key refuses" "$code:$out$err" "unknown key .effects.*did you mean .effect"
jq '.runtime = "runc"' "$T/whole.json" >"$path"
ctl check --handler crun "$T/b/few"
like "floors.d: another runtime's file refuses" "$code:$out$err" "runtime is .runc., but the file.s name says .crun."
cp "$T/whole.json" "$path"
"$CTL" floor measure --runtime "$RUNC" --output "$T/none.json" >"$T/int.out" 2>"$T/int.err" &
pid=$!
sleep 2
kill -INT $pid
wait $pid
is "floor measure: a signal ends it" "$?:$(cat "$T/int.out"):$(tail -n 1 "$T/int.err")" "2::clampctl: interrupted: nothing was written"
is "floor measure: a signal leaves nothing behind" "$(folders):$(find "$T" -name none.json)" "$before:"
is "floor measure: no container is left" "$(pgrep -c -f "[r]unclamp-floor-$pid-")" 0
unset TMPDIR
