#!/usr/bin/env bash
# The pond command: what it prints, and that bad input is one clear line and exit code 2.
# command.sh POND TRACES_FOLDER
set -euo pipefail

pond=$1
traces=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "$*" >&2
  exit 1
}

expect_bad() {  # expect_bad PATTERN ARGUMENT...: exit code 2, and one line on standard error
  local pattern=$1 code=0
  shift
  "$pond" "$@" > out 2> err || code=$?
  [ $code -eq 2 ] || fail "exit code $code of: pond $*"
  grep -qE "$pattern" err || fail "no \"$pattern\" in: $(cat err)"
  [ ! -s out ] || fail "something on standard output: pond $*"
}

one="$traces/longlived-1000.trace.gz"
gunzip -c "$one" > plain.trace
head -c 100000 "$one" > truncated.trace.gz
head -n 5000 plain.trace | head -c -3 > cut.trace
sed '300s/.*/a 1/' plain.trace > corrupt.trace
echo hello > foreign.trace
head -c 3000 /dev/urandom > random.trace
printf '# pond-trace 2\nC 1 512\nK 1\na 1 8\n' > marks.trace

for command in info replay; do
  expect_bad '^pond: truncated.trace.gz:[0-9]+: the file is truncated' $command truncated.trace.gz
  expect_bad '^pond: cut.trace:[0-9]+: the file is truncated' $command cut.trace
  expect_bad '^pond: corrupt.trace:300: a field is missing' $command corrupt.trace
  expect_bad '^pond: foreign.trace:1: not a pond trace' $command foreign.trace
  expect_bad '^pond: random.trace:' $command random.trace
  expect_bad '^pond: marks.trace:4: marks or child pools' $command marks.trace
  expect_bad '^pond: missing.trace: No such file' $command missing.trace
  expect_bad '^pond: .*: ' $command "$folder"
  [ "$(wc -l < err)" -eq 1 ] || fail "more than one line: $(cat err)"
  expect_bad 'TRACE is required' $command
done
expect_bad 'against' replay --against nobody plain.trace
expect_bad 'rounds' replay --rounds 0 plain.trace
expect_bad 'subcommand' nothing

"$pond" info plain.trace "$one" > out
grep -q 'pools         3009 created, 4 alive at most' out || fail "info: $(cat out)"
grep -q 'skipped       none' out || fail "info"
"$pond" info "$traces/config-1000.trace.gz" | grep -q 'skipped       x x 249' || fail "skipped"
"$pond" info --json "$one" | python3 -c '
import json, sys
d = json.load(sys.stdin)[0]
assert d["pools"]["created"] == 3009 and d["allocations"]["count"] == 70341 + 3062 - 3062, d'

"$pond" replay --rounds 1 --against malloc plain.trace "$one" > out 2> err
grep -q '^malloc ' out || fail "replay: $(cat out)"
"$pond" replay --rounds 2 --json --against malloc plain.trace 2> err | python3 -c '
import json, sys
d = json.load(sys.stdin)
names = [c["name"] for c in d["traces"][0]["contenders"]]
assert "pond" in names and "malloc" in names, names
assert all(len(c["rounds_own_ns"]) == 2 for c in d["traces"][0]["contenders"])'
"$pond" --version | grep -qE '^pond [0-9]+\.[0-9]+\.[0-9]+$' || fail version
"$pond" replay --rounds 1 plain.trace > /dev/full 2> err && fail "a full disk was not noticed"
true
