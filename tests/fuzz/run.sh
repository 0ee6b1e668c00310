#!/usr/bin/env bash
# Fuzzes every target, or some: tests/fuzz/run.sh SECONDS [TARGET...]
#
# What is found new goes to build/fuzz/corpus/TARGET; what fails, to build/fuzz/failed-TARGET-*. A
# failure becomes a file in tests/fuzz/corpus/TARGET, made small by the fuzzer's -minimize_crash=1.
# At the end each target has one line, which is what VERIFICATION.md records.
#
# What is worth keeping of a long run, one file for each edge of the code:
#   build/fuzz/tests/fuzz/fuzz_TARGET -set_cover_merge=1 -use_counters=0 tests/fuzz/corpus/TARGET \
#     build/fuzz/corpus/TARGET
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-}
[[ $seconds =~ ^[0-9]+$ ]] || { echo "usage: $0 SECONDS [TARGET...]" >&2; exit 2; }
shift
[ $# -ne 0 ] || set -- programs trace options nginx
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target "${@/#/fuzz_}" > /dev/null

# fuzz TARGET: false when something failed; its output is in the target's log
fuzz() {
  mkdir -p "build/fuzz/corpus/$1"
  "build/fuzz/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=10 \
    -artifact_prefix="build/fuzz/failed-$1-" "build/fuzz/corpus/$1" "tests/fuzz/corpus/$1" \
    > "build/fuzz/$1.log" 2>&1
}

# summary TARGET: libFuzzer's last line in words; cov and ft are its edges and features
summary() {
  sed -nE "s|^#([0-9]+)\s+DONE +cov: ([0-9]+) ft: ([0-9]+) corp: ([0-9]+)/([^ ]+) .*|\
$1: \1 executions, cov \2, ft \3, corpus of \4 files (\5)|p" "build/fuzz/$1.log"
}

lines=()
failures=0
for target in "$@"; do
  if fuzz "$target"; then
    lines+=("$(summary "$target"), $(date +%F)")
  else
    lines+=("$target: FAILED, see build/fuzz/$target.log")
    failures=$((failures + 1))
  fi
done
printf '%s\n' "${lines[@]}"
exit $((failures != 0))
