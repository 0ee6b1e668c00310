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

template <class T>
struct pmr_allocator : std::pmr::polymorphic_allocator<T> {
  explicit pmr_allocator(std::pmr::memory_resource &from)
      : std::pmr::polymorphic_allocator<T>(&from) {}
  template <class U>
  pmr_allocator(const pmr_allocator<U> &other)  // NOLINT(google-explicit-constructor)
      : std::pmr::polymorphic_allocator<T>(other.resource()) {}
};

/// An allocator that is a type of its own in each copy and place, so that each request is the only
/// one that calls what it calls of its container: a compiler inlines more of what is called once,
/// and what it does not inline is there in each copy, too.
template <template <class> class Allocator, template <class> class Place, int Copy>
struct copied {
  template <class T>
  struct allocator : Allocator<T> {
    using value_type = T;
    template <class U>
    struct rebind {
      using other = allocator<U>;
    };
    using Allocator<T>::Allocator;
    template <class U>
    allocator(const allocator<U> &other)  // NOLINT(google-explicit-constructor)
        : Allocator<T>(other) {}
  };
};

// --- Turns ------------------------------------------------------------------------------------

/// A benchmark `name` runs all that were added to it, one after the other.
void add_copy(const std::string &name, void (*request)());

}  // namespace bench
