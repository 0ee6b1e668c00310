#!/usr/bin/env bash
# The public headers, and a program of all of them, with libc++: libcxx.sh CLANG INCLUDE_FOLDER LIBPOND
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
options=(-std=c++20 -stdlib=libc++ -Wall -Wextra -Werror -I"$2")

compiler=$1
has() {  # has HEADER
  echo "#include <$1>" | "$compiler" "${options[@]}" -fsyntax-only -x c++ - 2> /dev/null
}

has cstddef || { echo "no libc++ for $compiler"; exit 77; }
for header in "$2"/pond/*.hpp; do
  case $header in */resource.hpp) has memory_resource || continue ;; esac
  printf '#include "%s"\n' "$header" | "$compiler" "${options[@]}" -fsyntax-only -x c++ -
done
"$compiler" "${options[@]}" "$(dirname "$0")/../consumers/program.cpp" "$3" -o "$folder/program"
"$folder/program"
