// nginx.cpp: any bytes are a program over nginx's interface; nginx's own pool and pond's have to
// show the same. An odd first byte: the page size is not known yet, as while nginx's main begins.
#include <gtest/gtest.h>

#include "compare.hpp"
#include "implementation.hpp"
#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size == 0) return 0;
  GTEST_FLAG_SET(break_on_failure, true);  // a fuzzer sees a crash, not a failed expectation
  const differential::page_size known(data[0] % 2 == 0 ? ngx_pagesize : 0);
  differential::compare(differential::script_from_bytes({data + 1, size - 1}));
  return 0;
}
