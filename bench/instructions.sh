#!/usr/bin/env bash
# Instructions of one operation, above the plan's: bench/instructions.sh [BUILD_FOLDER]
# Prints "PROGRAM N CONTENDER INSTRUCTIONS" lines.
set -euo pipefail

program=${1:-build/release}/bench/pond_instructions
[ -x "$program" ] || { echo "$0: no $program; the preset release builds it" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Total instructions of the process, and what to divide by: total CONTENDER PROGRAM N RUNS
total() {
  valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$program" "$@" \
    2> /dev/null > "$folder/units"
  sed -n 's/^totals: //p' "$folder/out" | head -n 1
}

few=2
many=4
# The difference of two numbers of runs: start and end of the process cancel out.
of_one() { # of_one CONTENDER PROGRAM N
  echo $((($(total "$@" $many) - $(total "$@" $few)) / (many - few)))
}

measure() { # measure PROGRAM N CONTENDER...
  local what=$1 n=$2 plan
  shift 2
  plan=$(of_one plan "$what" "$n")
  for contender; do
    awk -v name="$what $n $contender" -v run="$(of_one "$contender" "$what" "$n")" \
      -v plan="$plan" -v units="$(cat "$folder/units")" \
      'BEGIN { printf "%s %.1f\n", name, (run - plan) / units }'
  done
}

# Instructions of a pool's creation and its destruction by themselves, with all that they call:
# of_functions NAME CONTENDER CREATE DESTROY, where the two are how their names begin.
of_functions() {
  local label=$1 contender=$2 create=$3 destroy=$4
  valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$program" "$contender" cycle 0 100 \
    2> /dev/null > "$folder/units"
  callgrind_annotate --inclusive=yes --threshold=100 "$folder/out" 2> /dev/null |
    awk -v name="create_and_destroy 0 $label" -v create=":$create" -v destroy=":$destroy" \
      -v units="$(cat "$folder/units")" -v runs=100 '
        index($0, create) || index($0, destroy) { gsub(",", "", $1); sum += $1 }
        END { printf "%s %.1f\n", name, sum / (units * runs) }'
}

of_functions pond pond "pond::v1::detail::create(pond::v1::detail::head&, unsigned long)" \
  "pond::v1::detail::destroy(pond::v1::detail::head&)"
of_functions pond-c pond-c "pond_create " "pond_destroy "
of_functions nginx nginx "upstream_create_pool " "upstream_destroy_pool "
measure cycle 100 pond pond-c nginx
for n in 1000 10000 100000; do measure free_among $n pond; done
for n in 100 1000; do measure free_among $n nginx; done
