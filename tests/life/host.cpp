// host.cpp: how processes end, fork and unload, with pools that are alive: host CASE [MODULE]
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pond/pond.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <pond/pool.hpp>
#include <string_view>
#include <thread>

namespace {

void must(bool condition, const char *what) {
  if (condition) return;
  std::fprintf(stderr, "wrong: %s\n", what);
  std::_Exit(1);
}

/// Says so when it goes; into a pool of an outer object, which has to be alive still.
struct tells {
  tells(const char *of, pond::pool &into) : name(of), pool(into) {}
  tells(const tells &) = delete;
  tells &operator=(const tells &) = delete;
  ~tells() { std::printf("%s ended\n", pool.copy(name).data()); }
  const char *name;
  pond::pool &pool;
};

pond::pool first_static;
pond::pool second_static;
thread_local pond::pool of_the_thread;

void fill_statics() {
  first_static.make<tells>("first", first_static);
  second_static.make<tells>("second", first_static);
  of_the_thread.make<tells>("thread's", second_static);
  for (pond::pool *pool : {&first_static, &second_static, &of_the_thread}) {
    static_cast<void>(pool->allocate(100000));
  }
}

/// The thread's go first, and with them its block cache; then statics, the last one made first.
int statics_end_in_order() {
  fill_statics();
  return 0;
}

int exit_with_live_pools() {
  fill_statics();
  pond::pool local({.hard_limit = 1 << 20, .tag = "local"});
  pond::pool child = local.child();
  static_cast<void>(child.allocate(5000));
  std::exit(0);  // locals are left as they are
}

int exit_by_another_thread() {
  fill_statics();
  std::thread([] {
    static_cast<void>(of_the_thread.allocate(1000));
    std::exit(0);
  }).join();
  return 1;
}

int a_thread_ends_before_its_pools() {
  pond::pool outlives;
  std::thread([&outlives] {
    for (int i = 0; i < 100; ++i) static_cast<void>(outlives.allocate(3000));
    of_the_thread = outlives.child();
    static_cast<void>(of_the_thread.allocate(100));
  }).join();
  must(outlives.stats().children == 0, "the thread's child is still there");
  static_cast<void>(outlives.allocate(3000));
  outlives = pond::pool();
  return 0;
}

/// Both processes go on with what was there: live pools, children, the cache, marks.
int fork_with_live_pools() {
  pond::pool pool({.hard_limit = 1 << 24, .tag = "forked"});
  pond::pool child = pool.child();
  const std::string_view text = child.copy("seen by both");
  { pond::pool warm(4096); }
  const pond_mark mark = pond_get_mark(pool.handle());
  const pid_t forked = fork();
  must(forked >= 0, "fork");
  static_cast<void>(pool.allocate(100000));
  must(text == "seen by both", "content");
  must(pond_rewind(pool.handle(), mark), "rewind");
  child = pond::pool();
  pool = pond::pool();
  std::thread([] { pond::pool().copy("a thread after the fork"); }).join();
  if (forked == 0) std::_Exit(0);
  int status = 0;
  must(waitpid(forked, &status, 0) == forked && status == 0, "the child process failed");
  return 0;
}

using use = std::size_t (*)();

/// Threads that used a module outlive it, and it is loaded again at another place.
int unload(const char *path) {
  for (int round = 0; round < 20; ++round) {
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    must(module != nullptr, "dlopen");
    const use use_pools = reinterpret_cast<use>(dlsym(module, "use_pools"));
    must(use_pools != nullptr, "use_pools");
    std::thread user([module, use_pools] {
      must(use_pools() == 10, "use_pools on a thread");
      must(dlclose(module) == 0, "dlclose");
      pond::pool own;  // of the host's library
      static_cast<void>(own.allocate(100));
    });  // ends, with the module's cache of blocks and thread's pool, after the module was closed
    user.join();
    // The C library unloads what a thread kept with the next dlclose.
    if (void *kept = dlopen(path, RTLD_NOW | RTLD_NOLOAD); kept != nullptr) dlclose(kept);
    must(dlopen(path, RTLD_NOW | RTLD_NOLOAD) == nullptr, "it was never unloaded");
  }
  return 0;
}

}  // namespace

int main(int argc, char **argv) {
  const std::string_view chosen = argc > 1 ? argv[1] : "";
  if (chosen == "statics") return statics_end_in_order();
  if (chosen == "exit") return exit_with_live_pools();
  if (chosen == "exit-by-thread") return exit_by_another_thread();
  if (chosen == "thread-ends") return a_thread_ends_before_its_pools();
  if (chosen == "fork") return fork_with_live_pools();
  if (chosen == "unload" && argc > 2) return unload(argv[2]);
  std::fprintf(stderr, "usage: host CASE [MODULE]\n");
  return 2;
}
