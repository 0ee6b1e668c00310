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

pond_embedding embedding(void (*on_failure)(void *, std::size_t, std::size_t) = nullptr,
                         void *context = nullptr) {
  return {sizeof(pond_embedding), sizeof(host), offsetof(host, head), on_failure, context};
}

pond_pool *pool_of(host *h) { return pond_embedded_pool(&h->head); }

TEST(Embed, TheHostsStructLiesAtTheStartOfTheFirstBlock) {
  workload::checking_upstream upstream;
  const pond_upstream from = upstream.get();
  pond_options options = POND_OPTIONS_INIT;
  options.first_block = 512;
  options.upstream = &from;
  const pond_embedding wanted = embedding();
  auto *h = static_cast<host *>(pond_embed(&options, &wanted));
  ASSERT_NE(h, nullptr);
  h->name[0] = 'h';
  EXPECT_TRUE(upstream.owns(h));
  if (!support::trapped) {
    EXPECT_EQ(pond_alloc_packed(pool_of(h), 1),
              reinterpret_cast<char *>(h) + sizeof(host) + POND_STATE_SIZE);
  }
  for (int i = 0; i < 100; ++i) support::use(pond_alloc(pool_of(h), 100));
  EXPECT_EQ(h->name[0], 'h');
  pond_destroy(pool_of(h));
  EXPECT_EQ(upstream.live(), 0U);
}

TEST(Embed, TheHostMayMoveTheNewestBackAndForth) {
  POND_SKIP_WHEN_TRAPPED();
  const pond_embedding wanted = embedding();
  auto *h = static_cast<host *>(pond_embed(nullptr, &wanted));
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
  pond_options options = POND_OPTIONS_INIT;
  options.first_block = 1024;
  auto *h = static_cast<host *>(pond_embed(&options, &wanted));
  for (int i = 0; i < 5; ++i) support::use(pond_alloc(pool_of(h), 700));
  void *large = pond_alloc_large(pool_of(h), 5000);
  struct seen {
    std::vector<const void *> blocks;
    std::vector<const void *> larges;
  } all;
  pond_visit(
      pool_of(h),
      [](void *s, const void *p, std::size_t) { static_cast<seen *>(s)->blocks.push_back(p); },
      [](void *s, const void *p, std::size_t) { static_cast<seen *>(s)->larges.push_back(p); },
      &all);
  EXPECT_EQ(all.blocks.size(), 5U);
  EXPECT_EQ(all.blocks.back(), h) << "the first block last";
  EXPECT_EQ(all.larges, std::vector<const void *>{large});
  pond_visit(pool_of(h), nullptr, nullptr, nullptr);
  pond_visit(nullptr, nullptr, nullptr, nullptr);
  pond_destroy(pool_of(h));
}

TEST(Embed, TheHostIsToldOfFailures) {
  struct told {
    int times = 0;
    std::size_t size = 0;
  } t;
  workload::checking_upstream upstream;
  const pond_upstream from = upstream.get();
  pond_options options = POND_OPTIONS_INIT;
  options.upstream = &from;
  const pond_embedding wanted = embedding(
      [](void *self, std::size_t size, std::size_t) {
        ++static_cast<told *>(self)->times;
        static_cast<told *>(self)->size = size;
      },
      &t);
  auto *h = static_cast<host *>(pond_embed(&options, &wanted));
  upstream.fail_at(1, true);
  EXPECT_EQ(pond_alloc(pool_of(h), 100000), nullptr);
  EXPECT_EQ(t.times, 1);
  EXPECT_GE(t.size, 100000U);
  upstream.fail_at(0);
  pond_destroy(pool_of(h));
}

TEST(Embed, RefusesWhatCannotBe) {
  pond_embedding wanted = embedding();
  const auto refused = [&wanted] {
    errno = 0;
    EXPECT_EQ(pond_embed(nullptr, &wanted), nullptr);
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
  EXPECT_EQ(pond_embed(nullptr, nullptr), nullptr);
}

}  // namespace
