// containers.hpp: what containers stand on, and requests that run in turns.
#pragma once

#include <memory_resource>
#include <pond/resource.hpp>
#include <string>

namespace bench {

// --- Where memory comes from ------------------------------------------------------------------

struct over_pond {
  pond::pool pool;
  pond::resource resource{pool};
};
struct over_pond_recycling {
  pond::pool pool{pond::options{.recycle = true}};
  pond::resource resource{pool};
};
struct over_monotonic {
  std::pmr::monotonic_buffer_resource resource;
};
struct over_unsynchronized {
  std::pmr::unsynchronized_pool_resource resource;
};
struct over_new {
  std::pmr::memory_resource &resource = *std::pmr::new_delete_resource();
};

// --- Turns ------------------------------------------------------------------------------------

/// A benchmark `name` runs all that were added to it, one after the other.
void add_copy(const std::string &name, void (*request)());

}  // namespace bench
