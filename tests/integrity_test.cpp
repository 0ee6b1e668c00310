// An overwritten link or record stops the program, by a death
// test each, before anything is written through it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "pond/pond.h"
#include "pond/pool.hpp"
#include "support.hpp"

namespace {

constexpr std::size_t header = 16;  // bytes, of a later block
constexpr int text = 'w';           // no word of these is aligned, where addresses have 32 bits too

/// A pool with two later blocks, and where the newest one begins.
unsigned char *newest_block(pond::pool &pool) {
  const std::size_t blocks = pool.stats().blocks;
  void *last = nullptr;
  while (pool.stats().blocks < blocks + 2) last = pool.allocate(48);
  return static_cast<unsigned char *>(last) - header;
}

class Integrity : public testing::Test {
 protected:
  void SetUp() override { POND_SKIP_WHEN_TRAPPED(); }
  pond::pool pool{256};
};
using IntegrityDeathTest = Integrity;

TEST_F(IntegrityDeathTest, AnOverwrittenHeaderIsNotFollowed) {
  unsigned char *const at = newest_block(pool);
  EXPECT_EXIT(
      {
        std::memset(at, 'x', header);
        pool.reset();
      },
      testing::KilledBySignal(SIGABRT), "the header of a block was overwritten");
}

TEST_F(IntegrityDeathTest, NorOneWhoseLinkAloneIsAnother) {
  unsigned char *const at = newest_block(pool);
  EXPECT_DEATH(
      {
        std::memcpy(at, "overflow", sizeof(void *));
        { const pond::pool ended = std::move(pool); }
      },
      "the header of a block was overwritten");
}

/// An overflow of what lies before a pool's first block meets the link to its marks.
TEST_F(IntegrityDeathTest, NorIsTheFirstWordOfAPool) {
  (void)pool.allocate(1);
  void *const first = support::blocks_of(pool.handle()).back().memory;
  std::memset(first, text, sizeof(void *));
  EXPECT_DEATH((void)pool.allocate(1000), "the state of a pool was overwritten");
  EXPECT_DEATH(pond_rewind(pool.handle(), {}), "the state of a pool was overwritten");
}

TEST_F(IntegrityDeathTest, NorOneThatWaitsInTheCache) {
  EXPECT_DEATH(
      {
        pond_pool *used_after_its_end = pond_create(256);
        pond_destroy(used_after_its_end);
        std::memset(reinterpret_cast<void *>(used_after_its_end), 'x', header);
        pond_create(256);
      },
      "the header of a block was overwritten");
}

/// The record of a large allocation lies behind what was allocated before it.
TEST_F(IntegrityDeathTest, AnOverwrittenRecordIsNotUnlinked) {
  auto *before = static_cast<unsigned char *>(pool.allocate(16));
  void *large = pool.allocate(100000);
  void *newer = pool.allocate(100000);
  EXPECT_DEATH(
      {
        (void)newer;
        void *const wrong = &pool;  // in place of the newer one
        std::memcpy(before + 16 + sizeof(void *), &wrong, sizeof(wrong));
        pool.free(large);
      },
      "a record of a pool was overwritten");
}

TEST_F(IntegrityDeathTest, NorIsOneWhoseNeighbourWasOverwritten) {
  pool.on_destroy([] {});
  auto *between = static_cast<unsigned char *>(pool.allocate(16));
  auto *cancelled = pool.on_destroy([] {});
  EXPECT_DEATH(
      {
        std::memset(between - 48, 0, 48);
        pool.cancel(cancelled);
      },
      "a record of a pool was overwritten");
}

/// One that was cancelled, and is used by somebody who does not know.
TEST_F(IntegrityDeathTest, ASpareRecordIsNotUsedOnceItWasOverwritten) {
  pond_cleanup *cancelled = pool.on_destroy([] {});
  pool.cancel(cancelled);
  EXPECT_DEATH(
      {
        std::memset(reinterpret_cast<void *>(cancelled), text, sizeof(void *));
        pool.on_destroy([] {});
      },
      "a record of a pool was overwritten");
}

TEST_F(IntegrityDeathTest, NorIsTheListOfLargeAllocationsFollowed) {
  auto *before = static_cast<unsigned char *>(pool.allocate(16));
  (void)pool.allocate(100000);
  for (const bool all : {true, false}) {
    EXPECT_DEATH(
        {
          std::memset(before + 16, text, sizeof(void *));
          if (all) pool.reset();
          { const pond::pool ended = std::move(pool); }
        },
        "a record of a pool was overwritten");
  }
}

/// A pool whose first block has room left, and where that begins.
unsigned char *begin_of_room(pond::pool &pool) {
  const std::size_t size = (support::blocks_of(pool.handle()).front().unused - 300) & ~15U;
  auto *first = static_cast<unsigned char *>(pool.allocate(size));
  (void)pool.allocate(400);  // from a block of its own, of which more is left
  return first + size;
}

TEST_F(IntegrityDeathTest, ARoomIsNotFilledOnceItWasOverwritten) {
  pond::pool roomy(1024);
  unsigned char *const room = begin_of_room(roomy);
  EXPECT_DEATH(
      {
        std::memset(room, text, sizeof(void *));
        for (int i = 0; i < 100; ++i) (void)roomy.allocate(100);
      },
      "the room of a block was overwritten");
  EXPECT_DEATH(
      {
        std::memset(room, text, sizeof(void *));
        (void)roomy.stats();
      },
      "the room of a block was overwritten");
}

/// What a commit joins with what was before the mark.
TEST_F(IntegrityDeathTest, NorIsACommitMadeOverOne) {
  pond::pool roomy(1024);
  const pond_mark mark = pond_get_mark(roomy.handle());
  unsigned char *const room = begin_of_room(roomy);
  EXPECT_DEATH(
      {
        std::memset(room, text, sizeof(void *));
        pond_commit(roomy.handle(), mark);
      },
      "the room of a block was overwritten");
  pond_cleanup *cancelled = roomy.on_destroy([] {});
  roomy.cancel(cancelled);
  EXPECT_DEATH(
      {
        std::memset(reinterpret_cast<void *>(cancelled), text, sizeof(void *));
        pond_commit(roomy.handle(), mark);
      },
      "a record of a pool was overwritten");
  EXPECT_TRUE(pond_commit(roomy.handle(), mark));
}

TEST_F(IntegrityDeathTest, NorOneThatWouldEndBeforeItBegins) {
  pond::pool roomy(1024);
  unsigned char *const room = begin_of_room(roomy);
  EXPECT_DEATH(
      {
        void *const possible = room - 16;
        std::memcpy(room + sizeof(void *), &possible, sizeof(possible));
        for (int i = 0; i < 100; ++i) (void)roomy.allocate(100);
      },
      "the room of a block was overwritten");
}

TEST_F(IntegrityDeathTest, MemoryThatWasGivenBackIsNotTakenOnceItWasWritten) {
  pond::pool recycling({.recycle = true});
  void *p = recycling.allocate(64);
  (void)recycling.allocate(64);
  recycling.deallocate(p, 64);
  EXPECT_DEATH(
      {
        std::memset(p, text, 64);
        (void)recycling.allocate(64);
        (void)recycling.allocate(64);
      },
      "memory that was given back was overwritten");
}

TEST_F(IntegrityDeathTest, AValueIsNotPassedOnceItWasOverwritten) {
  static const char key = 0;
  auto *before = static_cast<unsigned char *>(pool.allocate(16));
  ASSERT_EQ(pond_set(pool.handle(), &key, &pool, nullptr), 0);
  EXPECT_DEATH(
      {
        std::memset(before + 16, text, 2 * sizeof(void *));
        pond_get(pool.handle(), &key);
      },
      "a value of a pool was overwritten");
}

TEST_F(IntegrityDeathTest, ARecordOfAMarkIsNotFollowed) {
  auto *before = static_cast<unsigned char *>(pool.allocate(16));
  const pond_mark outer = pond_get_mark(pool.handle());
  (void)pond_get_mark(pool.handle());
  EXPECT_DEATH(
      {
        std::memset(before + 16, text, 128);  // both records
        pond_rewind(pool.handle(), outer);
      },
      "the record of a mark was overwritten");
}

/// Of the table of the index, which lies outside the pool among other people's memory.
constexpr std::size_t slots = 32;
void **table = nullptr;

void *note_table(void *, std::size_t size, std::size_t) noexcept {
  void *memory = std::malloc(size);
  if (size == slots * sizeof(void *)) table = static_cast<void **>(memory);
  return memory;
}
void give(void *, void *p, std::size_t, std::size_t) noexcept { std::free(p); }
constexpr pond_upstream noting = {note_table, give, nullptr};

TEST_F(IntegrityDeathTest, AnEntryOfTheIndexOfLargeAllocationsIsNotFollowed) {
  pond::pool many({.upstream = &noting});
  void *last = nullptr;
  for (int i = 0; i < 17; ++i) last = many.allocate_large(1);
  ASSERT_NE(table, nullptr);
  constexpr auto message = "the index of large allocations was overwritten";
  EXPECT_DEATH(
      {
        std::memset(table, text, slots * sizeof(void *));
        many.free(last);
      },
      message);
  EXPECT_DEATH(  // what follows it would be moved
      {
        for (std::size_t i = 0; i < slots; ++i) {
          if (table[i] == nullptr) std::memset(table + i, text, sizeof(void *));
        }
        many.free(last);
      },
      message);
}

TEST_F(IntegrityDeathTest, ALargeAllocationThatItsIndexHasLostIsNoticedByARewind) {
  pond::pool many({.upstream = &noting});
  const pond_mark mark = pond_get_mark(many.handle());
  for (int i = 0; i < 17; ++i) (void)many.allocate_large(1);
  for (const int written : {0, text}) {
    EXPECT_DEATH(
        {
          std::memset(table, written, slots * sizeof(void *));
          pond_rewind(many.handle(), mark);
        },
        "the index of large allocations was overwritten");
  }
}

/// With every slot filled nothing ends a search but where it began.
TEST_F(IntegrityDeathTest, AnIndexWithoutAnEmptySlotIsNotWalkedForEver) {
  pond::pool many({.upstream = &noting});
  std::array<void *, 17> larges{};
  for (void *&large : larges) large = many.allocate_large(1);
  many.free(larges[0]);
  many.free(larges[1]);  // one more does not make the index grow
  void *entry = *std::find_if(table, table + slots, [](void *slot) { return slot != nullptr; });
  std::replace(table, table + slots, static_cast<void *>(nullptr), entry);
  constexpr auto message = "the index of large allocations was overwritten";
  EXPECT_DEATH(many.free(&many), message);
  EXPECT_DEATH(many.free(larges[2]), message);
  EXPECT_DEATH((void)many.allocate_large(1), message);
}

TEST_F(Integrity, WhatIsLeftAloneIsFollowed) {
  for (int i = 0; i < 3; ++i) {
    newest_block(pool);
    pool.reset();
  }
  EXPECT_GE(pool.stats().blocks, 1U);
}

}  // namespace
