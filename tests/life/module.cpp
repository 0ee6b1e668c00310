// module.cpp: a module with a library of its own inside, loaded and unloaded while threads that
// used it live on.
#include <pond/pool.hpp>

namespace {

pond::pool of_the_module;
thread_local pond::pool of_the_thread;

}  // namespace

/// Uses pools of every lifetime a module can have; what it returns is a checksum.
extern "C" std::size_t use_pools() {
  static_cast<void>(of_the_module.copy("kept until the module goes"));
  static_cast<void>(of_the_thread.copy("kept until the thread goes"));
  pond::pool of_the_call;
  std::size_t sum = 0;
  for (std::size_t size = 1; size < 20000; size *= 3) {
    auto *p = static_cast<unsigned char *>(of_the_call.allocate(size));
    p[size - 1] = 1;
    sum += p[size - 1];
  }
  return sum;
}
