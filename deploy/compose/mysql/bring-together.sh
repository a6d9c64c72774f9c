#!/usr/bin/env bash
# Bring servers (host:port ...) together to one group, and make the app's database and accounts. Can be run at any
# time: who is in the group stays. Where none is, the one that has all that the others have begins it, and all must be
# there for that: what only a missing one has would be lost.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}
MYSQL_PWD=$(cat "$secrets/mysql_root")
export MYSQL_PWD

sql() { # server, statements
  mysql --no-defaults --host="${1%:*}" --port="${1##*:}" --protocol=tcp --user=root --connect-timeout=5 \
    --get-server-public-key --batch --skip-column-names --execute "$2"
}
state() {
  sql "$1" "SELECT COALESCE(MAX(member_state), 'OFFLINE') FROM performance_schema.replication_group_members
    WHERE member_id = @@server_uuid"
}
executed() {
  sql "$1" "SELECT REPLACE(@@GLOBAL.gtid_executed, '\n', '')"
}
first() { # the one that has all that the others have
  local mine other theirs
  for mine in "$@"; do
    for other in "$@"; do
      theirs=$(executed "$other")
      [ "$(sql "$mine" "SELECT GTID_SUBSET('$theirs', @@GLOBAL.gtid_executed)")" = 1 ] || continue 2
    done
    echo "$mine" && return
  done
  echo "No server has all that the others have: compare their @@gtid_executed" >&2
  return 1
}
join() {
  local now
  sql "$1" "STOP GROUP_REPLICATION; START GROUP_REPLICATION"
  until now=$(state "$1") && [ "$now" = ONLINE ]; do
    [ "$now" = RECOVERING ] || { echo "$1 did not join: $now" >&2 && return 1; }
    sleep 0.2
  done
}

alone=() absent=() member=
for server in "$@"; do
  if ! now=$(state "$server"); then
    absent+=("$server")
  elif [ "$now" = ONLINE ] || [ "$now" = RECOVERING ]; then
    member=$server
  else
    alone+=("$server")
  fi
done
if [ -z "$member" ]; then
  [ ${#absent[@]} = 0 ] || { echo "A group begins with all of them: ${absent[*]} cannot be reached" >&2 && exit 1; }
  member=$(first "$@")
  echo "$member begins the group"
  sql "$member" "STOP GROUP_REPLICATION; SET GLOBAL group_replication_bootstrap_group = ON; START GROUP_REPLICATION;
    SET GLOBAL group_replication_bootstrap_group = OFF"
fi
for server in "${alone[@]}"; do
  [ "$server" = "$member" ] || { echo "$server joins" && join "$server"; }
  sql "$server" "SET PERSIST group_replication_start_on_boot = ON" # after a restart of its own it comes back by itself
done

writer=$(sql "$member" "SELECT CONCAT(member_host, ':', member_port) FROM performance_schema.replication_group_members
  WHERE member_role = 'PRIMARY'")
sql "$writer" "CREATE DATABASE IF NOT EXISTS chat CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
  CREATE USER IF NOT EXISTS chat@'%' IDENTIFIED BY '$(cat "$secrets/mysql_chat")';
  GRANT ALL ON chat.* TO chat@'%';
  CREATE USER IF NOT EXISTS role@'%' IDENTIFIED BY '$(cat "$secrets/mysql_role")';
  GRANT SELECT ON performance_schema.replication_group_members TO role@'%'"
echo "$writer takes the writes"
