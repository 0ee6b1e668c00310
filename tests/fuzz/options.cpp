// options.cpp: any text may stand in POND_OPTIONS. What is refused has changed nothing.
#include <pond/pond.h>

#include <cstdlib>
#include <string>

#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string text(reinterpret_cast<const char *>(data), size);
  const bool taken = pond_configure(text.c_str()) == 0;
  pond_pool *pool = pond_create(0);
  if (pool == nullptr && !taken) std::abort();
  pond_destroy(pool);
  if (pond_configure("") != 0) std::abort();
  return 0;
}
