#!/bin/sh
# A Redis server or sentinel (the first argument) with the password out of a file. Sentinel writes into its
# own file what it finds out, so that is made once.
set -eu
password=$(cat "${SECRETS:-/run/secrets}/redis")
place=${PLACE:-/data}
umask 077

case $1 in
  server) # host, and whom it follows at first, if not itself
    cat >"$place/redis.conf" <<CONF
port ${PORT:-6379}
requirepass $password
masterauth $password
replica-announce-ip $2
$([ "$2" = "$3" ] || echo "replicaof $3 ${MASTER_PORT:-6379}")
# The nodes keep nothing here that they cannot do without.
save ""
appendonly no
maxmemory 256mb
maxmemory-policy volatile-ttl
dir $place
CONF
    exec redis-server "$place/redis.conf"
    ;;
  sentinel) # host, and the one that writes at first
    [ -e "$place/sentinel.conf" ] || cat >"$place/sentinel.conf" <<CONF
port ${PORT:-26379}
requirepass $password
sentinel sentinel-pass $password
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $2
sentinel monitor chat $3 ${MASTER_PORT:-6379} 2
sentinel auth-pass chat $password
sentinel down-after-milliseconds chat 2000
sentinel failover-timeout chat 10000
dir $place
CONF
    exec redis-server "$place/sentinel.conf" --sentinel
    ;;
esac
