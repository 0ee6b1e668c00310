#!/usr/bin/env bash
# The public headers, and a program of all of them, with libc++, the installed one or one that was unpacked
# into a folder, with which C++23 is tried, too:
#
#   libcxx.sh CLANG INCLUDE_FOLDER LIBPOND [FOLDER]
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
compiler=$1 include=$2 libpond=$3 unpacked=${4:-}
consumers=$(dirname "$0")/../consumers
options=(-UNDEBUG -Wall -Wextra -Werror -I"$include")
link=()
if [ -z "$unpacked" ]; then
  options+=(-stdlib=libc++)
else
  llvm=$(echo "$unpacked"/usr/lib/llvm-*)
  options+=(-nostdinc++ -isystem "$llvm/include/c++/v1")
  link=(-nostdlib++ -L"$llvm/lib" "-Wl,-rpath,$llvm/lib" -l:libc++.so.1 -l:libc++abi.so.1)
fi

has() {  # has HEADER
  echo "#include <$1>" | "$compiler" -std=c++20 "${options[@]}" -fsyntax-only -x c++ - 2> /dev/null
}

run() {  # run STANDARD PROGRAM
  "$compiler" -std="$1" "${options[@]}" "$consumers/$2" "$libpond" "${link[@]}" -o "$folder/program"
  "$folder/program"
}

has cstddef || { echo "no libc++ for $compiler"; exit 77; }
for header in "$include"/pond/*.hpp; do
  case $header in */resource.hpp) has memory_resource || continue ;; esac
  printf '#include "%s"\n' "$header" | "$compiler" -std=c++20 "${options[@]}" -fsyntax-only -x c++ -
done
run c++20 program.cpp
[ -z "$unpacked" ] || run c++2b program_23.cpp
