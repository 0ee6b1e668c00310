// oracle_of_pools.cpp: which cleanups have to run, in which order, when pools end or are rewound.
#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include "workload/model.hpp"
#include "workload/oracle.hpp"

namespace workload {

// --- Cleanups -----------------------------------------------------------------------------------

void *oracle::token(const operation &o) {
  const std::size_t key = o.what == kind::set_value ? o.size % keys : no_key;
  cleanups_.push_back({this, o.pool, o.what == kind::busy_cleanup, false, false, key});
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

/// A value is a cleanup that is found by its key.
void oracle::value_set(const operation &o, bool done) {
  if (done) return cleanup_registered(o, nullptr, true);
  ++failures_;
}

void oracle::value_is(const operation &o, std::size_t key, const void *found) {
  const auto newest = newest_of(o.pool, key);
  const void *expected = newest != pools_[o.pool].cleanups.rend() ? newest->first : nullptr;
  if (found != expected) report(fmt::format("another value is found for key {}", key));
}

oracle::registered::reverse_iterator oracle::newest_of(std::uint32_t pool, std::size_t key) {
  registered &list = pools_[pool].cleanups;
  return std::find_if(list.rbegin(), list.rend(),
                      [&](const auto &entry) { return entry.first->key == key; });
}

/// The newest cleanup that is no value, or the newest value of a key, is no longer its pool's.
oracle::cleanup *oracle::take_newest(std::uint32_t pool, std::size_t key) {
  const auto found = newest_of(pool, key);
  if (found == pools_[pool].cleanups.rend()) return nullptr;
  cleanup *taken = found->first;
  pools_[pool].cleanups.erase(std::next(found).base());
  return taken;
}

void oracle::expect_now(cleanup *c) {
  one_alone_ = true;
  if (c != nullptr && c->registered) expected_.push_back(c);
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
/// run where all are run.
void oracle::act(const cleanup &c) {
  constexpr std::size_t bytes = 40;
  const operation allocation{kind::aligned, malloc_alignment, c.pool, {0}, bytes, nullptr};
  if (void *p = allocates_(allocation); p != nullptr) {
    const auto at = reinterpret_cast<std::uintptr_t>(p);
    if (one_alone_) {
      remember(allocation, at);
    } else {
      check_overlap(allocation, at);
      std::memset(p, UCHAR_MAX, bytes);
    }
  }
  pools_[c.pool].newest = 0;
  auto *next = static_cast<cleanup *>(token(allocation));
  next->registered = registers_({kind::cleanup, 0, c.pool, {0}, 0, nullptr}, handler, next);
  if (!next->registered) return;
  if (!one_alone_) return expected_.push_back(next);
  pools_[c.pool].cleanups.emplace_back(next, pools_[c.pool].marks);
}

// --- Pools --------------------------------------------------------------------------------------

bool oracle::usable(std::uint32_t pool) const {
  return pools_[pool].alive && !pools_[pool].adopted;
}

/// One of this number may have outlived what should have ended it; then it is destroyed, which it
/// cannot be where it was adopted, or would be the new one's parent.
bool oracle::cannot_create(const operation &o) const {
  const bool there = pools_[o.pool].alive;
  if (there && pools_[o.pool].adopted) return true;
  if (o.what == kind::create) return false;
  return !usable(o.other) || (there && descends(pools_, o.other, o.pool));
}

bool oracle::passes_over(const operation &o) {
  if (o.what == kind::create || o.what == kind::create_child) return cannot_create(o);
  if (!usable(o.pool)) return true;
  if (o.what == kind::adopt) return !usable(o.other) || descends(pools_, o.pool, o.other);
  pool_state &pool = pools_[o.pool];
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
    if (usable(i)) ends.push_back({kind::destroy, 0, i, {0}, 0, nullptr});
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

/// Its busy cleanups refer to a pool that is empty now, and are not busy any more.
void oracle::adopted(const operation &o, bool done) {
  if (!done) {
    ++failures_;
    return;
  }
  pool_state &other = pools_[o.other];
  other.adopted = true;
  other.born = operation_;
  other.parent = o.pool;
  other.depth_in_parent = pools_[o.pool].marks;
  for (const auto &entry : other.cleanups) entry.first->busy = false;
}

void oracle::sealed(bool refuses) {
  if (!refuses) report("a sealed pool allocates");
}

void oracle::answered(bool done, bool right) {
  if (done != right) report("the answer is wrong");
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
  one_alone_ = false;
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
      take_newest(o.pool, no_key);
      return;
    case kind::run_newest:
      return expect_now(take_newest(o.pool, no_key));
    case kind::end_value:
      return expect_now(take_newest(o.pool, o.size % keys));
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
