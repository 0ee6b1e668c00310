// Children that were not used yet, and for whose record or use there is no memory.
#include <cerrno>
#include <cstdlib>

#include "support.hpp"

namespace {

using support::checked_default_upstream;
using support::use;
using support::used_pool;

/// The quota of the parent says no when the child is used, and it may be used later.
TEST(UnusedChild, ThatCannotBeUsedIsAsItWas) {
  constexpr std::size_t limit = 8192;
  pond::pool parent = used_pool({.first_block = 1024, .hard_limit = limit});
  pond::pool child = parent.child();
  void *large = parent.allocate_large(limit - parent.stats(true).reserved - 256);
  const std::size_t held = parent.stats(true).reserved;
  EXPECT_THROW((void)child.allocate(1), pond::limit_exceeded);
  EXPECT_EQ(parent.stats(true).reserved, held);
  EXPECT_EQ(parent.stats().children, 1U);
  EXPECT_TRUE(parent.free(large));
  if (support::trapped) return;  // where there are red zones it needs more
  use(child.try_allocate(1));
}

TEST(UnusedChild, WithoutMemoryIsAsItWas) {
  checked_default_upstream upstream;
  pond::pool parent;
  pond::pool child = parent.child();
  pond_set_cache_limit(0);  // whatever is taken, is asked for
  std::size_t call = 1;
  for (;; ++call) {
    upstream->fail_at(call);
    if (child.try_allocate(1) != nullptr) break;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_EQ(child.stats().reserved, 0U);
    EXPECT_EQ(parent.stats(true).children, 1U);
    ASSERT_LT(call, 10U);
  }
  const std::size_t of_parent = support::trapped ? 0 : 1;  // one that is watched has it already
  const std::size_t of_child = child.stats().reserved < 1024 ? 1 : 0;  // its block has no room
  EXPECT_EQ(call, 1 + of_child + of_parent + 1) << "a block, and extensions of records elsewhere";
  EXPECT_NE(child.stats().reserved, 0U);
}

TEST(UnusedChild, WithoutMemoryForItsRecordThereIsNone) {
  support::checked_pool checked({.first_block = 256});
  pond::pool &parent = checked.pool;
  checked.upstream().fail_at(1, true);
  while (parent.try_allocate(16, 1) != nullptr) {
  }
  EXPECT_THROW((void)parent.child(), std::bad_alloc);
  EXPECT_EQ(parent.stats().children, 0U);
}

/// What goes back on the way has an errno of its own.
TEST(UnusedChild, ThatIsRefusedSaysWhy) {
  const pond_upstream careless = {
      [](void *, std::size_t size, std::size_t) noexcept { return std::malloc(size); },
      [](void *, void *p, std::size_t, std::size_t) noexcept {
        std::free(p);
        errno = EIO;
      },
      nullptr};
  ASSERT_EQ(pond_set_default_upstream(&careless), 0);
  pond_set_cache_limit(0);
  {
    pond::pool parent({.first_block = 1024, .hard_limit = 2048});
    pond::pool child = parent.child();
    EXPECT_EQ(child.try_allocate(1000), nullptr);
    EXPECT_EQ(errno, EDQUOT);
  }
  ASSERT_EQ(pond_set_default_upstream(nullptr), 0);
}

}  // namespace
