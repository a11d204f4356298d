#!/bin/bash
# postgres as its image runs it: root makes the folder and steps down.
exec 2>&1
run='env'
[ "$(id -u)" != 0 ] || run='setpriv --reuid=postgres --regid=postgres --clear-groups'
PATH=$PATH:$(echo /usr/lib/postgresql/*/bin)
install -d -m 700 /tmp/data && { [ "$run" = env ] || chown postgres:postgres /tmp/data; }
$run initdb -D /tmp/data -A trust --no-sync -E UTF8 --locale=C -U postgres >/tmp/initdb.log || tail -n 5 /tmp/initdb.log
$run pg_ctl -D /tmp/data -w -o '-k /tmp -c listen_addresses=127.0.0.1' -l /tmp/postgres.log start >/dev/null || cat /tmp/postgres.log
$run psql -h 127.0.0.1 -U postgres -Atc 'create table t (n int); insert into t select generate_series(1, 1000); select sum(n) from t'
ps -o user= -C postgres | sort -u
$run pg_ctl -D /tmp/data -m fast stop >/dev/null
echo "postgres ended with $?"
