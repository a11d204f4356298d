# shellcheck shell=bash disable=SC2154 # sourced by run
# --- floors ---
ctl floor show
like "floor show: the handler's runtime" "$code:$(tr -s ' \n' ' ' <<<"$out")" "^0:runtime runc .* need [0-9]+: .*futex.* effect 1: fcntl .where arg1 == 0x406 or arg1 <= 3. margin 21: clone .where arg0 & 0x7e020000 == 0., .*fall-back faccessat, .* where faccessat2 is denied"
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

folders() { find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'runclamp-floor.*' | wc -l; }
before=$(folders)
ctl floor measure --runtime "$CRUN" --starts 4 --confirm 20
path=$out
like "floor measure crun: writes a file of floors.d" "$code:$path" "^0:/etc/runclamp/floors.d/crun-.*\.json$"
is "floor measure crun: root's, readable by all" "$(stat -c '%U %a' "$path") $(stat -c %a /etc/runclamp/floors.d)" "root 644 755"
is "floor measure crun: noNewPrivileges true" "$(jq -c .nnp_true "$path")" '{"need":["execve","exit_group"],"margin":["restart_syscall","rt_sigreturn"]}'
is "floor measure crun: noNewPrivileges false" "$(jq -r '.nnp_false.need | join(" ")' "$path")" \
  "capset execve exit_group prctl pselect6 read rt_sigaction rt_sigprocmask setresgid setresuid write"
like "floor measure: progress on stderr" "$err" "crun, noNewPrivileges true: 13 of 13: "
is "floor measure: leaves no folder behind" "$(folders)" "$before"
ctl floor show --runtime "$CRUN"
like "floor measure: its file is then in force" "$out" "noNewPrivileges true  $path"
ctl check --handler crun --json "$T/b/few"
is "floor measure: also for a decision" "$(jq -r .floor <<<"$out")" "$path"
ctl floor measure --runtime "$CRUN" --starts 1 --confirm 1 --output "$T/elsewhere.json"
is "floor measure --output" "$code:$out:$(jq -r .runtime "$T/elsewhere.json")" "0:$T/elsewhere.json:crun"
"$CTL" floor measure --runtime "$RUNC" --output "$T/none.json" >"$T/int.out" 2>"$T/int.err" &
pid=$!
sleep 2
kill -INT $pid
wait $pid
is "floor measure: a signal ends it" "$?:$(cat "$T/int.out"):$(tail -n 1 "$T/int.err")" "2::clampctl: interrupted: nothing was written"
is "floor measure: a signal leaves nothing behind" "$(folders):$(find "$T" -name none.json)" "$before:"
is "floor measure: no container is left" "$(pgrep -c -f "[r]unclamp-floor-$pid-")" 0
