#!/bin/sh
# guard.sh DIR PROGRAM ARGUMENT...
#
# Runs a server whose files lie in DIR, and ends when it ends. A line on standard input asks the server to shut down, or kills
# it where the line says so.
# Should standard input close while it runs, the server is killed and DIR removed: so nothing is left behind, whatever
# happens to the process that holds the other end. Run by root, the server is nobody's.
trap '' INT HUP
exec 3<&0 </dev/null
dir=$1
shift
exec >>"$dir/console.log" 2>&1
if [ "$(id -u)" = 0 ]; then
  chown -R nobody "$dir"
  # Not mysqld's own --user: what a keyring writes before mysqld changes the user would stay root's.
  set -- setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups "$@"
fi

"$@" 3<&- &
server=$!
(
  while read -r line <&3; do
    if [ "$line" = kill ]; then kill -KILL "$server"; else kill -TERM "$server"; fi
  done
  : > "$dir/abandoned"
  kill -KILL "$server"
) &
watch=$!
exec 3<&-
wait "$server"
status=$?
kill "$watch" 2>/dev/null
if [ -e "$dir/abandoned" ]; then rm -rf "$dir"; fi
exit "$status"
