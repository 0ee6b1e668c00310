// containers.cpp: standard containers over pools, and over what their users have today. Each round
// is a request: memory, one container that is filled and read, the end of both.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <list>
#include <map>
#include <memory_resource>
#include <pond/resource.hpp>
#include <string>
#include <unordered_map>
#include <vector>

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

/// What one writes by hand: chunks that double, a pointer that moves, nothing given back alone.
class bump_arena {
 public:
  bump_arena() = default;
  bump_arena(const bump_arena &) = delete;
  bump_arena &operator=(const bump_arena &) = delete;
  ~bump_arena() {
    for (void *chunk : chunks_) std::free(chunk);
  }
  void *allocate(std::size_t size, std::size_t alignment) {
    std::uintptr_t at = (next_ + alignment - 1) & ~(alignment - 1);
    if (at + size > end_) {
      capacity_ = std::max(2 * capacity_, 2 * size);
      chunks_.push_back(std::malloc(capacity_));
      at = reinterpret_cast<std::uintptr_t>(chunks_.back());
      end_ = at + capacity_;
    }
    next_ = at + size;
    return reinterpret_cast<void *>(at);
  }

 private:
  static constexpr std::size_t first_chunk = 4096;
  std::vector<void *> chunks_;
  std::uintptr_t next_ = 0;
  std::uintptr_t end_ = 0;
  std::size_t capacity_ = first_chunk / 2;
};

template <class T>
class bump_allocator {
 public:
  using value_type = T;
  explicit bump_allocator(bump_arena &arena) : arena_(&arena) {}
  template <class U>
  bump_allocator(const bump_allocator<U> &other)  // NOLINT(google-explicit-constructor)
      : arena_(other.arena_) {}
  T *allocate(std::size_t n) {
    return static_cast<T *>(arena_->allocate(n * sizeof(T), alignof(T)));
  }
  void deallocate(T *, std::size_t) {}
  friend bool operator==(const bump_allocator &a, const bump_allocator &b) {
    return a.arena_ == b.arena_;
  }

 private:
  template <class U>
  friend class bump_allocator;
  bump_arena *arena_;
};

// --- What is done with it ---------------------------------------------------------------------

template <template <class> class Allocator, class Memory>
void fill_vector(Memory &memory) {
  std::vector<int, Allocator<int>> v{Allocator<int>(memory)};
  for (int i = 0; i < elements; ++i) v.push_back(i);
  benchmark::DoNotOptimize(v.data());
}

template <template <class> class Allocator, class Memory>
void fill_list(Memory &memory) {
  std::list<int, Allocator<int>> l{Allocator<int>(memory)};
  for (int i = 0; i < elements; ++i) l.push_back(i);
  benchmark::DoNotOptimize(l.back());
}

template <template <class> class Allocator, class Memory>
void fill_map(Memory &memory) {
  using pair = std::pair<const int, int>;
  std::map<int, int, std::less<>, Allocator<pair>> m{Allocator<pair>(memory)};
  for (int i = 0; i < elements; ++i) m.emplace(i * 7919 % elements, i);
  benchmark::DoNotOptimize(m.begin()->second);
}

template <template <class> class Allocator, class Memory>
void fill_unordered_map(Memory &memory) {
  using pair = std::pair<const int, int>;
  std::unordered_map<int, int, std::hash<int>, std::equal_to<>, Allocator<pair>> m{
      Allocator<pair>(memory)};
  for (int i = 0; i < elements; ++i) m.emplace(i, i);
  benchmark::DoNotOptimize(m.begin()->second);
}

template <template <class> class Allocator, class Memory>
void fill_strings(Memory &memory) {
  using string = std::basic_string<char, std::char_traits<char>, Allocator<char>>;
  std::vector<string, Allocator<string>> lines{Allocator<string>(memory)};
  for (int i = 0; i < elements; ++i) lines.emplace_back(header, Allocator<char>(memory));
  benchmark::DoNotOptimize(lines.back().data());
}

// --- The two together -------------------------------------------------------------------------

template <class Request>
void add(const std::string &name, Request request) {
  benchmark::RegisterBenchmark(name.c_str(), [request](benchmark::State &state) {
    for ([[maybe_unused]] auto _ : state) request();
  });
}

/// `with(use)` makes memory, calls use(memory) and ends it.
template <template <class> class Allocator, class With>
void add_all(const std::string &group, const std::string &name, With with) {
  const std::string prefix = group + "/" + name + "/";
  add(prefix + "vector", [with] { with([](auto &m) { fill_vector<Allocator>(m); }); });
  add(prefix + "list", [with] { with([](auto &m) { fill_list<Allocator>(m); }); });
  add(prefix + "map", [with] { with([](auto &m) { fill_map<Allocator>(m); }); });
  add(prefix + "unordered_map",
      [with] { with([](auto &m) { fill_unordered_map<Allocator>(m); }); });
  add(prefix + "strings", [with] { with([](auto &m) { fill_strings<Allocator>(m); }); });
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
  add_all<pond::allocator>("allocator", "pond", [](auto use) {
    pond::pool pool;
    use(pool);
  });
  add_all<pond::monotonic_allocator>("allocator", "pond, monotonic", [](auto use) {
    pond::pool pool;
    use(pool);
  });
  add_all<bump_allocator>("allocator", "by hand", [](auto use) {
    bump_arena arena;
    use(arena);
  });
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
