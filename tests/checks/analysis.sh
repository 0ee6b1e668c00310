#!/usr/bin/env bash
# Static analysers that are no compiler's warnings: cppcheck over all that is C or C++ and needs no
# test framework, gcc's -fanalyzer over the core and the C programs (-O0: what an
# optimizer removes is not looked at). clang's analyser runs within
# clang-tidy (.clang-tidy, clang-analyzer-*).
set -euo pipefail
cd "$(dirname "$0")/../.."

# cppcheck does not evaluate the noexcept operator, by which the inlined allocate() says of each
# instance whether it throws.
cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr \
  --std=c++20 --std=c99 -I include -I . --suppress=missingIncludeSystem \
  --suppress=throwInNoexceptFunction:include/pond/detail/bump.hpp -j "$(nproc)" \
  src compat workload tools examples bench integration

for file in src/*.cpp; do
  g++ -std=c++20 -O0 -fanalyzer -Werror -fno-exceptions -fno-rtti -I include -c "$file" -o /dev/null
done
for file in examples/plain_c/*.c tests/consumers/*.c tests/watch/*.c; do
  gcc -std=c99 -O0 -fanalyzer -Werror -I include -c "$file" -o /dev/null
done
