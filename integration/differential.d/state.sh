#!/bin/bash
# What the runtime made for the program: whatever it does after the filter is on must be there.
exec 2>&1
grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Umask|Sig(Ign|Blk))' /proc/self/status
for fd in 0 1 2; do stat -L -c "$fd: %u:%g %a %F" "/proc/self/fd/$fd"; done
echo /proc/self/fd/* | wc -w
pwd
echo "home $HOME"
hostname
cat /proc/self/oom_score_adj /proc/self/limits
awk '{ print $5, $6 }' /proc/self/mountinfo
stat -c '%A %u %g %n' /dev/*
cat /proc/self/uid_map
tty
# runc gives the size when the program runs already.
sleep 0.5
stty size
