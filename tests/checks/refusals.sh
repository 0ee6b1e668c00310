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

# What the standard library makes out of sight has no pool (docs/containers.md), and does
# not compile; beside each is what to write instead.
readonly over_a_pool='
#include <deque>
#include <map>
#include <regex>
#include <stack>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>
using text = std::basic_string<char, std::char_traits<char>, pond::allocator<char>>;
using texts = std::vector<text, pond::allocator<text>>;
using named = std::map<text, int, std::less<>, pond::allocator<std::pair<const text, int>>>;
using stacked = std::stack<int, std::deque<int, pond::allocator<int>>>;
using found = std::match_results<text::const_iterator,
                                 pond::allocator<std::sub_match<text::const_iterator>>>;
template <class Hash>
using hashed = std::unordered_map<text, int, Hash, std::equal_to<>,
                                  pond::allocator<std::pair<const text, int>>>;
struct hash {
  std::size_t operator()(std::string_view t) const { return std::hash<std::string_view>()(t); }
};'

without_pool() {  # without_pool STATEMENT INSTEAD [MESSAGE]
  compile "$2" "$over_a_pool"
  refused "${3:-no matching .*allocator}" "$1" "$over_a_pool"
}

without_pool 'named all(pool); all["http"]' 'named all(pool); all[text("http", pool)]'
without_pool 'texts all({"a", "b"}, pool)' 'texts all({text("a", pool), text("b", pool)}, pool)'
without_pool 'text line("a", pool); line.substr(1)' \
  'text line("a", pool); text(line, 1, text::npos, line.get_allocator())'
without_pool 'stacked numbers' 'stacked numbers{pond::allocator<int>(pool)}'
without_pool 'pool.make<std::tuple<text, int>>("a", 1)' \
  'pool.make<std::tuple<text, int>>(text("a", pool), 1)'
without_pool 'hashed<std::hash<text>> all(pool)' 'hashed<hash> all(pool)' 'deleted'
without_pool 'text line("a", pool); found all(pool); std::regex_match(line, all, std::regex("a"))' \
  'text line("a", pool); std::regex_match(line, std::regex("a"))'
