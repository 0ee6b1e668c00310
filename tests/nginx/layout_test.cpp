// The two headers have the same layout, so that modules compiled against the one work with the
// other.
#include "layout.h"

#include <gtest/gtest.h>

#include <string>

#include "implementation.hpp"

namespace {

TEST(Layout, SizesOffsetsAndValuesAreThoseOfNginx) {
  const layout_entry *of_upstream = nullptr;
  const layout_entry *of_pond = nullptr;
  std::size_t most_upstream = 0;
  std::size_t most_pond = 0;
  const std::size_t count = layout_of_upstream(&of_upstream, &most_upstream);
  ASSERT_EQ(layout_of_pond(&of_pond, &most_pond), count);
  EXPECT_EQ(most_pond, most_upstream);
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_STREQ(of_pond[i].name, of_upstream[i].name);
    EXPECT_EQ(of_pond[i].value, of_upstream[i].value) << of_pond[i].name;
  }
}

TEST(Layout, TheMostSmallSizeFollowsThePageSize) {
  const layout_entry *unused = nullptr;
  std::size_t most_upstream = 0;
  std::size_t most_pond = 0;
  for (const ngx_uint_t page : {0U, 4096U, 16384U}) {
    const differential::page_size here(page);
    layout_of_upstream(&unused, &most_upstream);
    layout_of_pond(&unused, &most_pond);
    EXPECT_EQ(most_pond, most_upstream);
  }
}

}  // namespace
