// contenders/pmr.cpp: std::pmr::monotonic_buffer_resource.
#include <memory_resource>

#include "workload/contenders/arena.hpp"
#include "workload/contenders/list.hpp"

namespace workload {
namespace {

/// new and delete as std::pmr::new_delete_resource, but counted when counting is on.
class counted_resource final : public std::pmr::memory_resource {
  void *do_allocate(std::size_t size, std::size_t alignment) override {
    return footprint_note(std::pmr::new_delete_resource()->allocate(size, alignment), size);
  }
  void do_deallocate(void *p, std::size_t size, std::size_t alignment) override {
    if (footprint_counting) footprint_given(p);
    std::pmr::new_delete_resource()->deallocate(p, size, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource &other) const noexcept override {
    return this == &other;
  }
};

counted_resource upstream;

class monotonic {
 public:
  explicit monotonic(std::size_t first_block) : resource_(first_block, &upstream) {}
  void *allocate(std::size_t size, std::size_t alignment) {
    return resource_.allocate(size, alignment);
  }
  void reset() { resource_.release(); }

 private:
  std::pmr::monotonic_buffer_resource resource_;
};

}  // namespace

contender_entry pmr_entry() {
  return entry<arena_contender<monotonic>>("pmr", "std::pmr::monotonic_buffer_resource");
}

}  // namespace workload
