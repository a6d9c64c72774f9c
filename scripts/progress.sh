# To be sourced: says what is done, and for how long it has been.

# step WORDS COMMAND…: run a command. On a terminal its line counts the seconds, and what the command says is shown
# only when it fails; elsewhere there are two plain lines, and what it says between them.
step() {
  local words=$1 began=$SECONDS said pid status=0
  shift
  if [ ! -t 2 ] || [ "${TERM:-dumb}" = dumb ]; then
    echo "$words" >&2
    "$@" || return
    echo "  done in $((SECONDS - began)) s" >&2
    return
  fi
  said=$(mktemp)
  "$@" >"$said" 2>&1 &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; rm -f "$said"; printf "\n" >&2; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    printf '\r\033[K  %s … %d s' "$words" $((SECONDS - began)) >&2
    sleep 0.2
  done
  wait "$pid" || status=$?
  trap - INT TERM
  if [ "$status" = 0 ]; then
    printf '\r\033[K  ✓ %s (%d s)\n' "$words" $((SECONDS - began)) >&2
  else
    printf '\r\033[K  ✗ %s\n' "$words" >&2
    cat "$said" >&2
  fi
  rm -f "$said"
  return "$status"
}
