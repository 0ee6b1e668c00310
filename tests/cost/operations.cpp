// operations.cpp: one operation of the library after the other, for callgrind, which counts the
// instructions of each. costs.py runs it and compares them with those that docs/costs.md names.
#include <pond/shared_pool.hpp>

#include "count.hpp"
#include "subjects.hpp"
#include "workload/waiting.hpp"

namespace costs {
namespace {

void count_life() {
  const auto none = [] { return nothing{}; };
  count("nothing", none, [](nothing) {});
  count("create and destroy", none, [](nothing) { const pond::pool pool(page); });
  count("create and destroy, with a quota", none, [](nothing) { const pond::pool pool(limited); });
  count("create and destroy, from C", none, [](nothing) { pond_destroy(pond_create(page)); });
  count(
      "destroy, with ten cleanups", [] { return with_cleanups(10); },
      [](holder &h) { h.pool = pond::pool(); });
  count(
      "reset, with ten cleanups", [] { return with_cleanups(10); },
      [](holder &h) { h.pool.reset(); });
  count(
      "reset, with four blocks", [] { return full_blocks(4); },
      [](pond::pool &pool) { pool.reset(); });
  count("move", used, [](pond::pool &pool) { const pond::pool moved(std::move(pool)); });
  count("child, not used", used, [](pond::pool &pool) { (void)pool.child(); });
  count(
      "child, used and destroyed", [] { return used_with(limited); },
      [](pond::pool &pool) {
        pond::pool child = pool.child();
        (void)child.allocate(small);
      });
  count(
      "adopt", [] { return two_pools{}; },
      [](two_pools &pools) { pools.keeps.adopt(std::move(pools.ends)); });
  count(
      "one reference more, and its end", [] { return pond::shared_pool(pond::options{}); },
      [](pond::shared_pool &pool) { const pond::shared_pool other(pool); });
}

void count_memory() {
  count("allocate", used, [](pond::pool &pool) { (void)pool.allocate(small); });
  count(
      "allocate, from C", [] { return c_pool(pond_create(page)); },
      [](c_pool &pool) { asm volatile("" ::"r"(pond_alloc(pool.get(), small))); });
  count("allocate, alignment 1", used, [](pond::pool &pool) { (void)pool.allocate(small, 1); });
  count("allocate, alignment 64", used, [](pond::pool &pool) { (void)pool.allocate(small, 64); });
  count(
      "allocate, the next block", [] { return full(used()); },
      [](pond::pool &pool) { (void)pool.allocate(small); });
  count(
      "allocate, the tenth block, of twice the size", [] { return full_blocks(9); },
      [](pond::pool &pool) { (void)pool.allocate(small); });
  count(
      "allocate, the next block under a quota", [] { return full(used_with(limited)); },
      [](pond::pool &pool) { (void)pool.allocate(small); });
  count(
      "allocate, in the room of an earlier block",
      [] {
        pond::pool pool(page);
        (void)pool.allocate(page / 2);
        (void)pool.allocate(page / 2);  // in the next block
        return full(std::move(pool));
      },
      [](pond::pool &pool) { (void)pool.allocate(small); });
  count("allocate, large", used, [](pond::pool &pool) { (void)pool.allocate(large); });
  count(
      "allocate, large, with 1000 others", [] { return with_large(1000); },
      [](holder &h) { (void)h.pool.allocate_large(among_many); });
  count(
      "free", [] { return with_large(0); }, [](holder &h) { h.pool.free(h.held); });
  count(
      "free a hundred of 1000", [] { return with_large(1000); },  // one alone is a matter of luck
      [](holder &h) {
        for (std::size_t i = 0; i < 1000; i += 10) h.pool.free(h.all[i]);
      });
  count(
      "free, one of 500 at equal distances", [] { return with_large_apart(500); },
      [](holder &h) { h.pool.free(h.held); });
  count(
      "deallocate the newest", [] { return with_small(used()); },
      [](holder &h) { h.pool.deallocate(h.held, small); });
  count(
      "deallocate another", [] { return with_small(used(), false); },
      [](holder &h) { h.pool.deallocate(h.held, small); });
  count(
      "deallocate and allocate again, recycling",
      [] { return with_small(used_with({.recycle = true}), false); },
      [](holder &h) {
        h.pool.deallocate(h.held, small);
        (void)h.pool.allocate(small);
      });
  using node = std::array<char, small>;
  const auto give_back = [](holder &h) {
    pond::allocator<node>(h.pool).deallocate(static_cast<node *>(h.held), 1);
  };
  count(
      "a container's newest node, given back", [] { return with_small(used()); }, give_back);
  count(
      "a container's node, given back", [] { return with_small(used(), false); }, give_back);
  count(
      "the same over std::pmr", [] { return over_resource{}; },
      [](over_resource &o) { o.seen->deallocate(o.held, small); });
  count(
      "try_extend", [] { return with_small(used()); },
      [](holder &h) { (void)h.pool.try_extend(h.held, small, 2 * small); });
}

void count_objects() {
  count("make", used, [](pond::pool &pool) { pool.make<int>(1); });
  count("make, with a destructor", used, [](pond::pool &pool) { pool.make<with_destructor>(1); });
  count("on_destroy", used, [](pond::pool &pool) { pool.on_destroy([] {}); });
  count(
      "cancel", [] { return with_cleanups(3); }, [](holder &h) { h.pool.cancel(h.cleanup); });
  count(
      "run", [] { return with_cleanups(3); }, [](holder &h) { h.pool.run(h.cleanup); });
  count("a coroutine, called and destroyed", used,
        [](pond::pool &pool) { workload::wait_in<pond::frame_in_pool>(pool).coroutine.destroy(); });
  const auto with_one = [] { return with_values(1); };
  const auto with_eight = [] { return with_values(8); };
  const auto get = [](pond::pool &pool) { asm volatile("" ::"r"(pool.get(color))); };
  count("emplace a second value", with_one, [](pond::pool &pool) { pool.emplace(size, 1); });
  count("get", with_one, get);
  count("get, the oldest of eight", with_eight, get);
  count(
      "get each of 1000", [] { return with_values(keys.size()); },
      [](pond::pool &pool) {
        for (const char &key : keys) asm volatile("" ::"r"(pond_get(pool.handle(), &key)));
      });
  count("erase", with_one, [](pond::pool &pool) { pool.erase(color); });
  count("scope, in which nothing happens", used, [](pond::pool &pool) { pond::scope s(pool); });
  count("scope, with an allocation", used, [](pond::pool &pool) {
    pond::scope s(pool);
    (void)pool.allocate(small);
  });
  const auto with_a_cleanup = [](pond::pool &pool) {
    pond::scope s(pool);
    (void)pool.allocate(small);
    pool.on_destroy([] {});
  };
  count("the first scope of a pool with an allocation and a cleanup", used, with_a_cleanup);
  // That makes an extension, which stays.
  const auto extended = [&with_a_cleanup] {
    pond::pool pool = used();
    with_a_cleanup(pool);
    return pool;
  };
  count("scope, with an allocation and a cleanup", extended, with_a_cleanup);
  count("mark and rewind, between which nothing happens", extended,
        [](pond::pool &pool) { pond_rewind(pool.handle(), pond_get_mark(pool.handle())); });
  // Last, because where its memory was, that of others would be, which indexes are hashed by.
  count("adopt, of a pool with hundreds of everything", with_much,
        [](two_pools &pools) { pools.keeps.adopt(std::move(pools.ends)); });
}

}  // namespace
}  // namespace costs

int main() {
  costs::count_life();
  costs::count_memory();
  costs::count_objects();
}
