// Sizes that a compiler knows to be short, whose place is computed in another way: the same place.
#include <pond/pond.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>

#include "support.hpp"

namespace {

using support::blocks_of;
using support::opaque;

/// More than any memory.
#if defined(__LP64__) && (defined(__x86_64__) || defined(__aarch64__))
constexpr std::size_t no_memory = std::size_t{1} << 55;
#else
constexpr std::size_t no_memory = std::size_t{PTRDIFF_MAX} + 1;
#endif

/// How a compiler knows: by the type, and by a comparison.
void *allocate_narrow(pond::pool &pool, std::uint32_t size, std::size_t alignment) {
  return pool.try_allocate(size, alignment);
}
void *allocate_bounded(pond::pool &pool, std::size_t size, std::size_t alignment) {
  if (size >= no_memory) return nullptr;
  return pool.try_allocate(size, alignment);
}

TEST(ShortSize, IsWhereALongOneWouldBe) {
  POND_SKIP_WHEN_TRAPPED();
  alignas(16) static std::byte room[2][4096];
  pond::pool narrow({.buffer = room[0]});
  pond::pool of_any({.buffer = room[1]});
  for (std::uint32_t size = 0; blocks_of(of_any.handle()).size() == 1; size = size * 5 % 103 + 1) {
    for (const std::size_t alignment : {1U, 2U, 8U, 16U}) {
      const auto *p = static_cast<std::byte *>(allocate_narrow(narrow, size, alignment));
      const auto *q = static_cast<std::byte *>(of_any.try_allocate(opaque(size), alignment));
      if (blocks_of(of_any.handle()).size() > 1) break;
      EXPECT_EQ(p - room[0], q - room[1]) << size << " at " << alignment;
    }
  }
  EXPECT_EQ(blocks_of(narrow.handle()).size(), 2U) << "the same one was too much";
}

TEST(ShortSize, MayEndWithItsBlock) {
  POND_SKIP_WHEN_TRAPPED();
  for (std::uint32_t last = 1; last < 40; ++last) {
    pond::pool pool(1024);
    (void)pool.allocate(blocks_of(pool.handle()).front().unused - last, 1);
    EXPECT_NE(allocate_narrow(pool, last, 1), nullptr);
    EXPECT_EQ(blocks_of(pool.handle()).front().unused, 0U);
    (void)allocate_narrow(pool, 1, 1);
    EXPECT_EQ(blocks_of(pool.handle()).size(), 2U);
  }
}

TEST(ShortSize, OfMoreThanThereIsIsRefused) {
  pond::pool pool({.hard_limit = 65536});
  void *before = pool.try_allocate(8);
  const std::size_t reserved = pool.stats().reserved;
  errno = 0;
  EXPECT_EQ(allocate_narrow(pool, static_cast<std::uint32_t>(opaque(UINT32_MAX)), 1), nullptr);
  EXPECT_EQ(errno, sizeof(void *) == 8 ? EDQUOT : ENOMEM) << "more than half of the addresses";
  EXPECT_EQ(allocate_bounded(pool, opaque(no_memory - 1), 1), nullptr);
  EXPECT_EQ(pool.stats().reserved, reserved);
  pool.deallocate(before, 8);
}

TEST(ShortSize, OfAPoolThatGivesNothingIsRefused) {
  pond::pool pool;
  (void)pool.allocate(8);
  pool.seal();
  for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, no_memory - 1}) {
    errno = 0;
    EXPECT_EQ(allocate_bounded(pool, opaque(size), 1), nullptr) << size;
    EXPECT_EQ(errno, EPERM);
  }
}

// --- Containers, which ask no allocator for more than it can have ------------------------------

template <class T>
std::size_t most_of(pond::pool &pool) {
  return std::allocator_traits<pond::allocator<T>>::max_size(pond::allocator<T>(pool));
}

TEST(ShortSize, IsWhatContainersAskFor) {
  pond::pool pool;
  EXPECT_EQ(most_of<char>(pool), no_memory - 1);
  EXPECT_EQ(most_of<long long>(pool), (no_memory - 1) / sizeof(long long));
  EXPECT_EQ(std::allocator_traits<pond::monotonic_allocator<char>>::max_size(
                pond::monotonic_allocator<char>(pool)),
            no_memory - 1);
  std::vector<int, pond::allocator<int>> numbers(pool);
  EXPECT_LE(numbers.max_size(), most_of<int>(pool));
  EXPECT_THROW(numbers.reserve(most_of<int>(pool) + 1), std::length_error);
  std::basic_string<char, std::char_traits<char>, pond::allocator<char>> line(pool);
  EXPECT_LT(line.max_size(), most_of<char>(pool));
  EXPECT_THROW(line.reserve(opaque(no_memory)), std::length_error);
  EXPECT_EQ(pool.stats().reserved, 0U);
}

}  // namespace
