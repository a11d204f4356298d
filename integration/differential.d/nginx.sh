#!/bin/bash
# nginx as its image runs it: root binds port 80 and steps down, the logs are the container's output.
exec 2>&1
user=
[ "$(id -u)" != 0 ] || user='user www-data;'
cat >/tmp/nginx.conf <<CONF
$user
worker_processes 2; daemon off; pid /tmp/nginx.pid; error_log /dev/stderr notice;
events { worker_connections 64; }
http {
  access_log /dev/stdout; sendfile on;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
  server { listen 127.0.0.1:8080; root /usr/share/nginx/html; }
}
CONF
timeout 20 nginx -c /tmp/nginx.conf &
for _ in $(seq 100); do
  { exec 3<>/dev/tcp/127.0.0.1/8080; } 2>/dev/null && break
  sleep 0.1
done
printf 'GET / HTTP/1.0\r\n\r\n' >&3 && head -n 1 <&3
ps -o user= -C nginx | sort
nginx -c /tmp/nginx.conf -s quit
wait $!
echo "nginx ended with $?"
