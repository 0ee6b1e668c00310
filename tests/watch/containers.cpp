// containers.cpp: containers and resources with one mistake each, over the unmodified library.
// Tools, or pond where it is watched, have to find it: containers CASE
#include <pond/embed.h>
#include <pond/pond.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <pond/resource.hpp>
#include <thread>
#include <vector>

namespace {

using numbers = std::vector<int, pond::allocator<int>>;

pond::pool watched() { return pond::pool({.tag = "victim"}); }

void destroyed_after_a_reset() {
  pond::pool pool = watched();
  const numbers held(100, 7, pool);
  pool.reset();
}

void destroyed_after_a_rewind() {
  pond::pool pool = watched();
  std::unique_ptr<numbers> held;
  {
    const pond::scope attempt(pool);
    held = std::make_unique<numbers>(100U, 7, pool);
  }
}

/// It goes on to an array of its own, and gives back the one that the rewind took.
void used_after_a_rewind() {
  pond::pool pool = watched();
  numbers held(pool);
  {
    const pond::scope attempt(pool);
    held.assign(100, 7);
  }
  held.resize(held.capacity() + 1);
}

void destroyed_after_the_pool() {
  auto pool = std::make_unique<pond::pool>(watched());
  const numbers held(100, 7, *pool);
  pool.reset();
}

struct members {
  numbers held{pond::allocator<int>(pool)};
  pond::pool pool = watched();
};

void declared_before_the_pool() {
  members wrong;
  wrong.held.assign(100, 7);
}

void given_back_with_a_wrong_size_in(pond::pool &pool) {
  pond::allocator<int> memory(pool);
  memory.deallocate(memory.allocate(100), 120);
}

void given_back_with_a_wrong_size() {
  pond::pool pool = watched();
  given_back_with_a_wrong_size_in(pool);
}

void given_to_another_pool() {
  pond::pool pool = watched();
  pond::pool other = watched();
  pond::resource right(pool);
  pond::resource wrong(other);
  (void)wrong.allocate(100);
  wrong.deallocate(right.allocate(100), 100);
}

void given_back_with_a_wrong_size_in_a_buffer() {
  alignas(16) std::byte buffer[4096];
  pond::pool pool({.tag = "victim", .buffer = buffer});
  given_back_with_a_wrong_size_in(pool);
}

/// Without room for bytes that stay closed; memcheck opens nothing, and so need not be told.
void given_back_with_a_wrong_size_in_a_small_buffer() {
  alignas(16) std::byte buffer[760];
  pond::pool pool({.tag = "victim", .buffer = buffer});
  pond::allocator<int> memory(pool);
  memory.deallocate(memory.allocate(10), 2);
}

/// Which AddressSanitizer opens all of the stack for. What was allocated before is given back
/// after.
void throw_with(pond::pool &pool) {
  const numbers held(100, 7, pool);
  try {
    throw 1;
  } catch (int) {
  }
}

void given_back_after_an_exception() {
  alignas(16) std::byte buffer[4096];
  {
    pond::pool pool({.tag = "victim", .buffer = buffer});
    throw_with(pool);
    throw_with(pool);
    pool.reset();
    throw_with(pool);
  }
  std::memset(buffer, 0, sizeof buffer);
}

void given_back_with_a_wrong_size_after_a_reset() {
  alignas(16) std::byte buffer[4096];
  pond::pool pool({.tag = "victim", .buffer = buffer});
  throw_with(pool);
  pool.reset();
  given_back_with_a_wrong_size_in(pool);
}

void used_by_two_threads() {
  pond::pool pool = watched();
  const auto use = [&pool] { numbers(10, 7, pool); };
  // One after the other, so that the pool survives it; but nothing orders them, which a relaxed
  // flag does not. And only once: clang's ThreadSanitizer is silent about what it has no history
  // of.
  std::atomic<bool> turn{false};
  std::thread other([&] {
    while (!turn.load(std::memory_order_relaxed)) std::this_thread::yield();
    use();
  });
  use();
  turn.store(true, std::memory_order_relaxed);
  other.join();
}

struct host {
  pond_head head;
  void *more;
};

void used_after_the_end_of_its_host() {
  static const pond_embedding embedding = {sizeof embedding, sizeof(host), 0, nullptr};
  pond_options options = POND_OPTIONS_INIT;
  options.tag = "victim";
  auto *h = static_cast<host *>(pond_embed_with(&options, &embedding));
  pond_pool *pool = pond_embedded_pool(&h->head);
  pond_destroy(pool);
  if (pond_alloc(pool, 100) != nullptr) std::abort();
}

const struct {
  const char *name;
  void (*run)();
} cases[] = {
    {"destroyed-after-a-reset", destroyed_after_a_reset},
    {"destroyed-after-a-rewind", destroyed_after_a_rewind},
    {"used-after-a-rewind", used_after_a_rewind},
    {"destroyed-after-the-pool", destroyed_after_the_pool},
    {"declared-before-the-pool", declared_before_the_pool},
    {"given-back-with-a-wrong-size", given_back_with_a_wrong_size},
    {"given-to-another-pool", given_to_another_pool},
    {"given-back-with-a-wrong-size-in-a-buffer", given_back_with_a_wrong_size_in_a_buffer},
    {"given-back-with-a-wrong-size-in-a-small-buffer",
     given_back_with_a_wrong_size_in_a_small_buffer},
    {"given-back-with-a-wrong-size-after-a-reset", given_back_with_a_wrong_size_after_a_reset},
    {"given-back-after-an-exception", given_back_after_an_exception},
    {"used-by-two-threads", used_by_two_threads},
    {"used-after-the-end-of-its-host", used_after_the_end_of_its_host},
};

}  // namespace

int main(int argc, char **argv) {
  for (const auto &one : cases) {
    if (argc == 2 && std::strcmp(argv[1], one.name) == 0) {
      one.run();
      return 0;
    }
  }
  std::fprintf(stderr, "no such case\n");
  return 2;
}
