# Sourced by the capture scripts; they run inside the namespaces that ./capture makes.
# OUT is the folder of the bundles, HERE that of the scripts, RUNTIME the capturing runtime, ENGINE the engine's name and
# version.
# shellcheck shell=sh
G=/run/golden
set -eu

# prefix ENGINE VERSION: what the names of its bundles start with; NEWER=yes adds the major version,
# a lone cgroup2 mount its name
prefix() {
  cgroup=''
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || cgroup=-cgroup2
  echo "$1${NEWER:+${2%%.*}}$cgroup"
}

# the words of a command as one would type them, long ones cut
typed() {
  for word in "$@"; do
    if [ ${#word} -gt 100 ]; then word="$(printf %.60s "$word")..."; fi
    case $word in
    *[!A-Za-z0-9_./:=,@%+-]* | '') printf " '%s'" "$word" ;;
    *) printf ' %s' "$word" ;;
    esac
  done | tr '\n' ' '
}

# keep NAME ABOUT FILE: FILE becomes the bundle NAME; a long ABOUT is cut, it is for readers.
# A bundle that is there stays: ids and times change with every run. Remove the folder to have it captured anew.
keep() {
  [ ! -e "$OUT/$1/config.json" ] || return 0
  case " ${CASES:-$1} " in *" $1 "*) ;; *) return 0 ;; esac
  mkdir -p "$OUT/$1"
  cp "$3" "$OUT/$1/config.json"
  chmod 644 "$OUT/$1/config.json"
  printf '%.400s' "$2" | tr -s '\n ' '  ' >"$OUT/$1/ABOUT"
  echo >>"$OUT/$1/ABOUT"
}

# cap NAME COMMAND...: runs COMMAND and keeps what the engine wrote for it. The command itself may fail, as the
# capturing runtime does; what counts is whether a config.json came.
cap() {
  name=$1
  shift
  echo "$name" >"$G/case"
  rm -f "$G/out/$name.json"
  "$@" >"$G/log/$name" 2>&1 </dev/null || :
  if [ ! -s "$G/out/$name.json" ]; then
    echo "capture: $name: no config.json" >&2
    tail -n 3 "$G/log/$name" >&2
    return 0
  fi
  keep "$name" "$ENGINE:$(typed "$@")" "$G/out/$name.json"
}

# wait_for COMMAND...: until it succeeds, 20 s at most
wait_for() {
  i=0
  until "$@" >/dev/null 2>&1; do
    i=$((i + 1))
    [ $i -lt 100 ] || { echo "capture: gave up waiting for: $*" >&2; return 1; }
    sleep 0.2
  done
}

# start NAME COMMAND...: a daemon that dies with the namespace; its pid is in $G/NAME.pid
start() {
  daemon=$1
  shift
  "$@" >"$G/log/$daemon" 2>&1 </dev/null &
  echo $! >"$G/$daemon.pid"
}

stop() {
  kill "$(cat "$G/$1.pid")" && rm "$G/$1.pid"
  sleep 1
}
