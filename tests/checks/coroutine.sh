#!/usr/bin/env bash
# A coroutine without a pool does not compile, and the message says why: coroutine.sh CXX INCLUDE_FOLDER
set -euo pipefail

compile() {  # compile PARAMETERS: a coroutine with these
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
task coroutine($1) { co_return; }
END
}

cxx=$1
include=$2
compile 'int, pond::pool &' || { echo "does not compile with a pool" >&2; exit 1; }
for parameters in '' 'int, const char *' 'const pond::pool &' 'pond::pool *'; do
  if said=$(compile "$parameters"); then
    echo "compiles without a pool: \"$parameters\"" >&2
    exit 1
  fi
  grep -q "none of its parameters is a" <<< "$said" || { echo "$said" >&2; exit 1; }
done
