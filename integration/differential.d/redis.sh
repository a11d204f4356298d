#!/bin/bash
# redis as its image runs it: root steps down to redis.
exec 2>&1
run=
[ "$(id -u)" != 0 ] || run='setpriv --reuid=redis --regid=redis --clear-groups'
$run timeout 20 redis-server --port 6379 --bind 127.0.0.1 --dir /tmp --save '' --daemonize no --loglevel warning >/tmp/redis.log &
for _ in $(seq 100); do
  { exec 3<>/dev/tcp/127.0.0.1/6379; } 2>/dev/null && break
  sleep 0.1
done
ask() { printf '%s\r\n' "$1" >&3 && head -n "${2:-1}" <&3; }
ask PING
ask 'SET key value'
ask 'GET key' 2
ask BGSAVE
sleep 0.3
[ -e /tmp/dump.rdb ] && echo saved
ps -o user= -C redis-server
echo 'SHUTDOWN NOSAVE' >&3
wait $!
echo "redis ended with $?"
