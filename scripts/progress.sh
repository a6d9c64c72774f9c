# To be sourced: says what is done, and for how long it has been.

# step WORDS COMMAND…: run a command. On a terminal its line counts the seconds, and what the command says is shown
# only when it fails; elsewhere there are two plain lines, and what it says between them.
step() {
  local words=$1 began=$SECONDS said pid status=0
  shift
  if [ -z "${STEPS:-}" ] && on_terminal; then
    alone=("$words" "$@")
    together step_alone
    return
  fi

  if [ -n "${ROW:-}" ]; then
    said=$(mktemp "$STEPS/said.XXXXXX")
    echo "$(date +%s) $words" >"$ROW"
    until_told "$@" >"$said" 2>&1 || status=$?
    rm -f "$ROW"
    if [ "$status" = 0 ]; then
      echo "  ✓ $words ($((SECONDS - began)) s)" >&2
    else
      { echo "  ✗ $words" && cat "$said"; } >&2
    fi
    return "$status"
  fi

  echo "$words" >&2
  if [ -n "${STEPS:-}" ]; then until_told "$@"; else "$@"; fi || return
  echo "$words: done in $((SECONDS - began)) s" >&2
}

# together FUNCTION…: run functions at once, on a terminal with a line for the step that each is at. The first that
# fails ends the others' steps, and its status is the answer.
together() {
  local pids=() left function pid status=0 drawn=0
  STEPS=$(mktemp -d)
  export STEPS
  trap 'trap - INT TERM HUP; stop_drawing; wait; exit 130' INT TERM HUP
  : >"$STEPS/all"
  exec 9<"$STEPS/all"
  for function; do
    if on_terminal; then
      ROW=$STEPS/row${#pids[@]} "$function" >>"$STEPS/all" 2>&1 9<&- &
    else
      "$function" 9<&- &
    fi
    pids+=($!)
  done

  while [ ${#pids[@]} != 0 ]; do
    sleep 0.1
    left=()
    for pid in "${pids[@]}"; do
      if kill -0 "$pid" 2>/dev/null; then
        left+=("$pid")
      else
        wait "$pid" || status=$?
      fi
    done
    pids=(${left[@]+"${left[@]}"})
    ! on_terminal || draw
    [ "$status" = 0 ] || break
  done
  stop_drawing
  for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" || true; done
  trap - INT TERM HUP
  return "$status"
}

on_terminal() { [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; }

step_alone() { step "${alone[@]}"; }

# Run a command until it ends, or until the folder of the steps is gone. A signal would not do: of a shell that waits
# it reaches the shell alone, and Ctrl-C is ignored by what runs in the background.
until_told() {
  "$@" &
  local pid=$!
  trap 'end "$pid"; exit 130' INT TERM HUP
  while kill -0 "$pid" 2>/dev/null; do
    [ -d "$STEPS" ] || { end "$pid" && exit 130; }
    sleep 0.1
  done
  trap - INT TERM HUP
  wait "$pid"
}

# End a process and all that it has started, from the top, so that none of them starts another.
end() {
  local child children
  children=$(cat /proc/"$1"/task/*/children 2>/dev/null || pgrep -P "$1" || true)
  kill "$1" 2>/dev/null || true
  for child in $children; do end "$child"; done
}

# Clear the lines of the steps, print what has been said since, and draw the lines anew: each cut off at the edge.
draw() {
  local text row began words now
  now=$(date +%s)
  text=$(cat <&9 && echo .)
  text=$'\r\e[J'${text%.}
  [ "$drawn" = 0 ] || text=$'\e['${drawn}A$text
  drawn=0
  for row in "$STEPS"/row*; do
    { read -r began words <"$row"; } 2>/dev/null || continue
    text+=$'\e[?7l'"  $words … $((now - began)) s"$'\e[?7h\n'
    drawn=$((drawn + 1))
  done
  printf %s "$text" >&2
}

stop_drawing() {
  rm -rf "$STEPS"
  exec 9<&-
  unset STEPS
}
