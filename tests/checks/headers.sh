#!/usr/bin/env bash
# Each public header compiles alone, the C ones as strict C99: headers.sh CC CXX INCLUDE_FOLDER
set -euo pipefail

alone() {  # alone COMPILER LANGUAGE STANDARD HEADER
  printf '#include "%s"\nextern int not_empty;\n' "$4" |
    "$1" "-std=$3" -pedantic -Wall -Wextra -Werror -I"$include" -fsyntax-only -x "$2" -
}

include=$3
for header in "$include"/pond/*.h; do
  alone "$1" c c99 "$header"
  alone "$2" c++ c++20 "$header"
done
for header in "$include"/pond/*.hpp "$include"/pond/detail/*.hpp; do
  alone "$2" c++ c++20 "$header"
done
