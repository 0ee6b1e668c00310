// oracle_of_pools.cpp: which cleanups have to run, in which order, when pools end or are rewound.
#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include "workload/oracle.hpp"

namespace workload {

// --- Cleanups -----------------------------------------------------------------------------------

void *oracle::token(const operation &o) {
  cleanups_.push_back({this, o.pool, o.what == kind::busy_cleanup, false, false});
  return &cleanups_.back();
}

void oracle::cleanup_registered(const operation &o, void *data, bool done) {
  pool_state &pool = pools_[o.pool];
  pool.cleanups.emplace_back(&cleanups_.back(), pool.marks);
  cleanups_.back().registered = done;
  if (!done) ++failures_;
  if (data == nullptr) return;
  operation memory = o;
  memory.what = kind::aligned;
  remember(memory, reinterpret_cast<std::uintptr_t>(data));
  pool.newest = 0;  // the cleanup's record came after it
}

void oracle::handler(void *token) {
  auto &c = *static_cast<cleanup *>(token);
  c.self->ran(c);
}

void oracle::ran(cleanup &c) {
  if (c.ran) report("a cleanup ran twice");
  c.ran = true;
  if (expected_.empty()) return report("a cleanup ran that nobody expected");
  if (expected_.back() != &c) report("cleanups ran in the wrong order");
  std::erase(expected_, &c);
  if (c.busy) act(c);
}

/// It allocates, which must be nobody's memory, and registers another one, which is the next to
/// run.
void oracle::act(const cleanup &c) {
  constexpr std::size_t bytes = 40;
  const operation allocation{kind::aligned, malloc_alignment, c.pool, {0}, bytes, nullptr};
  if (void *p = allocates_(allocation); p != nullptr) {
    check_overlap(allocation, reinterpret_cast<std::uintptr_t>(p));
    std::memset(p, UCHAR_MAX, bytes);
  }
  void *next = token(allocation);
  if (registers_({kind::cleanup, 0, c.pool, {0}, 0, nullptr}, handler, next)) {
    expected_.push_back(static_cast<cleanup *>(next));
  }
}

// --- Pools --------------------------------------------------------------------------------------

bool oracle::passes_over(const operation &o) {
  if (o.what == kind::create) return false;
  if (o.what == kind::create_child) return !pools_[o.other].alive;
  pool_state &pool = pools_[o.pool];
  if (!pool.alive) return true;
  if (o.what != kind::rewind && o.what != kind::commit) return false;
  const bool set = pool.marked.back();
  pool.marked.pop_back();
  return !set;
}

void oracle::created(const operation &o, bool done) {
  pools_[o.pool].alive = done;
  if (!done) ++failures_;
}

std::vector<operation> oracle::left_over() const {
  std::vector<operation> ends;
  for (std::uint32_t i = 0; i < pools_.size(); ++i) {
    if (pools_[i].alive) ends.push_back({kind::destroy, 0, i, {0}, 0, nullptr});
  }
  return ends;
}

void oracle::begin(const operation &o) {
  if (pools_[o.pool].alive) expect_end(o.pool, 0);
  pools_[o.pool] = {};
  pools_[o.pool].alive = true;
  pools_[o.pool].born = operation_;
  if (o.what != kind::create_child) return;
  pools_[o.pool].parent = o.other;
  pools_[o.pool].depth_in_parent = pools_[o.other].marks;
}

/// Everything from this depth of marks on: its content must still be there, its cleanups run next,
/// after those of its children, the newest child first.
void oracle::expect_end(std::uint32_t number, std::size_t depth) {
  pool_state &pool = pools_[number];
  std::erase_if(pool.pieces, [&](const owned &p) {
    if (p.depth >= depth) forget(p.at);
    return p.depth >= depth;
  });
  std::erase_if(pool.cleanups, [&](const auto &entry) {
    if (entry.second >= depth && entry.first->registered) expected_.push_back(entry.first);
    return entry.second >= depth;
  });
  pool.newest = 0;
  for (const std::uint32_t child : children_since(number, depth)) {
    pools_[child].alive = false;
    expect_end(child, 0);
  }
}

/// The oldest first: what is expected last runs first.
std::vector<std::uint32_t> oracle::children_since(std::uint32_t number, std::size_t depth) const {
  std::vector<std::uint32_t> children;
  for (std::uint32_t i = 0; i < pools_.size(); ++i) {
    const pool_state &child = pools_[i];
    if (child.alive && child.parent == number && child.depth_in_parent >= depth) {
      children.push_back(i);
    }
  }
  std::sort(children.begin(), children.end(),
            [&](std::uint32_t a, std::uint32_t b) { return pools_[a].born < pools_[b].born; });
  return children;
}

void oracle::finish_end() {
  if (!expected_.empty()) report(fmt::format("{} cleanups did not run", expected_.size()));
  expected_.clear();
}

void oracle::commit(const operation &o) {
  pool_state &pool = pools_[o.pool];
  const std::size_t depth = --pool.marks;
  for (owned &p : pool.pieces) p.depth = std::min(p.depth, depth);
  for (auto &entry : pool.cleanups) entry.second = std::min(entry.second, depth);
  for (pool_state &child : pools_) {
    if (child.parent == o.pool) child.depth_in_parent = std::min(child.depth_in_parent, depth);
  }
}

void oracle::marked(const operation &o, bool done) {
  pools_[o.pool].marked.push_back(done);
  if (!done) {
    ++failures_;
    return;
  }
  ++pools_[o.pool].marks;
  pools_[o.pool].newest = 0;
}

void oracle::before(const operation &o) {
  ++operation_;
  switch (o.what) {
    case kind::create:
    case kind::create_child:
      return begin(o);
    case kind::destroy:
    case kind::reset:
      return expect_end(o.pool, 0);
    case kind::rewind:
      return expect_end(o.pool, pools_[o.pool].marks);
    case kind::commit:
      return commit(o);
    case kind::cancel:
      pools_[o.pool].cleanups.pop_back();
      return;
    default:
      return;
  }
}

void oracle::after(const operation &o) {
  if (o.what == kind::destroy) pools_[o.pool].alive = false;
  if (o.what == kind::reset) {
    pools_[o.pool].marks = 0;
    pools_[o.pool].marked.clear();
  }
  if (o.what == kind::rewind) --pools_[o.pool].marks;
  if (o.what == kind::commit) pools_[o.pool].newest = 0;
  if (o.what != kind::free) finish_end();
}

}  // namespace workload
