#!/usr/bin/env bash
# pond as its users get it: installed, then found by CMake and by pkg-config, and as a subdirectory.
# The example of the README is what they compile. consumer.sh SOURCE_FOLDER BUILD_FOLDER
set -euo pipefail

source=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$2" --prefix "$folder/installed" > /dev/null

mkdir "$folder/consumer"
cp "$source/tests/consumer/CMakeLists.txt" "$folder/consumer"
# The first C++ block of the README is a whole program.
awk '/^```cpp/ {on = 1; next} /^```/ {if (on) exit} on' "$source/README.md" \
  > "$folder/consumer/readme.cpp"

try() {  # try NAME CMAKE_ARGUMENT...
  local build="$folder/$1"
  shift
  cmake -S "$folder/consumer" -B "$build" -G Ninja "-DPROGRAM_IN_C=$source/tests/c99_program.c" \
    "$@" > /dev/null
  cmake --build "$build" > "$folder/log" || { cat "$folder/log" >&2; exit 1; }
  "$build/readme"
  "$build/in_c"
}
try found "-DCMAKE_PREFIX_PATH=$folder/installed"
try subdirectory "-DPOND_FOLDER=$source"

libraries=$(dirname "$(find "$folder/installed" -name pond.pc)")
export PKG_CONFIG_PATH=$libraries
read -ra flags <<< "$(pkg-config --cflags --libs pond)"
cc -std=c99 -pedantic -Wall -Wextra -Werror "$source/tests/c99_program.c" "${flags[@]}" \
  -Wl,-rpath,"$(dirname "$libraries")" -o "$folder/in_c"
"$folder/in_c"

# The static library with cc alone: nothing of the C++ runtime is asked for.
cc -std=c99 "$source/tests/c99_program.c" -I"$folder/installed/include" \
  "$(find "$folder/installed" -name libpond.a)" -o "$folder/static"
"$folder/static"
