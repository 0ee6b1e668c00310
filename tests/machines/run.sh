#!/usr/bin/env bash
# The tests on other machines, with musl and with another C++ library:
#
#   tests/machines/run.sh [aarch64|s390x|i386|musl|libcxx...]     all of them by default
#
# qemu-user runs what is built for aarch64 and s390x; a processor of this machine's kind runs i386 itself, unless
# its kernel was built without that. Then i386 is left out, and that is said: under qemu-i386 7.2 processes that
# abort, and those with threads, do not end.
# Left out by name: tests under this machine's valgrind (memcheck), AddressSanitizer's (its shadow memory under
# qemu was not tried), and scripts that read x86 instructions or start programs without an emulator (Check). An
# emulator takes ten times as long, so under one the recorded traces run through the C interface alone, not
# a second time through the C++ one that calls it.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=cmake/quietly.sh
. cmake/quietly.sh

not_there='memcheck|Watch\.asan|Check\.'
emulated='-*RecordedTraces.ThroughTheOracle/*'
machines=("$@")
[ $# -ne 0 ] || machines=(aarch64 s390x i386 musl libcxx)

runs_i386() { /usr/i686-linux-gnu/lib/ld-linux.so.2 --version >/dev/null 2>&1; }

step "machines: packages" cmake/install_packages.sh build "${machines[@]}"
for machine in "${machines[@]}"; do
  if [ "$machine" = i386 ] && ! runs_i386; then
    echo "i386: left out, as this kernel does not run its programs" >&2
    continue
  fi
  filter='*'
  [[ $machine != aarch64 && $machine != s390x ]] || filter=$emulated
  case $machine in
    aarch64 | s390x | i386)
      packages=$PWD/build/machines/$machine
      step "$machine: its packages" tests/machines/packages.sh "$machine" "$packages"
      arguments=(-S . --toolchain cmake/toolchains/machine.cmake -DCMAKE_BUILD_TYPE=Debug
        -DPOND_SHARD_TESTS=ON "-DPOND_MACHINE=$machine" "-DPOND_MACHINE_PACKAGES=$packages" -DZLIB_USE_STATIC_LIBS=ON)
      # Where an emulator runs it: what it saves is more than what the compiler takes.
      [ "$machine" = i386 ] || arguments+=(-DCMAKE_CXX_FLAGS_DEBUG=-O1)
      ;;
    libcxx)
      # Debian has one of its versions installed at a time; this one has C++17's and C++23's memory.
      packages=$PWD/build/machines/libcxx-16
      step "libcxx: its packages" tests/machines/packages.sh "$(uname -m)" "$packages" libc++-16-dev \
        libc++1-16 libc++abi-16-dev libc++abi1-16 libunwind-16
      step "libcxx: configure" cmake -B build/libcxx -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DPOND_BUILD_TESTS=OFF
      step "libcxx: build" cmake --build build/libcxx --target pond
      step "libcxx: tests" tests/checks/libcxx.sh clang++-14 "$PWD/include" build/libcxx/libpond.a \
        "$packages"
      continue
      ;;
    musl)
      arguments=(-S tests/machines/c_programs --toolchain "$PWD/cmake/toolchains/musl.cmake"
        -DCMAKE_BUILD_TYPE=Release)
      ;;
    *) echo "$0: no machine \"$machine\"" >&2; exit 2 ;;
  esac
  step "$machine: configure" cmake -B "build/$machine" -G Ninja "${arguments[@]}"
  step "$machine: build" cmake --build "build/$machine" -j 2
  GTEST_FILTER=$filter step "$machine: tests" ctest --test-dir "build/$machine" -j 2 --timeout 600 \
    --output-on-failure --exclude-regex "$not_there"
done
