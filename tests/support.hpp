// support.hpp: what several tests need.
#ifndef POND_TESTS_SUPPORT_HPP
#define POND_TESTS_SUPPORT_HPP

#include <gtest/gtest.h>
#include <pond/embed.h>
#include <pond/pond.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <pond/pool.hpp>
#include <string>
#include <vector>

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif

#include "workload/upstreams.hpp"

namespace support {

/// Under AddressSanitizer and memcheck every pool is trapped: nothing is cached, allocations have
/// red zones.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POND_TESTS_ADDRESS_SANITIZER
#endif
#endif
inline bool are_pools_trapped() {
#if defined(__SANITIZE_ADDRESS__) || defined(POND_TESTS_ADDRESS_SANITIZER)
  return true;
#elif __has_include(<valgrind/valgrind.h>)
  return RUNNING_ON_VALGRIND != 0;
#else
  return false;
#endif
}
inline const bool trapped = are_pools_trapped();

/// For tests of where exactly memory comes from, which the trap changes on purpose.
#define POND_SKIP_WHEN_TRAPPED() \
  if (support::trapped) GTEST_SKIP() << "pools are watched here"

/// Sizes that no compiler looks through.
inline std::size_t opaque(std::size_t size) {
  volatile std::size_t hidden = size;
  return hidden;
}

/// For what is allocated only to be there.
inline void use(const void *p) { EXPECT_NE(p, nullptr); }

/// Makes a pool's extension, as its first mark does.
inline void extend(pond::pool &pool) { pond_rewind(pool.handle(), pond_get_mark(pool.handle())); }

inline bool is_aligned(const void *p, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(p) % alignment == 0;
}

/// Allocates until it is large, though the pool's threshold is not above the size, and gives that
/// back.
template <class Allocate, class Deallocate>
void give_back_a_large(pond::pool &pool, const Allocate &allocate, const Deallocate &deallocate) {
  while (pool.stats().large == 0) use(allocate());
  auto *large = allocate();
  while (pool.stats().large == 1) large = allocate();
  use(pool.allocate(8));  // what is large is not the newest
  deallocate(large);
}

/// Not as default-constructed any more.
inline pond::pool used_pool(const pond::options &options = {}) {
  pond::pool pool(options);
  use(pool.allocate(1));
  return pool;
}

/// Counts how often it is called, as a cleanup.
inline void count(void *counter) { ++*static_cast<int *>(counter); }

/// The process's default upstream is one that checks, while this lives. Nothing may be left at the
/// end, and nothing given back that was not taken.
class checked_default_upstream {
 public:
  checked_default_upstream() {
    pond_set_cache_limit(cache_limit);  // the same in every geometry
    const pond_upstream upstream = checks_.get();
    EXPECT_EQ(pond_set_default_upstream(&upstream), 0);
  }
  ~checked_default_upstream() {
    EXPECT_EQ(pond_set_default_upstream(nullptr), 0);
    pond_set_cache_limit(cache_limit);  // whatever the test has set
    EXPECT_EQ(checks_.live(), 0U) << "memory was not given back";
    EXPECT_EQ(checks_.errors(), std::vector<std::string>());
  }
  checked_default_upstream(const checked_default_upstream &) = delete;
  checked_default_upstream &operator=(const checked_default_upstream &) = delete;

  workload::checking_upstream *operator->() { return &checks_; }

 private:
  static constexpr std::size_t cache_limit = std::size_t{1} << 20;
  workload::checking_upstream checks_;
};

/// POND_OPTIONS as the program says them, until the end of the test.
class configured {
 public:
  explicit configured(const char *options) { EXPECT_EQ(pond_configure(options), 0); }
  ~configured() { EXPECT_EQ(pond_configure(""), 0); }
  configured(const configured &) = delete;
  configured &operator=(const configured &) = delete;
};

/// Counts what pools report, instead of a line on standard error.
class counted_reports {
 public:
  counted_reports() {
    pond_set_report(
        [](void *count, const char *, int, const char *) { ++*static_cast<int *>(count); },
        &count_);
  }
  ~counted_reports() { pond_set_report(nullptr, nullptr); }
  counted_reports(const counted_reports &) = delete;
  counted_reports &operator=(const counted_reports &) = delete;
  [[nodiscard]] int count() const { return count_; }

 private:
  int count_ = 0;
};

struct seen_block {
  std::byte *memory;
  std::size_t size;
  std::size_t unused;
};

/// The oldest first.
inline std::vector<seen_block> blocks_of(pond_pool *pool) {
  std::vector<seen_block> blocks;
  const auto see = [](void *to, const void *memory, std::size_t size, std::size_t unused) {
    auto *begin = static_cast<std::byte *>(const_cast<void *>(memory));
    auto &all = *static_cast<std::vector<seen_block> *>(to);
    all.insert(all.begin(), {begin, size, unused});
  };
  pond_visit(pool, see, nullptr, &blocks);
  return blocks;
}

/// Bytes that its blocks have left, in all.
inline std::size_t unused_in(pond::pool &pool) {
  std::size_t unused = 0;
  for (const seen_block &block : blocks_of(pool.handle())) unused += block.unused;
  return unused;
}

/// A pool over an upstream that checks.
class checked_pool {
 public:
  explicit checked_pool(pond::options options = {}) {
    const pond_upstream upstream = checks_.get();
    options.upstream = &upstream;
    pool = pond::pool(options);
  }
  ~checked_pool() {
    pool = pond::pool();
    EXPECT_EQ(checks_.live(), 0U) << "memory was not given back";
    EXPECT_EQ(checks_.errors(), std::vector<std::string>());
  }
  checked_pool(const checked_pool &) = delete;
  checked_pool &operator=(const checked_pool &) = delete;

  workload::checking_upstream &upstream() { return checks_; }

 private:
  workload::checking_upstream checks_;

 public:
  pond::pool pool;
};

}  // namespace support

#endif
