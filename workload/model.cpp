// model.cpp: what each operation makes and ends.
#include "workload/model.hpp"

#include <algorithm>

namespace workload {

namespace {

/// What a sealed pool refuses.
bool takes_memory(kind k) {
  constexpr kind those[] = {kind::cleanup,     kind::busy_cleanup,  kind::mark,
                            kind::grow_newest, kind::resize_any,    kind::set_value,
                            kind::adopt,       kind::own_descriptor};
  return allocates(k) || std::find(std::begin(those), std::end(those), k) != std::end(those);
}

}  // namespace

bool model::allows(const operation &o) const {
  if (o.what == kind::create) return !alive(o.pool);
  if (o.what == kind::create_child) {
    return !alive(o.pool) && usable(o.other) && !pools_[o.other].sealed;
  }
  if (!usable(o.pool)) return false;
  const model_pool &pool = pools_[o.pool];
  if (pool.sealed && takes_memory(o.what)) return false;
  switch (o.what) {
    case kind::large:
    case kind::large_zeroed:
      return o.id >= ids_in_use_.size() || !ids_in_use_[o.id];
    case kind::free:
      return std::any_of(pool.larges.begin(), pool.larges.end(),
                         [&](const model_pool::large &large) { return large.id == o.id; });
    case kind::adopt:
      return usable(o.other) && !descends(pools_, o.pool, o.other);
    case kind::rewind:
    case kind::commit:
      return o.size < pool.marks;
    default:
      return true;
  }
}

void model::apply(const operation &o) {
  gone_ids_.clear();
  gone_pools_.clear();
  switch (o.what) {
    case kind::create:
    case kind::create_child:
      return begin(o);
    case kind::destroy:
      return end(o.pool);
    case kind::reset:
      forget(o.pool, 0);
      pools_[o.pool].marks = 0;
      pools_[o.pool].sealed = false;
      break;
    case kind::adopt:
      return adopt(o);
    case kind::large:
    case kind::large_zeroed:
      return allocate_large(o);
    case kind::free:
      return free(o);
    case kind::mark:
      ++pools_[o.pool].marks;
      break;
    case kind::rewind:
    case kind::commit:
      return end_mark(o);
    case kind::seal:
      pools_[o.pool].sealed = true;
      break;
    default:
      break;
  }
}

void model::begin(const operation &o) {
  if (o.pool >= pools_.size()) pools_.resize(std::size_t{o.pool} + 1);
  model_pool &pool = pools_[o.pool];
  pool = {};
  pool.alive = true;
  if (o.what != kind::create_child) return;
  pool.parent = o.other;
  pool.depth_in_parent = pools_[o.other].marks;
  ++pools_[o.other].children;
}

void model::leave_parent(const model_pool &pool) {
  if (pool.parent >= 0) --pools_[static_cast<std::size_t>(pool.parent)].children;
}

void model::adopt(const operation &o) {
  model_pool &other = pools_[o.other];
  leave_parent(other);
  other.adopted = true;
  other.parent = o.pool;
  other.depth_in_parent = pools_[o.pool].marks;
  ++pools_[o.pool].children;
}

void model::end(std::uint32_t pool) {
  forget(pool, 0);
  pools_[pool].alive = false;
  leave_parent(pools_[pool]);
  gone_pools_.push_back(pool);
}

void model::allocate_large(const operation &o) {
  if (o.id >= ids_in_use_.size()) ids_in_use_.resize(std::size_t{o.id} + 1);
  ids_in_use_[o.id] = true;
  pools_[o.pool].larges.push_back({o.id, pools_[o.pool].marks});
}

void model::free(const operation &o) {
  std::erase_if(pools_[o.pool].larges,
                [&](const model_pool::large &large) { return large.id == o.id; });
  ids_in_use_[o.id] = false;
  gone_ids_.push_back(o.id);
}

/// Those further in end with it.
void model::end_mark(const operation &o) {
  const std::size_t depth = pools_[o.pool].marks - o.size;
  if (o.what == kind::rewind) {
    forget(o.pool, depth);
  } else {
    keep(o.pool, depth);
  }
  pools_[o.pool].marks = depth - 1;
}

/// What a pool has from this depth of marks on goes: large, children with all theirs.
void model::forget(std::uint32_t number, std::size_t depth) {
  model_pool &pool = pools_[number];
  std::erase_if(pool.larges, [&](const model_pool::large &large) {
    if (large.depth < depth) return false;
    ids_in_use_[large.id] = false;
    gone_ids_.push_back(large.id);
    return true;
  });
  for (std::uint32_t i = 0; i < pools_.size() && pool.children != 0; ++i) {
    const model_pool &child = pools_[i];
    if (child.alive && child.parent == number && child.depth_in_parent >= depth) end(i);
  }
}

/// After a commit what was above the mark belongs to the depth below it.
void model::keep(std::uint32_t number, std::size_t depth) {
  for (model_pool::large &large : pools_[number].larges) {
    large.depth = std::min(large.depth, depth - 1);
  }
  for (model_pool &child : pools_) {
    if (child.alive && child.parent == number) {
      child.depth_in_parent = std::min(child.depth_in_parent, depth - 1);
    }
  }
}

}  // namespace workload
