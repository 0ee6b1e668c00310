// containers.cpp: standard containers over pools, and over what their users have today. Each round
// is a request: memory, one container that is filled and read, the end of both.
#include <benchmark/benchmark.h>

#include <list>
#include <map>
#include <memory_resource>
#include <pond/resource.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "by_hand.hpp"

namespace {

constexpr int elements = 1000;
constexpr std::string_view header = "Cache-Control: max-age=31536000, immutable, public";

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

// --- What is done with it ---------------------------------------------------------------------

struct vector {
  template <template <class> class Allocator>
  using container = std::vector<int, Allocator<int>>;
  [[gnu::always_inline]] static void fill(auto &v) {
    for (int i = 0; i < elements; ++i) v.push_back(i);
    benchmark::DoNotOptimize(v.data());
  }
};

struct list {
  template <template <class> class Allocator>
  using container = std::list<int, Allocator<int>>;
  [[gnu::always_inline]] static void fill(auto &l) {
    for (int i = 0; i < elements; ++i) l.push_back(i);
    benchmark::DoNotOptimize(l.back());
  }
};

struct map {
  template <template <class> class Allocator>
  using container = std::map<int, int, std::less<>, Allocator<std::pair<const int, int>>>;
  [[gnu::always_inline]] static void fill(auto &m) {
    for (int i = 0; i < elements; ++i) m.emplace(i * 7919 % elements, i);
    benchmark::DoNotOptimize(m.begin()->second);
  }
};

struct unordered_map {
  template <template <class> class Allocator>
  using container = std::unordered_map<int, int, std::hash<int>, std::equal_to<>,
                                       Allocator<std::pair<const int, int>>>;
  [[gnu::always_inline]] static void fill(auto &m) {
    for (int i = 0; i < elements; ++i) m.emplace(i, i);
    benchmark::DoNotOptimize(m.begin()->second);
  }
};

struct strings {
  template <class Allocator>
  using string = std::basic_string<char, std::char_traits<char>, Allocator>;
  template <template <class> class Allocator>
  using container = std::vector<string<Allocator<char>>, Allocator<string<Allocator<char>>>>;
  [[gnu::always_inline]] static void fill(auto &lines) {
    std::string_view line = header;
    benchmark::DoNotOptimize(line);  // of a length that no compiler knows, as in a request
    for (int i = 0; i < elements; ++i) lines.emplace_back(line, lines.get_allocator());
    benchmark::DoNotOptimize(lines.back().data());
  }
};

// --- Where it stands --------------------------------------------------------------------------

/// On the stack, and ends before its memory does.
template <class Container>
struct local {
  Container container;
  explicit local(auto &memory) : container(typename Container::allocator_type(memory)) {}
};

/// In the memory that it uses, and goes with it, without being destroyed.
template <class Container>
struct undestroyed {
  Container &container;
  explicit undestroyed(pond::pool &pool) : container(*pond::make_undestroyed<Container>(pool)) {}
  explicit undestroyed(by_hand::arena &arena)
      : container(*::new (arena.allocate(sizeof(Container), alignof(Container)))
                      Container(typename Container::allocator_type(arena))) {}
};

// --- All together -----------------------------------------------------------------------------

/// A function of its own, so that what a compiler makes of one does not depend on the others.
template <class Use, template <class> class Allocator, template <class> class Place>
struct request {
  [[gnu::noinline]] void operator()(auto &memory) const {
    Place<typename Use::template container<Allocator>> place(memory);
    Use::fill(place.container);
  }
};

template <class Use, template <class> class Allocator, template <class> class Place, class With>
void add(const std::string &prefix, const std::string &use, With with) {
  benchmark::RegisterBenchmark((prefix + use).c_str(), [with](benchmark::State &state) {
    for ([[maybe_unused]] auto _ : state) with(request<Use, Allocator, Place>{});
  });
}

/// `with(request)` makes memory, calls request(memory) and ends it.
template <template <class> class Allocator, template <class> class Place = local, class With>
void add_all(const std::string &group, const std::string &name, With with) {
  const std::string prefix = group + "/" + name + "/";
  add<vector, Allocator, Place>(prefix, "vector", with);
  add<list, Allocator, Place>(prefix, "list", with);
  add<map, Allocator, Place>(prefix, "map", with);
  add<unordered_map, Allocator, Place>(prefix, "unordered_map", with);
  add<strings, Allocator, Place>(prefix, "strings", with);
}

template <class T>
struct pmr_allocator : std::pmr::polymorphic_allocator<T> {
  using value_type = T;
  explicit pmr_allocator(std::pmr::memory_resource &from)
      : std::pmr::polymorphic_allocator<T>(&from) {}
  template <class U>
  pmr_allocator(const pmr_allocator<U> &other)  // NOLINT(google-explicit-constructor)
      : std::pmr::polymorphic_allocator<T>(other.resource()) {}
};

template <class Memory>
void add_resource(const std::string &name) {
  add_all<pmr_allocator>("resource", name, [](auto use) {
    Memory memory;
    std::pmr::memory_resource &resource = memory.resource;
    use(resource);
  });
}

/// A map that lives on: so many pairs of an insertion and an erasure.
constexpr int pairs = 10'000'000;
constexpr std::size_t live_set = 1000;

template <class Memory>
void insert_and_erase(benchmark::State &state) {
  Memory memory;
  std::pmr::unordered_map<int, int> map(&memory.resource);
  int next = 0;
  for ([[maybe_unused]] auto _ : state) {
    map.emplace(next, next);
    if (map.size() > live_set) map.erase(next - static_cast<int>(live_set));
    ++next;
  }
  if constexpr (requires { memory.pool; }) {
    state.counters["bytes"] = static_cast<double>(memory.pool.stats().reserved);
  }
}

[[maybe_unused]] const bool registered = [] {
  add_resource<over_pond>("pond");
  add_resource<over_pond_recycling>("pond, recycling");
  add_resource<over_monotonic>("monotonic_buffer");
  add_resource<over_unsynchronized>("unsynchronized_pool");
  add_resource<over_new>("new_delete");
  const auto with_pool = [](auto use) {
    pond::pool pool;
    use(pool);
  };
  add_all<pond::allocator>("allocator", "pond", with_pool);
  add_all<pond::allocator, undestroyed>("allocator", "pond, not destroyed", with_pool);
  add_all<pond::monotonic_allocator>("allocator", "pond, monotonic", with_pool);
  const auto with_arena = [](auto use) {
    by_hand::arena arena;
    use(arena);
  };
  add_all<by_hand::allocator>("allocator", "by hand", with_arena);
  add_all<by_hand::allocator, undestroyed>("allocator", "by hand, not destroyed", with_arena);
  add_all<by_hand::monotonic_allocator>("allocator", "by hand, monotonic", with_arena);
  add_all<by_hand::monotonic_allocator, undestroyed>(
      "allocator", "by hand, monotonic, not destroyed", with_arena);
  return true;
}();

BENCHMARK(insert_and_erase<over_pond_recycling>)
    ->Name("insert_and_erase/pond, recycling")
    ->Iterations(pairs);
BENCHMARK(insert_and_erase<over_unsynchronized>)
    ->Name("insert_and_erase/unsynchronized_pool")
    ->Iterations(pairs);
BENCHMARK(insert_and_erase<over_new>)->Name("insert_and_erase/new_delete")->Iterations(pairs);

}  // namespace
