// The embedding surface: a pool inside somebody else's struct.
#include <pond/embed.h>

#include <cstddef>

#include "support.hpp"

namespace {

/// A host with a struct of its own, as nginx's, the three words in the middle.
struct host {
  char name[24];
  pond_head head;
  void *more[4];
};

pond_embedding embedding(void (*on_failure)(void *, std::size_t, std::size_t, bool) = nullptr) {
  return {sizeof(pond_embedding), sizeof(host), offsetof(host, head), on_failure};
}

pond_pool *pool_of(host *h) { return pond_embedded_pool(&h->head); }

TEST(Embed, TheHostsStructLiesAtTheStartOfTheFirstBlock) {
  workload::checking_upstream upstream;
  const pond_upstream from = upstream.get();
  pond_options options = POND_OPTIONS_INIT;
  options.first_block = 512;
  options.upstream = &from;
  const pond_embedding wanted = embedding();
  auto *h = static_cast<host *>(pond_embed_with(&options, &wanted));
  ASSERT_NE(h, nullptr);
  h->name[0] = 'h';
  EXPECT_TRUE(upstream.owns(h));
  if (!support::trapped) {
    EXPECT_EQ(pond_alloc_packed(pool_of(h), 1),
              reinterpret_cast<char *>(h) + sizeof(host) + POND_EMBEDDED_SIZE);
  }
  for (int i = 0; i < 100; ++i) support::use(pond_alloc(pool_of(h), 100));
  EXPECT_EQ(h->name[0], 'h');
  pond_destroy(pool_of(h));
  EXPECT_EQ(upstream.live(), 0U);
}

/// How many of a pool's first block's requests are large: of 64 bytes, and of `size`.
std::size_t larges_of(pond_pool *pool, std::size_t size) {
  support::use(pond_alloc_packed(pool, 64));
  support::use(pond_alloc_packed(pool, size));
  pond_stats stats;
  pond_get_stats(pool, &stats);
  pond_destroy(pool);
  return stats.large;
}

/// Also where a tool watches, and what is the pool's own begins later in the block.
TEST(Embed, WhatIsLargeIsWhatTheFirstBlockHasNoRoomFor) {
  const pond_embedding wanted = embedding();
  constexpr std::size_t first_block = 1024;
  const auto embed = [&] {
    return pool_of(static_cast<host *>(pond_embed(first_block, 0, &wanted)));
  };
  constexpr std::size_t room = first_block - POND_EMBEDDED_SIZE - sizeof(host);
  EXPECT_EQ(larges_of(embed(), room), 0U);
  EXPECT_EQ(larges_of(embed(), room + 1), 1U);
  constexpr std::size_t room_of_a_pool =
      first_block - (POND_EMBEDDED_SIZE - sizeof(void *)) - sizeof(pond_head);
  EXPECT_EQ(larges_of(pond_create(first_block), room_of_a_pool), 0U);
  EXPECT_EQ(larges_of(pond_create(first_block), room_of_a_pool + 1), 1U);
}

TEST(Embed, TheHostMayMoveTheNewestBackAndForth) {
  POND_SKIP_WHEN_TRAPPED();
  const pond_embedding wanted = embedding();
  auto *h = static_cast<host *>(pond_embed(0, 0, &wanted));
  auto *p = static_cast<unsigned char *>(pond_alloc(pool_of(h), 32));
  EXPECT_EQ(h->head.cur, p + 32);
  h->head.cur = p + 64;  // grown in place, as nginx's arrays do
  EXPECT_EQ(pond_alloc_packed(pool_of(h), 1), p + 64);
  h->head.cur = p;
  EXPECT_EQ(pond_alloc(pool_of(h), 16), p);
  pond_destroy(pool_of(h));
}

TEST(Embed, VisitsEveryBlockAndLarge) {
  POND_SKIP_WHEN_TRAPPED();
  const pond_embedding wanted = embedding();
  auto *h = static_cast<host *>(pond_embed(1024, 0, &wanted));
  for (int i = 0; i < 5; ++i) support::use(pond_alloc(pool_of(h), 700));
  void *large = pond_alloc_large(pool_of(h), 5000);
  struct seen {
    std::vector<const void *> blocks;
    std::vector<const void *> larges;
    std::size_t unused = 0;
  } all;
  pond_visit(
      pool_of(h),
      [](void *s, const void *p, std::size_t, std::size_t unused) {
        static_cast<seen *>(s)->blocks.push_back(p);
        static_cast<seen *>(s)->unused += unused;
      },
      [](void *s, const void *p, std::size_t) { static_cast<seen *>(s)->larges.push_back(p); },
      &all);
  EXPECT_EQ(all.blocks.size(), 5U);
  EXPECT_EQ(all.blocks.back(), h) << "the first block last";
  pond_stats stats;
  pond_get_stats(pool_of(h), &stats);
  constexpr std::size_t headers =
      sizeof(host) + POND_EMBEDDED_SIZE + std::size_t{8} * sizeof(void *);
  EXPECT_EQ(stats.reserved - stats.large_bytes, stats.used + all.unused + headers);
  EXPECT_EQ(all.larges, std::vector<const void *>{large});
  pond_visit(pool_of(h), nullptr, nullptr, nullptr);
  pond_visit(nullptr, nullptr, nullptr, nullptr);
  pond_destroy(pool_of(h));
}

/// What a host is told, kept in its own struct.
struct told {
  int times;
  std::size_t size;
  bool large;
};

TEST(Embed, TheHostIsToldOfFailures) {
  workload::checking_upstream upstream;
  const pond_upstream from = upstream.get();
  pond_options options = POND_OPTIONS_INIT;
  options.upstream = &from;
  const pond_embedding wanted = embedding([](void *h, std::size_t size, std::size_t, bool large) {
    auto *t = static_cast<told *>(static_cast<host *>(h)->more[0]);
    *t = {t->times + 1, size, large};
  });
  auto *h = static_cast<host *>(pond_embed_with(&options, &wanted));
  told t{};
  h->more[0] = &t;
  upstream.fail_at(1, true);
  EXPECT_EQ(pond_alloc(pool_of(h), 100000), nullptr);
  EXPECT_EQ(t.times, 1);
  EXPECT_EQ(t.size, 100000U);
  EXPECT_TRUE(t.large);
  while (pond_alloc(pool_of(h), 16) != nullptr) {
  }
  EXPECT_EQ(t.times, 2) << "a block that is tried in two sizes is told once";
  EXPECT_FALSE(t.large);
  upstream.fail_at(0);
  pond_destroy(pool_of(h));
}

TEST(Embed, APlainHostIsToldToo) {
  support::checked_default_upstream upstream;
  const pond_embedding wanted = embedding([](void *h, std::size_t, std::size_t, bool) {
    ++static_cast<told *>(static_cast<host *>(h)->more[0])->times;
  });
  auto *h = static_cast<host *>(pond_embed(512, 400, &wanted));
  told t{};
  h->more[0] = &t;
  upstream->fail_at(1, true);
  EXPECT_EQ(pond_alloc_large(pool_of(h), 5000), nullptr);
  EXPECT_EQ(t.times, 1);
  while (pond_alloc(pool_of(h), 100) != nullptr) {
  }
  EXPECT_EQ(t.times, 2);
  pond_destroy(pool_of(h));
  pond_trim();
}

/// An index of the large allocations, too, and whatever the host does to errno.
TEST(Embed, TheHostIsToldOfWhatThePoolNeedsItself) {
  support::checked_default_upstream upstream;
  const pond_embedding wanted = embedding([](void *h, std::size_t, std::size_t, bool) {
    ++static_cast<told *>(static_cast<host *>(h)->more[0])->times;
    errno = 0;
  });
  auto *h = static_cast<host *>(pond_embed(4096, 0, &wanted));
  told t{};
  h->more[0] = &t;
  const pond_mark mark = pond_get_mark(pool_of(h));  // the extension of its records is there now
  while (pond_alloc_large(pool_of(h), 100) != nullptr) {
    pond_stats stats;
    pond_get_stats(pool_of(h), &stats);
    if (stats.large == 16) upstream->fail_at(1, true);
    pond_trim();
  }
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(t.times, 1);
  EXPECT_TRUE(pond_rewind(pool_of(h), mark));
  pond_destroy(pool_of(h));
  pond_trim();
}

TEST(Embed, TheHostIsToldOfSizesThatCannotBe) {
  const pond_embedding wanted = embedding([](void *h, std::size_t size, std::size_t, bool large) {
    auto *t = static_cast<told *>(static_cast<host *>(h)->more[0]);
    *t = {t->times + 1, size, large};
  });
  auto *h = static_cast<host *>(pond_embed(512, 400, &wanted));
  told t{};
  h->more[0] = &t;
  const std::size_t size = support::opaque(SIZE_MAX - 5);
  EXPECT_EQ(pond_alloc_large(pool_of(h), size), nullptr);
  EXPECT_EQ(t.times, 1);
  EXPECT_EQ(t.size, size);
  EXPECT_EQ(pond_alloc(pool_of(h), size), nullptr);
  EXPECT_EQ(t.times, 2);
  EXPECT_TRUE(t.large);
  pond_destroy(pool_of(h));
}

TEST(Embed, TheHostSaysWhatIsLarge) {
  POND_SKIP_WHEN_TRAPPED();
  const pond_embedding wanted = embedding();
  auto *h = static_cast<host *>(pond_embed(512, 432, &wanted));
  for (int i = 0; i < 20; ++i) {
    void *p = pond_alloc(pool_of(h), 432);
    EXPECT_FALSE(pond_free(pool_of(h), p)) << "not above the threshold";
  }
  void *p = pond_alloc(pool_of(h), 433);
  EXPECT_TRUE(pond_free(pool_of(h), p));
  pond_destroy(pool_of(h));
}

/// A threshold above the size of a block lets requests through that just do not fit it.
TEST(Embed, ABlockOfTheCacheHasRoomForAllOfARequest) {
  POND_SKIP_WHEN_TRAPPED();
  constexpr std::size_t block = 1024;
  const pond_embedding wanted = embedding();
  for (std::size_t size = block - 40; size <= block; ++size) {
    {
      const pond::pool one(block);
      const pond::pool another(block);
    }
    auto *h = static_cast<host *>(pond_embed(block, 4096, &wanted));
    struct seen {
      const char *end;  // of the request
      bool inside;
    } of_request{static_cast<char *>(pond_alloc_packed(pool_of(h), size)) + size, false};
    pond_visit(
        pool_of(h),
        [](void *context, const void *memory, std::size_t bytes, std::size_t) {
          auto &now = *static_cast<seen *>(context);
          const auto *begin = static_cast<const char *>(memory);
          now.inside = now.inside || (now.end > begin && now.end <= begin + bytes);
        },
        nullptr, &of_request);
    EXPECT_TRUE(of_request.inside) << size;
    pond_destroy(pool_of(h));
  }
}

TEST(Embed, RefusesWhatCannotBe) {
  pond_embedding wanted = embedding();
  const auto refused = [&wanted] {
    errno = 0;
    EXPECT_EQ(pond_embed(0, 0, &wanted), nullptr);
    EXPECT_EQ(errno, EINVAL);
    wanted = embedding();
  };
  wanted.struct_size = 1;
  refused();
  wanted.prefix = 7;
  refused();
  wanted.prefix = 4096;
  refused();
  wanted.head_offset = 3;
  refused();
  wanted.head_offset = sizeof(host);
  refused();
  wanted.prefix = SIZE_MAX - 7;  // wraps when the library adds its word
  refused();
  EXPECT_EQ(pond_embed(0, 0, nullptr), nullptr);
  errno = 0;
  EXPECT_EQ(pond_embed_with(nullptr, &wanted), nullptr);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(pond_embed(SIZE_MAX, 0, &wanted), nullptr);
}

}  // namespace
