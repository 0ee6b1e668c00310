// contenders/protobuf.cpp: protobuf's Arena, which aligns to 8.
#include <google/protobuf/arena.h>

#include "workload/contenders/arena.hpp"
#include "workload/contenders/list.hpp"

namespace workload {
namespace {

void *counted_allocate(std::size_t size) { return footprint_note(::operator new(size), size); }
void counted_free(void *p, std::size_t /*size*/) {
  if (footprint_counting) footprint_given(p);
  ::operator delete(p);
}

google::protobuf::ArenaOptions options(std::size_t first_block) {
  google::protobuf::ArenaOptions result;
  result.start_block_size = first_block;
  result.block_alloc = counted_allocate;
  result.block_dealloc = counted_free;
  return result;
}

class arena {
 public:
  explicit arena(std::size_t first_block) : arena_(options(first_block)) {}
  void *allocate(std::size_t size, std::size_t alignment) {
    if (alignment <= malloc_alignment) return bytes(size);
    return over_aligned(size, alignment, [this](std::size_t more) { return bytes(more); });
  }
  void reset() { arena_.Reset(); }

 private:
  char *bytes(std::size_t size) {
    return google::protobuf::Arena::CreateArray<char>(&arena_, size);
  }
  google::protobuf::Arena arena_;
};

}  // namespace

contender_entry protobuf_entry() {
  return entry<arena_contender<arena>>("protobuf", "protobuf's Arena");
}

}  // namespace workload
