#!/usr/bin/env bash
# What must not compile does not, and the message says why: refusals.sh CXX INCLUDE_FOLDER
set -euo pipefail

cxx=$1
include=$2

compile() {  # compile STATEMENT: in a function that has a pool, or a coroutine before it
  "$cxx" -std=c++20 -I"$include" -fsyntax-only -x c++ - 2>&1 << END
#include <coroutine>
#include <pond/coroutine.hpp>
struct task {
  struct promise_type : pond::frame_in_pool {
    task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
${2:-}
void function(pond::pool &pool) { $1; }
END
}

refused() {  # refused MESSAGE STATEMENT [BEFORE]
  local message=$1 said
  shift
  if said=$(compile "$@"); then
    echo "compiles: $*" >&2
    exit 1
  fi
  grep -q "$message" <<< "$said" || { echo "$said" >&2; exit 1; }
}

takes() { echo "task coroutine($1) { co_return; }"; }  # takes PARAMETERS

compile 'pool.make<int>(1); pool.make_span<int>(3)' "$(takes 'int, pond::pool &')"
for parameters in '' 'int, const char *' 'const pond::pool &' 'pond::pool *'; do
  refused 'none of its parameters is a' '(void)pool' "$(takes "$parameters")"
done
refused 'make_span makes arrays' 'pool.make<int[4]>()'
refused 'make_span makes arrays' '(void)pond::make_unique<int[4]>(pool)'
refused 'make_span makes arrays' '(void)pond::make_unique<int[]>(pool, 3U)'
refused 'make_span makes arrays' '(void)pond::make_undestroyed<int[4]>(pool)'
refused 'objects that can be written' 'pool.make_span<const int>(3)'
refused 'none of them an array' 'pool.make_span<int[4]>(3)'
