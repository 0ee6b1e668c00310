// containers.cpp: standard containers over pools, and over what their users have today. Each round
// is a request: memory, one container that is filled and read, the end of both.
//
// CMakeLists.txt compiles it several times, with another POND_COPY each time, so that there is each
// request several times, too; turns.cpp runs them in turns.
#include "containers.hpp"

#include <benchmark/benchmark.h>

#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "by_hand.hpp"

namespace {

constexpr int elements = 1000;
constexpr std::string_view header = "Cache-Control: max-age=31536000, immutable, public";

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

/// So many instructions that do nothing: what follows them lies elsewhere in each copy.
template <int Count>
[[gnu::always_inline]] inline void move_code() {
  asm volatile(".rept %c0\n\tnop\n\t.endr" ::"i"(Count));
}

/// A function of its own, so that what a compiler makes of one does not depend on the others. Up to
/// 60 instructions, a line of the cache, are before each of its loops, by multiples of primes: so
/// that from copy to copy each loop that is inlined here moves against the others.
template <class Use, template <class> class Allocator, template <class> class Place>
struct request {
  [[gnu::noinline]] void operator()(auto &memory) const {
    move_code<POND_COPY * 29 % 61>();
    Place<typename Use::template container<Allocator>> place(memory);
    move_code<POND_COPY * 43 % 59>();
    Use::fill(place.container);
    move_code<POND_COPY * 19 % 53>();
  }
};

/// `With::run(request)` makes memory, calls request(memory) and ends it.
template <class Use, template <class> class Allocator, template <class> class Place, class With>
void add(const std::string &name) {
  bench::add_copy(name, [] { With::run(request<Use, Allocator, Place>{}); });
}

template <class With, template <class> class Base, template <class> class Place = local>
void add_all(const std::string &group, const std::string &name) {
  const std::string prefix = group + "/" + name + "/";
  using copied = bench::copied<Base, Place, POND_COPY>;
  add<vector, copied::template allocator, Place, With>(prefix + "vector");
  add<list, copied::template allocator, Place, With>(prefix + "list");
  add<map, copied::template allocator, Place, With>(prefix + "map");
  add<unordered_map, copied::template allocator, Place, With>(prefix + "unordered_map");
  add<strings, copied::template allocator, Place, With>(prefix + "strings");
}

/// Memory is a class of its own, whose object ends with the request.
template <class Memory>
struct with {
  static void run(auto use) {
    Memory memory;
    use(memory);
  }
};
template <class Memory>
struct with_resource {
  static void run(auto use) {
    Memory memory;
    std::pmr::memory_resource &resource = memory.resource;
    use(resource);
  }
};

template <class Memory>
void add_resource(const std::string &name) {
  add_all<with_resource<Memory>, bench::pmr_allocator>("resource", name);
}

[[maybe_unused]] const bool registered = [] {
  add_resource<bench::over_pond>("pond");
  add_resource<bench::over_pond_recycling>("pond, recycling");
  add_resource<bench::over_monotonic>("monotonic_buffer");
  add_resource<bench::over_unsynchronized>("unsynchronized_pool");
  add_resource<bench::over_new>("new_delete");
  using pool = with<pond::pool>;
  add_all<pool, pond::allocator>("allocator", "pond");
  add_all<pool, pond::allocator, undestroyed>("allocator", "pond, not destroyed");
  add_all<pool, pond::monotonic_allocator>("allocator", "pond, monotonic");
  using arena = with<by_hand::arena>;
  add_all<arena, by_hand::allocator>("allocator", "by hand");
  add_all<arena, by_hand::allocator, undestroyed>("allocator", "by hand, not destroyed");
  add_all<arena, by_hand::monotonic_allocator>("allocator", "by hand, monotonic");
  add_all<arena, by_hand::monotonic_allocator, undestroyed>("allocator",
                                                            "by hand, monotonic, not destroyed");
  return true;
}();

}  // namespace
