// Every function that can need memory, one at a time, with each call of the upstream failing that
// it makes: it says so, nothing has changed, and once there is memory the same call works.
// Coroutines have a file of their own.
#include <fcntl.h>
#include <pond/embed.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdarg>
#include <functional>
#include <list>
#include <pond/key.hpp>
#include <pond/resource.hpp>
#include <pond/shared_pool.hpp>
#include <pond/unique_ptr.hpp>

#include "support.hpp"

namespace {

const pond::key<std::string> a_key;

/// What a function may work on: a pool without room, and one that it may adopt, over an upstream
/// that is asked for each block.
class situation {
 public:
  situation() {
    pond_set_cache_limit(0);
    pool = pond_create(512);
    other = pond_create(512);
    EXPECT_NE(pond_on_destroy(other, support::count, &cleanups_run), nullptr);
    small = pond_alloc(pool, 16);
    EXPECT_NE(pond_alloc(pool, 1), nullptr);  // so that `small` is not the newest
    const std::size_t before = room();
    EXPECT_NE(pond_alloc_packed(pool, 1), nullptr);
    const std::size_t least = before - room();  // in the trap more than a byte
    while (room() >= least) EXPECT_NE(pond_alloc_packed(pool, 1), nullptr);
  }
  ~situation() {
    pond_destroy(pool);
    if (!adopted) pond_destroy(other);
    EXPECT_EQ(cleanups_run, 1);
    pond_set_cache_limit(usual_cache_limit);
  }
  situation(const situation &) = delete;
  situation &operator=(const situation &) = delete;

  [[nodiscard]] pond::pool &cpp() const { return *reinterpret_cast<pond::pool *>(pool); }
  [[nodiscard]] pond_stats stats(const pond_pool *of) const {
    pond_stats now{};
    pond_get_stats_recursive(of, &now);
    return now;
  }

  support::checked_default_upstream upstream;
  pond_pool *pool = nullptr;
  pond_pool *other = nullptr;
  void *small = nullptr;
  bool adopted = false;
  int cleanups_run = 0;

 private:
  /// What the pool has left.
  [[nodiscard]] std::size_t room() const {
    std::size_t unused = 0;
    pond_visit(pool, add_unused, nullptr, &unused);
    return unused;
  }
  static void add_unused(void *context, const void *, std::size_t, std::size_t unused) {
    *static_cast<std::size_t *>(context) += unused;
  }

  static constexpr std::size_t usual_cache_limit = std::size_t{1} << 20;
};

int null_device() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

/// Descriptors that are not taken stay the caller's.
bool kept(int fd, int refused) {
  if (refused != 0) close(fd);
  return refused == 0;
}

bool create_child(const situation &s, bool embedded) {
  pond_options of_child = POND_OPTIONS_INIT;
  of_child.parent = s.pool;
  const pond_embedding where = {sizeof(where), 48, 16, nullptr};
  return embedded ? pond_embed_with(&of_child, &where) != nullptr
                  : pond_create_with(&of_child) != nullptr;
}

struct function {
  const char *name;
  std::function<bool(situation &)> call;  // whether it was done
};

[[gnu::format(printf, 2, 3)]] char *print(pond_pool *pool, const char *text, ...) {
  std::va_list arguments;
  va_start(arguments, text);
  char *printed = pond_vprintf(pool, text, arguments);
  va_end(arguments);
  return printed;
}

/// A pool of its own, which then goes.
bool created(pond_pool *pool) {
  pond_destroy(pool);
  return pool != nullptr;
}

bool embedded() {
  const pond_embedding where = {sizeof(where), 48, 16, nullptr};
  auto *host = static_cast<unsigned char *>(pond_embed(512, 0, &where));
  if (host == nullptr) return false;
  return created(pond_embedded_pool(reinterpret_cast<pond_head *>(host + 16)));
}

/// Sealing needs a state; without one the pool is not sealed, and says so in errno alone.
bool sealed() {
  pond::pool pool;
  pool.seal();
  const int error = errno;
  const bool is_sealed = pool.try_allocate(1) == nullptr && errno == EPERM;
  if (!is_sealed) errno = error;
  return is_sealed;
}

/// Of C++: what throws was not done.
template <class Use>
bool throws_nothing(Use use) {
  try {
    use();
    return true;
  } catch (const std::bad_alloc &) {
    return false;
  }
}

template <class Use>
function throwing(const char *name, Use use) {
  return {name, [use](situation &s) { return throws_nothing([&] { use(s); }); }};
}

/// What takes a descriptor.
template <class Own>
function owning(const char *name, Own own) {
  return {name, [own](situation &s) {
            const int fd = null_device();
            return kept(fd, throws_nothing([&] { own(s.cpp(), fd); }) ? 0 : -1);
          }};
}

const function functions[] = {
    {"pond_create", [](auto &) { return created(pond_create(512)); }},
    {"pond_create_with", [](auto &s) { return create_child(s, false); }},
    {"pond_embed", [](auto &) { return embedded(); }},
    {"pond_embed_with", [](auto &s) { return create_child(s, true); }},
    {"pond_adopt", [](auto &s) { return s.adopted = pond_adopt(s.pool, s.other) == 0; }},
    {"pond_retain",
     [](auto &s) {
       if (pond_retain(s.pool) != 0) return false;
       pond_release(s.pool);
       return true;
     }},
    {"pond_alloc", [](auto &s) { return pond_alloc(s.pool, 100) != nullptr; }},
    {"pond_alloc of what is large", [](auto &s) { return pond_alloc(s.pool, 100000) != nullptr; }},
    {"pond_alloc_aligned", [](auto &s) { return pond_alloc_aligned(s.pool, 64, 64) != nullptr; }},
    {"pond_alloc_aligned, more than a page",
     [](auto &s) { return pond_alloc_aligned(s.pool, 64, 8192) != nullptr; }},
    {"pond_alloc_packed", [](auto &s) { return pond_alloc_packed(s.pool, 100) != nullptr; }},
    {"pond_calloc", [](auto &s) { return pond_calloc(s.pool, 10, 10) != nullptr; }},
    {"pond_alloc_large", [](auto &s) { return pond_alloc_large(s.pool, 10) != nullptr; }},
    {"pond_alloc_large_aligned",
     [](auto &s) { return pond_alloc_large_aligned(s.pool, 10, 4096) != nullptr; }},
    {"pond_resize", [](auto &s) { return pond_resize(s.pool, s.small, 16, 200) != nullptr; }},
    {"pond_strdup",
     [](auto &s) { return pond_strdup(s.pool, "a string of some length") != nullptr; }},
    {"pond_strndup",
     [](auto &s) { return pond_strndup(s.pool, "a string of some", 14) != nullptr; }},
    {"pond_memdup", [](auto &s) { return pond_memdup(s.pool, "a string of some", 16) != nullptr; }},
    {"pond_printf", [](auto &s) { return pond_printf(s.pool, "%0200d", 7) != nullptr; }},
    {"pond_vprintf", [](auto &s) { return print(s.pool, "%0200d", 7) != nullptr; }},
    {"pond_on_destroy",
     [](auto &s) {
       return pond_on_destroy(
                  s.pool, [](void *) {}, nullptr) != nullptr;
     }},
    {"pond_own_fd",
     [](auto &s) {
       const int fd = null_device();
       return kept(fd, pond_own_fd(s.pool, fd));
     }},
    {"pond_own_temp_file",
     [](auto &s) {
       const int fd = null_device();
       return kept(fd, pond_own_temp_file(s.pool, fd, "/nonexistent/file"));
     }},
    {"pond_set", [](auto &s) { return pond_set(s.pool, &s, &s, nullptr) == 0; }},
    {"pond_get_mark", [](auto &s) { return pond_get_mark(s.pool).opaque[0] != 0; }},
    throwing("pool, of a size", [](auto &) { pond::pool(512); }),
    throwing("pool, with options", [](auto &) { pond::pool({.tag = "a"}); }),
    {"pool::seal", [](auto &) { return sealed(); }},
    {"pool::try_allocate", [](auto &s) { return s.cpp().try_allocate(100) != nullptr; }},
    {"pool::try_allocate_zeroed",
     [](auto &s) { return s.cpp().try_allocate_zeroed(100) != nullptr; }},
    {"pool::try_allocate_large", [](auto &s) { return s.cpp().try_allocate_large(10) != nullptr; }},
    throwing("pool::allocate", [](auto &s) { (void)s.cpp().allocate(100); }),
    throwing("pool::allocate_zeroed", [](auto &s) { (void)s.cpp().allocate_zeroed(100); }),
    throwing("pool::allocate_large", [](auto &s) { (void)s.cpp().allocate_large(100); }),
    throwing("pool::make", [](auto &s) { s.cpp().template make<std::string>(200U, 'x'); }),
    throwing("pool::make_span", [](auto &s) { s.cpp().template make_span<std::string>(9); }),
    throwing("pool::copy", [](auto &s) { s.cpp().copy("a string to copy"); }),
    throwing("pool::on_destroy",
             [](auto &s) { s.cpp().on_destroy([text = std::string(99U, 'x')] {}); }),
    owning("pool::own_fd", [](pond::pool &pool, int fd) { pool.own_fd(fd); }),
    owning("pool::own_temp_file",
           [](pond::pool &pool, int fd) { pool.own_temp_file(fd, "/nonexistent/file"); }),
    throwing("pool::emplace", [](auto &s) { s.cpp().emplace(a_key, 99U, 'x'); }),
    throwing("pool::child", [](auto &s) { (void)s.cpp().child(); }),
    throwing("pool::adopt", [](auto &s) { s.cpp().adopt(pond::pool(512)); }),
    throwing("scope", [](auto &s) { pond::scope(s.cpp()), s.cpp().on_destroy([] {}); }),
    throwing("make_unique",
             [](auto &s) { (void)pond::make_unique<std::string>(s.cpp(), 99U, 'x'); }),
    throwing("allocator",
             [](auto &s) {
               std::list<int, pond::allocator<int>>({1, 2}, s.cpp());
             }),
    throwing("monotonic_allocator",
             [](auto &s) {
               std::list<int, pond::monotonic_allocator<int>>({1, 2}, s.cpp());
             }),
    throwing("resource",
             [](auto &s) {
               pond::resource resource(s.cpp());
               std::pmr::vector<int> vector(100, &resource);
             }),
    throwing("shared_pool", [](auto &) { pond::shared_pool({.tag = "shared"}); }),
};

/// Of a large allocation that could not be had; it is used again.
constexpr std::size_t record = 48;

/// Whether the n-th call of the upstream was made at all.
bool fails_at(const function &f, std::size_t n, bool and_later) {
  situation s;
  const pond_stats before = s.stats(s.pool);
  const pond_stats others = s.stats(s.other);
  const std::size_t calls = s.upstream->calls();
  s.upstream->fail_at(n, and_later);
  errno = 0;
  const bool done = f.call(s);
  if (s.upstream->calls() < calls + n) {
    EXPECT_TRUE(done);
    return false;
  }
  if (!done) {
    EXPECT_EQ(errno, ENOMEM);
    const pond_stats now = s.stats(s.pool);
    EXPECT_EQ(now.cleanups, before.cleanups);
    EXPECT_EQ(now.children, before.children);
    EXPECT_EQ(now.large, before.large);
    if (!support::trapped) {  // where nothing is used again
      EXPECT_LE(now.used, before.used + record);
    }
    EXPECT_EQ(s.stats(s.other).cleanups, others.cleanups);
    EXPECT_EQ(s.stats(s.other).children, others.children);
    s.upstream->fail_at(0);
    EXPECT_TRUE(f.call(s)) << "with memory again";
  }
  return true;
}

class EveryFunction : public testing::TestWithParam<const function *> {};

TEST_P(EveryFunction, SaysThatThereIsNoMemoryAndChangesNothing) {
  for (const bool and_later : {false, true}) {
    std::size_t n = 1;
    while (fails_at(*GetParam(), n, and_later)) ++n;
    // In the trap a pool has its extension from the beginning.
    EXPECT_TRUE(n > 1 || support::trapped) << "needs no memory";
  }
}

std::vector<const function *> all_functions() {
  std::vector<const function *> all;
  for (const function &f : functions) all.push_back(&f);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Failure, EveryFunction, testing::ValuesIn(all_functions()),
                         [](const auto &f) {
                           std::string name = f.param->name;
                           std::erase_if(name,
                                         [](unsigned char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

}  // namespace
