#!/usr/bin/env bash
# Fuzzes every target, or one: tests/fuzz/run.sh SECONDS [TARGET...]
#
# What is found new goes to build/fuzz/corpus/TARGET; what fails, to build/fuzz/failed-TARGET-*. A
# failure becomes a file in tests/fuzz/corpus/TARGET, made small by the fuzzer's -minimize_crash=1.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:?how many seconds for each target}
shift
[ $# -ne 0 ] || set -- programs trace options
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target "${@/#/fuzz_}" > /dev/null
for target in "$@"; do
  mkdir -p "build/fuzz/corpus/$target"
  "build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/failed-$target-" "build/fuzz/corpus/$target" \
    "tests/fuzz/corpus/$target" 2>&1 | grep -E "^(stat::|==|SUMMARY|#[0-9]+.*DONE)|ERROR|pond" || true
done
