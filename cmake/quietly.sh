# shellcheck shell=bash
# quietly.sh: sourced by ./run and ./test. A step says one line; its output is kept in a log and shown
# only when it fails.

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$1"; }  # usage FILE: the comment it begins with

step() {
  local title=$1 log="build/log/${1//[^A-Za-z0-9]/-}.txt" begin=$SECONDS
  shift
  mkdir -p build/log
  printf '%-52s' "$title" >&2
  if "$@" > "$log" 2>&1; then
    printf 'ok  %4d s\n' $((SECONDS - begin)) >&2
  else
    printf 'FAILED after %d s, see %s\n' $((SECONDS - begin)) "$log" >&2
    tail -n 60 "$log" >&2
    return 1
  fi
}
