#include "workload/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace workload {
namespace {

constexpr std::size_t most_errors = 20;

unsigned char *bytes_at(std::uintptr_t at) { return reinterpret_cast<unsigned char *>(at); }

}  // namespace

void oracle::report(const std::string &what) {
  if (errors_.size() < most_errors) {
    errors_.push_back(fmt::format("operation {}: {}", operation_, what));
  }
}

// --- Allocations --------------------------------------------------------------------------------

void oracle::check_overlap(const operation &o, std::uintptr_t at) {
  const auto next = live_.lower_bound(at);
  if (next != live_.end() && next->first - at < o.size) {
    report(fmt::format("{} bytes overlap the live allocation after them", o.size));
  }
  if (next == live_.begin()) return;
  const auto before = std::prev(next);
  if (before->first + before->second.size > at) {
    report(fmt::format("{} bytes begin inside a live allocation", o.size));
  }
}

void oracle::fill(std::uintptr_t at, piece &p) {
  p.pattern = next_pattern_;
  next_pattern_ = static_cast<std::uint8_t>(next_pattern_ % 255 + 1);
  std::memset(bytes_at(at), p.pattern, p.size);
}

void oracle::remember(const operation &o, std::uintptr_t at) {
  pool_state &pool = pools_[o.pool];
  if (!is_large(o.what)) {
    pool.newest = at;
    pool.newest_size = o.size;
  }
  if (o.size == 0) return;
  check_overlap(o, at);
  piece &p = live_[at];
  p.size = o.size;
  fill(at, p);
  pool.pieces.push_back({at, pool.marks, is_large(o.what)});
}

void oracle::allocated(const operation &o, void *p) {
  const auto at = reinterpret_cast<std::uintptr_t>(p);
  if (is_large(o.what)) larges_[o.id] = 0;
  if (p == nullptr) {
    ++failures_;
    pools_[o.pool].newest = 0;
    return;
  }
  if (o.alignment > 1 && at % o.alignment != 0) {
    report(fmt::format("not aligned to {}", o.alignment));
  }
  if (is_zeroed(o.what)) {
    const unsigned char *bytes = bytes_at(at);
    if (std::any_of(bytes, bytes + o.size, [](unsigned char b) { return b != 0; })) {
      report("zeroed memory is not zero");
    }
  }
  remember(o, at);
  if (is_large(o.what) && o.size != 0) larges_[o.id] = at;
}

void oracle::verify(std::uintptr_t at, const piece &p) {
  const unsigned char *bytes = bytes_at(at);
  const auto wrong =
      std::find_if(bytes, bytes + p.size, [&](unsigned char b) { return b != p.pattern; });
  if (wrong != bytes + p.size) {
    report(fmt::format("byte {} of an allocation of {} has changed", wrong - bytes, p.size));
  }
}

void oracle::forget(std::uintptr_t at) {
  const auto found = live_.find(at);
  if (found == live_.end()) return;
  verify(at, found->second);
  live_.erase(found);
}

void oracle::freed(const operation &o) {
  if (larges_[o.id] == 0) return;
  forget(larges_[o.id]);
  std::erase_if(pools_[o.pool].pieces, [&](const owned &p) { return p.at == larges_[o.id]; });
  larges_[o.id] = 0;
}

std::pair<void *, std::size_t> oracle::newest(std::uint32_t pool) const {
  return {reinterpret_cast<void *>(pools_[pool].newest), pools_[pool].newest_size};
}

void oracle::grown(const operation &o, bool done) {
  pool_state &pool = pools_[o.pool];
  if (!done || o.size == 0) return;
  const std::uintptr_t at = pool.newest;
  forget(at);
  std::erase_if(pool.pieces, [&](const owned &p) { return p.at == at; });
  operation whole = o;
  whole.size = pool.newest_size + o.size;
  remember(whole, at);
}

/// Whether it is used again depends on the pool; by the program it is not, from now on.
void oracle::given_back(const operation &o, void *memory) {
  pool_state &pool = pools_[o.pool];
  const auto at = reinterpret_cast<std::uintptr_t>(memory);
  if (at != pool.newest || pool.newest_size != 0) {
    forget(at);
    std::erase_if(pool.pieces, [&](const owned &p) { return p.at == at; });
  }
  if (at == pool.newest) pool.newest = 0;
}

std::pair<void *, std::size_t> oracle::one_of(std::uint32_t pool, std::size_t choice) const {
  const std::vector<owned> &pieces = pools_[pool].pieces;
  if (pieces.empty()) return {};
  const owned &chosen = pieces[choice % pieces.size()];
  if (chosen.large) return {};
  return {bytes_at(chosen.at), live_.at(chosen.at).size};
}

// --- Cleanups -----------------------------------------------------------------------------------

void *oracle::token(const operation &o) {
  cleanups_.push_back({this, o.pool, false, false});
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
}

// --- Pools --------------------------------------------------------------------------------------

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
  if (!done) report("no mark");
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
  if (o.what == kind::reset) pools_[o.pool].marks = 0;
  if (o.what == kind::rewind) --pools_[o.pool].marks;
  if (o.what == kind::commit) pools_[o.pool].newest = 0;
  if (o.what != kind::free) finish_end();
}

}  // namespace workload
