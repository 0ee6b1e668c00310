#!/usr/bin/env bash
# The fast path with a constant alignment: at most ten instructions, return included, no call and no
# push before it; of a size that is known to be short eight, of one that has to be extended nine.
# fast_path.sh COMPILER INCLUDE_FOLDER
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/fast.cpp" << 'SOURCE'
#include <pond/pool.hpp>
void *aligned(pond::pool &pool, std::size_t size) { return pool.try_allocate(size); }
void *packed(pond::pool &pool, std::size_t size) { return pool.try_allocate(size, 1); }
void *throwing(pond::pool &pool, std::size_t size) { return pool.allocate(size); }
void *constant(pond::pool &pool) { return pool.try_allocate(24); }
void *narrow(pond::pool &pool, unsigned size) { return pool.try_allocate(size); }
char *bounded(pond::pool &pool, std::size_t size) {
  if (size > 65536) __builtin_unreachable();
  return static_cast<char *>(pool.allocate(size, 16));
}
int *made(pond::pool &pool) { return static_cast<int *>(pool.allocate(sizeof(int), alignof(int))); }
SOURCE
"$1" -std=c++20 -O2 -I"$2" -c "$folder/fast.cpp" -o "$folder/fast.o"

# Instructions of one function, without padding.
body() {
  objdump -d --no-show-raw-insn "$folder/fast.o" |
    awk -v name="^[0-9a-f]+ <_Z$1.*>:" '$0 ~ name {on = 1; next} /^$/ {on = 0} on {$1 = ""; print}' |
    grep -vE '^ *(nop|xchg +%ax,%ax|data16|cs nop)'
}

for function in 7alignedR:10 6packedR:10 8throwingR:10 8constantR:8 4madeR:8 7boundedR:8 6narrowR:9; do
  most=${function#*:}
  function=${function%:*}
  # Up to the first return; what follows is the cold way, a jump.
  fast=$(body "$function" | sed '/ret/q')
  count=$(echo "$fast" | wc -l)
  # The jump to the cold way is among them; what it leads to may stand before the return.
  echo "$function: $count instructions"
  if [ "$count" -gt "$most" ] || ! echo "$fast" | tail -n 1 | grep -q ret ||
    echo "$fast" | grep -qE '\b(call|push)'; then
    echo "$fast" >&2
    exit 1
  fi
done
