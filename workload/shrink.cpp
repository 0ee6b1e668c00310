// shrink.cpp: delta debugging over lists of operations.
#include "workload/shrink.hpp"

#include <algorithm>
#include <vector>

#include "workload/model.hpp"

namespace workload {
namespace {

using operations = std::vector<operation>;

/// The program of those operations that mean something; every pool is destroyed at the end.
program valid(const operations &list) {
  program result;
  model pools;
  const auto add = [&](const operation &o) {
    if (!pools.allows(o)) return;
    pools.apply(o);
    result.add(o);
  };
  for (const operation &o : list) add(o);
  destroy_all(pools, add);
  return result;
}

operations without(const operations &list, std::size_t from, std::size_t count) {
  operations rest(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(from));
  const std::size_t behind = std::min(from + count, list.size());
  rest.insert(rest.end(), list.begin() + static_cast<std::ptrdiff_t>(behind), list.end());
  return rest;
}

bool is_of_a_pool(kind k) {
  return k == kind::create || k == kind::create_child || k == kind::destroy;
}

/// What the pool `from` does is done by the pool `to`.
operations joined(const operations &list, std::uint32_t from, std::uint32_t to) {
  operations result;
  for (operation o : list) {
    const bool about_two = o.what == kind::create_child || o.what == kind::adopt;
    if (about_two && o.other == from) o.other = to;
    if (o.pool == from && is_of_a_pool(o.what)) continue;
    if (o.pool == from) o.pool = to;
    result.push_back(o);
  }
  return result;
}

class shrinker {
 public:
  shrinker(const program &failing, const judge &fails) : best_(failing), fails_(fails) {}

  program run() {
    std::size_t before = 0;
    do {
      before = best_.operations.size();
      for (std::size_t part = before / 2; part > 0; part /= 2) leave_out(part);
      join_pools();
      make_smaller();
    } while (best_.operations.size() < before);
    return best_;
  }

 private:
  bool accept(const operations &list) {
    const program tried = valid(list);
    // The same again is no progress: what ends a pool comes back at the end.
    if (tried.operations.size() >= best_.operations.size() || !fails_(tried)) return false;
    best_ = tried;
    return true;
  }

  void leave_out(std::size_t part) {
    for (std::size_t at = 0; at < best_.operations.size();) {
      if (!accept(without(best_.operations, at, part))) at += part;
    }
  }

  /// Two pools with an allocation each are shorter as one with two, which no leaving out finds.
  void join_pools() {
    const std::uint32_t pools = best_.pools;
    for (std::uint32_t from = 0; from < pools; ++from) {
      for (std::uint32_t to = 0; to < pools; ++to) {
        if (from != to) accept(joined(best_.operations, from, to));
      }
    }
  }

  /// Each size down to 0, or by halves for as long as it fails.
  void make_smaller() {
    for (std::size_t i = 0; i < best_.operations.size(); ++i) {
      if (smaller(i, 0)) continue;
      while (smaller(i, best_.operations[i].size / 2)) {
      }
    }
  }

  bool smaller(std::size_t at, std::size_t bytes) {
    operations list = best_.operations;
    if (list[at].size <= bytes) return false;
    list[at].size = bytes;
    // With another mark to rewind to, what comes after it may mean nothing any more.
    const program tried = valid(list);
    if (tried.operations.size() != list.size() || !fails_(tried)) return false;
    best_ = tried;
    return true;
  }

  program best_;
  const judge &fails_;
};

}  // namespace

program shrink(const program &failing, const judge &fails) {
  return shrinker(failing, fails).run();
}

}  // namespace workload
