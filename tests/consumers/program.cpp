// A C++ program as a user writes it: every public header, and a part of each.
#include <fcntl.h>

#include <pond/embed.h>
#include <pond/pond.h>
#include <cstdio>
#include <pond/coroutine.hpp>
#include <pond/pool.hpp>
#include <pond/shared_pool.hpp>
#include <string_view>
#include <vector>

#if __has_include(<memory_resource>)  // libc++ has it from 16 on
#include <pond/resource.hpp>
#endif

namespace {

int mistakes = 0;

void check(bool right, const char *what) {
  if (right) return;
  std::fprintf(stderr, "wrong: %s\n", what);
  ++mistakes;
}

void use(pond::pool &pool, int &destroyed) {
  pool.on_destroy([&destroyed] { ++destroyed; });
  pool.own_fd(open("/dev/null", O_RDONLY));
  std::vector<std::string_view, pond::allocator<std::string_view>> words(pool);
  words.push_back(pool.copy("request"));
  check(words.front() == "request", "a container in the pool");
  {
    pond::scope attempt(pool);
    pool.on_destroy([&destroyed] { ++destroyed; });
  }
  check(destroyed == 1, "a scope that ends runs its cleanup");
  check(*pond::make_unique<int>(pool, 7) == 7, "an object with one owner");
  using words_type = decltype(words);
  check(&pool.make<words_type>(words)->get_allocator().get_pool() == &pool,
        "an object that takes an allocator");
#if __has_include(<memory_resource>)
  pond::resource resource(pool);
  const std::pmr::vector<int> numbers(100, 7, &resource);
  check(numbers.back() == 7, "a container of std::pmr");
#endif
}

}  // namespace

int main() {
  // The header that was compiled and the library that was linked or loaded are of one version.
  check(std::string_view(pond_version()) == POND_VERSION_STRING, "pond_version()");
  int destroyed = 0;
  {
    pond::pool pool({.hard_limit = 1 << 20, .tag = "consumer"});
    use(pool, destroyed);
    bool refused = false;
    try {
      static_cast<void>(pool.allocate(2 << 20));
    } catch (const pond::limit_exceeded &) {
      refused = true;
    }
    check(refused, "an exception of the library's header");
  }
  check(destroyed == 2, "the pool runs its cleanups");
  return mistakes == 0 ? 0 : 1;
}
