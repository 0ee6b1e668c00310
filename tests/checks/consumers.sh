#!/usr/bin/env bash
# pond as its users get it; the same two programs in every way (tests/consumers/), with the static and
# the shared library, and one with nginx's names where pond is a part of the project. CC and CXX are
# the compilers.
#
#   consumers.sh find_package [PREFIX]   what is installed there, or for all, by CMake
#   consumers.sh pkg_config              what pkg-config finds (PKG_CONFIG_PATH)
#   consumers.sh memcheck                the same, under valgrind: it sees into pools
#   consumers.sh other_folders           this tree, installed where GNUInstallDirs lets it be
#   consumers.sh subdirectory            this tree as a part of a project
#   consumers.sh fetch_content           this tree from a git repository
set -euo pipefail

way=$1
prefix=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
consumers=$root/tests/consumers
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
version=$(sed -nE 's/.*define POND_VERSION_STRING "(.*)"/\1/p' "$root/include/pond/config.h")

fail() {
  echo "$*" >&2
  exit 1
}

configure() {  # configure NAME CMAKE_ARGUMENT...
  local build=$folder/$1
  shift
  cmake -S "$consumers" -B "$build" -G Ninja "-DCMAKE_PREFIX_PATH=$prefix" "$@" > "$folder/log" 2>&1
}

try() {  # try NUMBER_OF_TESTS NAME CMAKE_ARGUMENT...
  local tests=$1 build=$folder/$2
  shift
  configure "$@" || fail "configure: $(cat "$folder/log")"
  cmake --build "$build" > "$folder/log" 2>&1 || fail "build: $(cat "$folder/log")"
  ctest --test-dir "$build" --output-on-failure > "$folder/log" || fail "$(cat "$folder/log")"
  grep -q "100% tests passed, 0 tests failed out of $tests" "$folder/log" ||
    fail "not $tests tests: $(cat "$folder/log")"
}

try_find_package() {
  local major minor wrong
  IFS=. read -r major minor _ <<< "$version"
  try 6 found "-DPOND_VERSION=$version"
  try 4 found_in_c -DLANGUAGES=C
  for wrong in "$major.$((minor + 1))" "$((major + 1)).0"; do
    ! configure "wrong_$wrong" "-DPOND_VERSION=$wrong" || fail "version $wrong was found"
    grep -q "version: $version" "$folder/log" || fail "another failure: $(cat "$folder/log")"
  done
}

compile_and_run() {  # compile_and_run FLAG...: both programs, by the compilers alone
  "${CC:-cc}" -std=c99 -pedantic -Wall -Wextra -Werror "$consumers/program.c" "$@" -o "$folder/c"
  "${CXX:-c++}" -std=c++20 -pedantic -Wall -Wextra -Werror "$consumers/program.cpp" "$@" \
    -o "$folder/cpp"
  "$folder/c"
  "$folder/cpp"
}

needs_libpond() { readelf -d "$folder/c" | grep -q "NEEDED.*\[libpond.so.${version%%.*}\]"; }

try_pkg_config() {
  local flags
  pkg-config --exact-version "$version" pond
  read -ra flags <<< "$(pkg-config --cflags --libs pond)"
  compile_and_run "${flags[@]}" "-Wl,-rpath,$(pkg-config --variable=libdir pond)"
  needs_libpond || fail "not linked with the shared library"
  read -ra flags <<< "$(pkg-config --cflags --libs --static pond)"
  compile_and_run -Wl,-Bstatic "${flags[@]}" -Wl,-Bdynamic
  ! needs_libpond || fail "not linked with the static library"
}

# Of a library that was built without valgrind's header memcheck learns nothing, and is silent.
try_memcheck() {
  local flags
  read -ra flags <<< "$(pkg-config --cflags --libs pond)"
  is_seen_by_memcheck "${flags[@]}" "-Wl,-rpath,$(pkg-config --variable=libdir pond)"
  read -ra flags <<< "$(pkg-config --cflags --libs --static pond)"
  is_seen_by_memcheck -Wl,-Bstatic "${flags[@]}" -Wl,-Bdynamic
}

is_seen_by_memcheck() {  # is_seen_by_memcheck FLAG...: an overflow in a pool of the library linked so
  "${CC:-cc}" -std=c99 -g "$root/tests/watch/victim.c" "$@" -o "$folder/victim"
  valgrind "$folder/victim" overflow-by-one > "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
  grep -q 'inside a block of pool "victim"' "$folder/log" ||
    fail "memcheck does not see an overflow inside a pool: $(cat "$folder/log")"
}

install_library() {  # install_library CMAKE_ARGUMENT...: this tree's, below $folder/prefix by default
  {
    cmake -S "$root" -B "$folder/library" -G Ninja "-DCMAKE_INSTALL_PREFIX=$folder/prefix" \
      -DCMAKE_BUILD_TYPE=Debug -DPOND_BUILD_TESTS=OFF "$@" &&
      cmake --build "$folder/library" && cmake --install "$folder/library"
  } > "$folder/log" 2>&1 || fail "install: $(cat "$folder/log")"
}

try_installed() {  # try_installed LIBRARIES HEADERS: pkg-config says these folders, and they serve
  local -x PKG_CONFIG_PATH=$1/pkgconfig
  local said
  said=$(realpath -m "$(pkg-config --variable=libdir pond)" "$(pkg-config --variable=includedir pond)")
  [ "$said" = "$1"$'\n'"$2" ] || fail "pond.pc says $said, and not $1 and $2"
  try_pkg_config
  try 4 found_in_other_folders -DLANGUAGES=C "-Dpond_DIR=$1/cmake/pond"
}

# Folders that are given relatively go with the prefix, absolute ones stay where they are.
try_other_folders() {
  install_library -DCMAKE_INSTALL_LIBDIR=lib/two/levels -DCMAKE_INSTALL_INCLUDEDIR=include/more
  mv "$folder/prefix" "$folder/moved"
  try_installed "$folder/moved/lib/two/levels" "$folder/moved/include/more"
  install_library "-DCMAKE_INSTALL_LIBDIR=$folder/out/lib" -DCMAKE_INSTALL_INCLUDEDIR=include
  try_installed "$folder/out/lib" "$folder/prefix/include"
  install_library -DCMAKE_INSTALL_LIBDIR=lib "-DCMAKE_INSTALL_INCLUDEDIR=$folder/dev/include"
  try_installed "$folder/prefix/lib" "$folder/dev/include"
}

try_subdirectory() {
  local silent='memcheck will not see into pools'
  try 7 subdirectory "-DPOND_FOLDER=$root"
  configure subdirectory
  ! grep "$silent" "$folder/log" >&2 || fail "although valgrind's header is there"
  # Not even that header is found then.
  configure subdirectory -DCMAKE_CXX_FLAGS=-nostdinc
  grep -q "$silent" "$folder/log" || fail "no word of valgrind's header: $(cat "$folder/log")"
}

try_fetch_content() {
  local repository=$folder/repository
  "$root/tests/checks/copy_tree.sh" "$repository"
  git -C "$repository" init -q -b main
  git -C "$repository" add -A
  git -C "$repository" -c user.name=pond -c user.email=pond@localhost commit -q -m "as it is now"
  try 7 fetched "-DPOND_REPOSITORY=file://$repository"
}

case $way in
  find_package | pkg_config | memcheck | other_folders | subdirectory | fetch_content) "try_$way" ;;
  *) fail "no way \"$way\"" ;;
esac
