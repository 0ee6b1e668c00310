// contenders/llvm.cpp: LLVM's BumpPtrAllocator, which takes slabs of 4096 bytes whatever is asked.
#include <llvm/Support/Allocator.h>

#include "workload/contenders/arena.hpp"
#include "workload/contenders/list.hpp"

namespace workload {
namespace {

/// LLVM's MallocAllocator, but counted when counting is on.
class counted_allocator : public llvm::AllocatorBase<counted_allocator> {
 public:
  void Reset() {}  // NOLINT(readability-identifier-naming): LLVM calls it
  void *Allocate(std::size_t size, std::size_t alignment) {
    return footprint_note(llvm::allocate_buffer(size, alignment), size);
  }
  void Deallocate(const void *p, std::size_t size, std::size_t alignment) {
    if (footprint_counting) footprint_given(const_cast<void *>(p));
    llvm::deallocate_buffer(const_cast<void *>(p), size, alignment);
  }
  using AllocatorBase<counted_allocator>::Allocate;
  using AllocatorBase<counted_allocator>::Deallocate;
};

class bump_pointer {
 public:
  explicit bump_pointer(std::size_t) {}
  void *allocate(std::size_t size, std::size_t alignment) {
    return allocator_.Allocate(size, alignment);
  }
  void reset() { allocator_.Reset(); }

 private:
  llvm::BumpPtrAllocatorImpl<counted_allocator> allocator_;
};

}  // namespace

contender_entry llvm_entry() {
  return entry<arena_contender<bump_pointer>>("llvm", "LLVM's BumpPtrAllocator");
}

}  // namespace workload
