// An overwritten link or record stops the program, by a death
// test each, before anything is written through it.
#include <gtest/gtest.h>

#include <cstring>

#include "pond/pond.h"
#include "pond/pool.hpp"
#include "support.hpp"

namespace {

constexpr std::size_t header = 16;  // bytes, of a later block

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
  EXPECT_DEATH(
      {
        std::memset(at, 'x', header);
        pool.reset();
      },
      "the header of a block was overwritten");
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
        std::memset(between - 40, 0, 40);
        pool.cancel(cancelled);
      },
      "a record of a pool was overwritten");
}

TEST_F(Integrity, WhatIsLeftAloneIsFollowed) {
  for (int i = 0; i < 3; ++i) {
    newest_block(pool);
    pool.reset();
  }
  EXPECT_GE(pool.stats().blocks, 1U);
}

}  // namespace
