// What only C++23 has, where the standard library has it: built by tests/checks/libcxx.sh.
#include <cassert>
#include <list>
#include <pond/pool.hpp>
#include <pond/resource.hpp>
#include <string>
#include <vector>

#ifndef __cpp_lib_allocate_at_least
#error "this library has no allocate_at_least"
#endif

namespace {

struct twelve {
  int x[3];
};

void room_up_to_the_next_alignment() {
  pond::pool pool;
  pond::allocator<char> chars(pool);
  const auto some = chars.allocate_at_least(13);
  assert(some.count == 16);
  chars.deallocate(some.ptr, some.count);
  const auto again = chars.allocate_at_least(16);
  assert(again.ptr == some.ptr && again.count == 16);
  pond::monotonic_allocator<twelve> twelves(pool);
  assert(twelves.allocate_at_least(1).count == 1);
  assert(twelves.allocate_at_least(3).count == 4);
  assert(chars.allocate_at_least(0).ptr != nullptr);
}

void sizes_that_do_not_exist() {
  pond::pool pool;
  pond::allocator<int> ints(pool);
  for (const std::size_t count : {SIZE_MAX, SIZE_MAX / 4, SIZE_MAX / 4 - 3}) {
    try {
      (void)ints.allocate_at_least(count);
      assert(false);
    } catch (const std::bad_alloc &) {
    }
  }
}

void containers_use_it() {
  pond::pool pool;
  std::vector<char, pond::allocator<char>> bytes(pool);
  bytes.assign(13, 'x');
  assert(bytes.capacity() == 16);
  std::basic_string<char, std::char_traits<char>, pond::allocator<char>> text(pool);
  for (int i = 0; i < 1000; ++i) text += 'x';
  assert(text == std::string(1000, 'x').c_str());
  pond::resource resource(pool);
  std::pmr::list<int> list({1, 2, 3}, &resource);
  assert(list.size() == 3);
}

}  // namespace

int main() {
  room_up_to_the_next_alignment();
  sizes_that_do_not_exist();
  containers_use_it();
}
