// target.hpp: what libFuzzer calls, and regressions.cpp without it.
#ifndef POND_TESTS_FUZZ_TARGET_HPP
#define POND_TESTS_FUZZ_TARGET_HPP

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

#endif
