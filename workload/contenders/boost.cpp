// contenders/boost.cpp: Boost.Container's monotonic_buffer_resource.
#include <boost/container/pmr/global_resource.hpp>
#include <boost/container/pmr/monotonic_buffer_resource.hpp>

#include "workload/contenders/arena.hpp"
#include "workload/contenders/list.hpp"

namespace workload {
namespace {

namespace pmr = boost::container::pmr;

class counted_resource final : public pmr::memory_resource {
  void *do_allocate(std::size_t size, std::size_t alignment) override {
    return footprint_note(pmr::new_delete_resource()->allocate(size, alignment), size);
  }
  void do_deallocate(void *p, std::size_t size, std::size_t alignment) override {
    if (footprint_counting) footprint_given(p);
    pmr::new_delete_resource()->deallocate(p, size, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource &other) const noexcept override {
    return this == &other;
  }
};

counted_resource upstream;

/// It refuses alignments above malloc's.
class monotonic {
 public:
  explicit monotonic(std::size_t first_block) : resource_(first_block, &upstream) {}
  void *allocate(std::size_t size, std::size_t alignment) {
    if (alignment <= malloc_alignment) return resource_.allocate(size, alignment);
    return over_aligned(size, alignment, [this](std::size_t more) {
      return resource_.allocate(more, malloc_alignment);
    });
  }
  void reset() { resource_.release(); }

 private:
  pmr::monotonic_buffer_resource resource_;
};

}  // namespace

contender_entry boost_entry() {
  return entry<arena_contender<monotonic>>("boost", "Boost.Container's monotonic_buffer_resource");
}

}  // namespace workload
