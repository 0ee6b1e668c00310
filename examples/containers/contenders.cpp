#include "contenders.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory_resource>
#include <pond/resource.hpp>

#include "index.hpp"

namespace containers {
namespace {

// Each calls `use` with an empty index, whose memory goes afterwards.

struct on_the_heap {
  template <class Use>
  static auto with_index(Use use) {
    index all;
    return use(all);
  }
};

/// As much as the first block of a pond::pool, so that the two begin alike.
constexpr std::size_t first_buffer = 4096;

template <class Resource, auto... Arguments>
struct over {
  template <class Use>
  static auto with_index(Use use) {
    Resource resource(Arguments...);
    pmr_index all(&resource);
    return use(all);
  }
};

struct over_a_pool {
  template <class Use>
  static auto with_index(Use use) {
    pond::pool pool;
    pond::resource resource(pool);
    pmr_index all(&resource);
    return use(all);
  }
};

struct in_a_pool {
  template <class Use>
  static auto with_index(Use use) {
    pond::pool pool;
    pond_index all{pond::allocator<char>(pool)};
    return use(all);
  }
};

/// Nothing is given back one by one: it all goes with the pool.
struct undestroyed {
  template <class Use>
  static auto with_index(Use use) {
    pond::pool pool;
    return use(*pond::make_undestroyed<pond_index>(pool));
  }
};

template <class Memory>
contender entry(const char *memory) {
  return {memory,
          [](std::string_view text) {
            return Memory::with_index([text](auto &all) {
              add(all, text);
              return all.size();
            });
          },
          [](std::string_view text) {
            return Memory::with_index([text](auto &all) {
              add(all, text);
              std::string page;
              for (const auto &[word, lines] : all) {
                fmt::format_to(std::back_inserter(page), "{}: {}\n", std::string_view(word),
                               fmt::join(lines, ", "));
              }
              return page;
            });
          }};
}

}  // namespace

std::vector<contender> contenders() {
  return {entry<on_the_heap>("new and delete"),
          entry<over<std::pmr::monotonic_buffer_resource, first_buffer>>("pmr, monotonic"),
          entry<over<std::pmr::unsynchronized_pool_resource>>("pmr, unsynchronized pool"),
          entry<over_a_pool>("pmr, pond::resource"),
          entry<in_a_pool>("pond::allocator"),
          entry<undestroyed>("pond, undestroyed")};
}

}  // namespace containers
