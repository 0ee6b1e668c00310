// oracle_of_pools.cpp: what goes when pools end or are rewound, and which cleanups have to run
// then.
#include <fmt/format.h>

#include <algorithm>

#include "workload/model.hpp"
#include "workload/oracle.hpp"

namespace workload {

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
  if (o.what != kind::rewind && o.what != kind::commit) return false;
  std::vector<bool> &marked = pools_[o.pool].marked;
  const auto mark = std::prev(marked.end(), static_cast<std::ptrdiff_t>(o.size) + 1);
  const bool none = std::find(mark, marked.end(), true) == marked.end();
  marked.erase(mark, marked.end());
  return none;
}

/// passes_over has taken those that an operation ends: where the mark itself could not be set, the
/// first one above it is meant.
std::size_t oracle::open_marks(std::uint32_t pool) const {
  const std::vector<bool> &marked = pools_[pool].marked;
  return static_cast<std::size_t>(std::count(marked.begin(), marked.end(), true));
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
  if (o.what == kind::create_child) set_parent(o.pool, o.other);
}

void oracle::set_parent(std::uint32_t child, std::uint32_t parent) {
  pools_[child].parent = parent;
  pools_[child].depth_in_parent = open_marks(parent);
  place(child);
}

/// As the newest of its parent's, but for those that came after a mark which it came before.
void oracle::place(std::uint32_t number) {
  const pool_state &child = pools_[number];
  for (pool_state &pool : pools_) std::erase(pool.children, number);
  std::vector<std::uint32_t> &siblings = pools_[static_cast<std::size_t>(child.parent)].children;
  const auto above = [&](std::uint32_t other) {
    return pools_[other].depth_in_parent > child.depth_in_parent;
  };
  siblings.insert(std::find_if(siblings.begin(), siblings.end(), above), number);
}

/// Children that were not used before this operation.
void oracle::place_used() {
  for (std::uint32_t i = 0; actor_ != nullptr && i < pools_.size(); ++i) {
    pool_state &pool = pools_[i];
    if (!usable(i) || pool.parent < 0 || pool.used || !actor_->is_used(i)) continue;
    pool.used = true;
    place(i);
  }
}

/// Its busy cleanups refer to a pool that is empty now, and are not busy any more.
void oracle::adopted(const operation &o, bool done) {
  if (!done) {
    ++failures_;
    return;
  }
  pool_state &other = pools_[o.other];
  other.adopted = true;
  other.marked.clear();
  keep(o.other, 0);
  set_parent(o.other, o.pool);
  for (const auto &entry : other.cleanups) entry.first->does = act::nothing;
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
    if (entry.second >= depth) expected_.push_back(entry.first);
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
  std::vector<std::uint32_t> children = pools_[number].children;
  std::erase_if(children, [&](std::uint32_t i) {
    const pool_state &child = pools_[i];
    return !child.alive || child.parent != number || child.depth_in_parent < depth;
  });
  return children;
}

void oracle::finish_end() {
  settle_descriptors();
  if (!expected_.empty()) report(fmt::format("{} cleanups did not run", expected_.size()));
  expected_.clear();
}

/// The marks beyond so many are none any more: what came after them counts as what came before.
void oracle::keep(std::uint32_t number, std::size_t depth) {
  pool_state &pool = pools_[number];
  for (owned &p : pool.pieces) p.depth = std::min(p.depth, depth);
  for (auto &entry : pool.cleanups) entry.second = std::min(entry.second, depth);
  for (pool_state &child : pools_) {
    if (child.parent == number) child.depth_in_parent = std::min(child.depth_in_parent, depth);
  }
}

void oracle::marked(const operation &o, bool done) {
  pools_[o.pool].marked.push_back(done);
  if (!done) {
    ++failures_;
    return;
  }
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
      return expect_end(o.pool, open_marks(o.pool) + 1);
    case kind::commit:
      return keep(o.pool, open_marks(o.pool));
    case kind::cancel:
    case kind::run:
    case kind::end_value:
    case kind::close_descriptor:
      return choose(o);
    default:
      return;
  }
}

void oracle::after(const operation &o) {
  if (o.what == kind::destroy) pools_[o.pool].alive = false;
  if (o.what == kind::reset) pools_[o.pool].marked.clear();
  if (o.what == kind::commit) pools_[o.pool].newest = 0;
  if (o.what != kind::free) finish_end();
  place_used();
}

}  // namespace workload
