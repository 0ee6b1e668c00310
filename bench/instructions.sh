#!/usr/bin/env bash
# Instructions of creating and destroying a pool of a size used before, the interpreter's own
# deducted: bench/instructions.sh [BUILD_FOLDER]. Prints "CONTENDER INSTRUCTIONS" lines.
set -euo pipefail

program=${1:-build/release}/bench/pond_instructions
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

total() {  # total CONTENDER N: instructions of the whole process
  valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$program" "$1" "$2" 2> /dev/null
  sed -n 's/^summary: //p; s/^totals: //p' "$folder/out" | head -n 1
}

few=1000
many=11000
for contender in pond pond-c nginx; do
  # The difference of two runs: start and end of the process cancel out.
  awk -v name=$contender -v a="$(total $contender $few)" -v b="$(total $contender $many)" \
    -v n=$((many - few)) 'BEGIN { printf "%s %.1f\n", name, (b - a) / n }'
done
