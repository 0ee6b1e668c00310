#!/usr/bin/env bash
# words beside sort and uniq, from a file and from standard input: check.sh WORDS FILE...
set -euo pipefail
export LC_ALL=C

words=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

count() {  # what words has to print, by other means
  tr -c '[:alpha:]' '\n' | tr '[:upper:]' '[:lower:]' | sed '/^$/d' | sort | uniq -c | sort -k1,1nr -k2,2
}

printf 'No end of line, no' > "$folder/cut"
: > "$folder/empty"
printf 'a\0b a\n\n\nA\n' > "$folder/zero"
{ seq 100000 | tr '0-9\n' 'a-j '; echo; } > "$folder/long"  # one line, longer than any block
seq 64 | tr '0-9' 'a-j' > "$folder/full"  # as many words as there are buckets, then one of them and new ones
{ cat "$folder/full"; echo b; seq 65 200 | tr '0-9' 'a-j'; } > "$folder/refilled"
for text in "$@" "$folder"/*; do
  count < "$text" > "$folder/wanted"
  "$words" "$text" > "$folder/from_file"
  "$words" < "$text" > "$folder/from_input"
  diff "$folder/wanted" "$folder/from_file"
  diff "$folder/wanted" "$folder/from_input"
done
"$words" -n 3 "$1" | wc -l | grep -qx 3

# Text that has no new word costs nothing.
held() { "$words" -s 2>&1 > "$folder/out" | sed -E 's/.*holds ([0-9]+) bytes/\1/'; }
once=$(held < "$1")
many=$(for _ in $(seq 50); do cat "$1"; done | held)
[ "$once" -eq "$many" ] || { echo "$once bytes for a text, $many for 50 times the same" >&2; exit 1; }

"$words" < /dev/null | cmp - /dev/null
for number in x -3 ""; do
  ! "$words" -n "$number" "$1" 2> "$folder/err" > "$folder/out" || { echo "-n $number was not noticed" >&2; exit 1; }
done
! "$words" "$folder/missing" 2> "$folder/err" || { echo "a missing file was not noticed" >&2; exit 1; }
grep -q 'No such file' "$folder/err"
! POND_OPTIONS=fail=3-999 "$words" "$1" > "$folder/out" 2> "$folder/err" ||
  { echo "no memory was not noticed" >&2; exit 1; }
grep -qE 'Cannot allocate memory|Out of memory' "$folder/err" # glibc, musl
