#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell of its own
# From create to delete through runclamp, and what it must survive: its configuration changed or broken meanwhile.

load ../lib/common

setup_file() {
  prepare
  [ ! -x "$RUNCLAMP" ] || shim_config
}
setup() { [ ! -x "$RUNCLAMP" ] || shim_config; }
teardown() { clean; }
teardown_file() { clean_all; }

sleeper() { bundle "$1" '.process.args = ["/bin/sleep", "100"] | .annotations = {"io.runclamp.syscalls": $needs}' --arg needs "$SLEEP"; }
# What busybox sleep calls, static.
SLEEP="execve arch_prctl brk set_tid_address set_robust_list rseq prlimit64 readlink getrandom mprotect prctl getuid
  clock_nanosleep nanosleep exit_group write readlinkat sigaltstack rt_sigaction"

# begin KIND BUNDLE ID: create, then start.
begin() {
  # A container that goes on holds its output open: none may reach bats' pipe.
  oci shim "$1" create --bundle "$2" --pid-file "$2/pid" "$3" </dev/null >"$2/out" 2>"$2/stderr" || { cat "$2/stderr"; return 1; }
  oci shim "$1" start "$3" >>"$2/out" 2>>"$2/stderr" || { cat "$2/stderr"; return 1; }
}

gone() { # KIND ID PID
  # Its parent is this machine's init, which may take its time to reap it.
  local state
  state=$(sed 's/.*) \(.\).*/\1/' "/proc/$3/stat" 2>/dev/null) || state=
  [[ $state == "" || $state == Z ]] && ! oci bare "$1" state "$2" >/dev/null 2>&1 && ! ls -d /sys/fs/cgroup/*/"$2" 2>/dev/null
}

# try KIND BUNDLE [GLOBAL-OPTIONS...]: a create that should be refused; sets status, output and id. Not by `run`: a container
# that was created after all would hold its pipe.
try() {
  local kind=$1 b=$2
  shift 2
  id=$(unique)
  status=0
  oci shim "$kind" "$@" create --bundle "$b" "$id" </dev/null >"$b/out" 2>&1 || status=$?
  output=$(cat "$b/out")
  echo "$status: $output"
}

# end KIND ID PID
end() {
  oci shim "$1" kill "$2" KILL
  wait_status "$1" "$2" stopped
  oci shim "$1" delete "$2"
  gone "$1" "$2" "$3"
}

whole_life() {
  need_runtime "$1"
  need_shim
  b=$(sleeper "life-$1")
  id=$(unique)
  begin "$1" "$b" "$id"
  pid=$(cat "$b/pid")
  [ "$(oci shim "$1" state "$id" | jq -r .status)" = running ]
  [ "$(oci shim "$1" state "$id" | jq -r .pid)" = "$pid" ]
  end "$1" "$id" "$pid"
}

@test "runc: create, start, state, kill, delete" {
  whole_life runc
}
@test "crun: create, start, state, kill, delete" { whole_life crun; }
@test "runsc: create, start, state, kill, delete" { whole_life runsc; }

@test "the container runs under a filter" {
  need_shim
  for kind in runc crun; do
    need_runtime $kind
    b=$(sleeper "filter-$kind")
    id=$(unique)
    begin $kind "$b" "$id"
    grep -q '^Seccomp:.2' "/proc/$(cat "$b/pid")/status"
    end $kind "$id" "$(cat "$b/pid")"
  done
}

@test "run hands on the program's own exit status" {
  need_shim
  for kind in runc crun; do
    need_runtime $kind
    b=$(bundle "status-$kind" '.process.args = ["/call", "no-such-call"] | .annotations = {"io.runclamp.syscalls": "write exit_group"}')
    run start shim $kind "$b"
    [ "$status" -eq 2 ]
  done
}

# Another runtime's delete would drop the state and leave the container running (facts.bats).
swap() {
  local other=$2
  need_runtime "$1"
  need_runtime "$other"
  need_shim
  b=$(sleeper "swap-$1")
  id=$(unique)
  begin "$1" "$b" "$id"
  pid=$(cat "$b/pid")
  shim_config '.handlers["runclamp-'"$1"'"] = .handlers["runclamp-'"$other"'"]'
  [ "$(oci shim "$1" state "$id" | jq -r .status)" = running ]
  end "$1" "$id" "$pid"
}

@test "a running runc container outlives a change of its handler to crun" { swap runc crun; }
@test "a running crun container outlives a change of its handler to runc" { swap crun runc; }

@test "kill and delete work under a broken configuration, create does not" {
  need_runtime runc
  need_shim
  b=$(sleeper broken)
  id=$(unique)
  begin runc "$b" "$id"
  pid=$(cat "$b/pid")
  echo '{"level": ' >"$T/etc/config.json"
  [ "$(oci shim runc state "$id" | jq -r .status)" = running ]
  running=$id
  try runc "$(sleeper refused)"
  [ "$status" -ne 0 ]
  [[ $output == *"$T/etc/config.json"* ]]
  end runc "$running" "$pid"
}

@test "kill and delete work where the configuration is gone" {
  need_runtime crun
  need_shim
  b=$(sleeper gone)
  id=$(unique)
  begin crun "$b" "$id"
  rm "$T/etc/config.json"
  end crun "$id" "$(cat "$b/pid")"
}

@test "a missing runtime refuses the container" {
  need_runtime runc
  need_shim
  shim_config '.handlers["runclamp-runc"].path = "/usr/local/none/runc"'
  b=$(sleeper missing)
  before=$(sha256sum "$b/config.json")
  try runc "$b"
  [ "$status" -ne 0 ]
  [[ $output == *"/usr/local/none"* ]]
  [ "$(sha256sum "$b/config.json")" = "$before" ]
}

@test "a denied create: status 1, one line in --log, config.json as it was, nothing started" {
  need_runtime runc
  need_shim
  b=$(bundle denied '.annotations = {"io.runclamp.syscalls": "write exit_group mount bpf"}')
  before=$(sha256sum "$b/config.json")
  try runc "$b" --log "$b/log.json" --log-format json
  [ "$status" -eq 1 ]
  [ "$(wc -l <"$b/out")" -eq 1 ]
  [[ $output == *mount* && $output == *bpf* ]]
  [ "$(wc -l <"$b/log.json")" -eq 1 ]
  [ "$(jq -r .level "$b/log.json")" = error ]
  [[ $(jq -r .msg "$b/log.json") == *mount*bpf* || $(jq -r .msg "$b/log.json") == *bpf*mount* ]]
  date -d "$(jq -r .time "$b/log.json")" >/dev/null
  [ "$(sha256sum "$b/config.json")" = "$before" ]
  [ ! -e "$T/root-runc/$id" ]
  # The engine deletes after a refusal.
  oci shim runc delete --force "$id"
}

@test "--version and features pass through byte for byte" {
  need_shim
  for kind in runc crun runsc; do
    need_runtime $kind
    for words in --version features; do
      RUNCLAMP_CONFIG=$T/etc/config.json "$T/bin/runclamp-$kind" $words >"$T/shim.out" 2>"$T/shim.err" && shim=0 || shim=$?
      "$(runtime_path $kind)" $words >"$T/bare.out" 2>"$T/bare.err" && bare=0 || bare=$?
      [ "$shim" -eq "$bare" ]
      cmp "$T/shim.out" "$T/bare.out"
      # Go's and crun's own complaints carry a time or the program's name.
      [ "$bare" -ne 0 ] || cmp "$T/shim.err" "$T/bare.err"
    done
  done
}

@test "the pass-through is the runtime itself: same pid, same descriptors" {
  need_runtime runc
  need_shim
  # A runtime of our own says what it was given.
  mkdir -p "$T/fake"
  cat >"$T/fake/runc" <<'FAKE'
#!/bin/sh
echo "$$ $(readlink /proc/$$/fd/7) $*"
FAKE
  chmod 755 "$T/fake/runc"
  shim_config '.handlers["runclamp-runc"].path = "'"$T/fake/runc"'"'
  run sh -c 'echo $$; exec 7</etc/passwd; RUNCLAMP_CONFIG=$1/etc/config.json exec "$1/bin/runclamp-runc" --root /r kill one TERM' sh "$T"
  [ "$status" -eq 0 ]
  [ "${lines[1]}" = "${lines[0]} /etc/passwd --root /r kill one TERM" ]
}

@test "creating twice injects the same bytes" {
  need_runtime runc
  need_shim
  b=$(sleeper twice)
  for i in 1 2; do
    id=$(unique)
    oci shim runc create --bundle "$b" "$id" </dev/null >"$b/out" 2>&1
    sha256sum "$b/config.json" >"$T/sum$i"
    oci shim runc delete --force "$id"
  done
  jq -e '.linux.seccomp.syscalls | length > 0' "$b/config.json" >/dev/null
  cmp "$T/sum1" "$T/sum2"
}

@test "many creates at once: every container its own record and filter" {
  need_runtime runc
  need_shim
  ids=()
  for i in 1 2 3 4 5 6; do
    b=$(bundle "many-$i" '.process.args = ["/call", "getuid", "geteuid"] | .annotations = {"io.runclamp.syscalls": "write exit_group getuid"}')
    (oci shim runc run --bundle "$b" "$(unique)-$i" </dev/null >"$b/out" 2>"$b/stderr") &
    ids+=($!)
  done
  for pid in "${ids[@]}"; do wait "$pid"; done
  for i in 1 2 3 4 5 6; do
    [ "$(cat "$T/b/many-$i/out")" = $'getuid ok\ngeteuid -1' ]
  done
}
