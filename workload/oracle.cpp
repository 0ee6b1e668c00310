// oracle.cpp: what is remembered of allocations, and looked at when they end.
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
  pool.pieces.push_back({at, open_marks(o.pool), is_large(o.what)});
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
  forget(pool.newest);
  take_over(o, pool.newest, pool.newest, pool.newest_size + o.size);
}

/// What was forgotten is `size` bytes elsewhere, or at the same place.
void oracle::take_over(const operation &o, std::uintptr_t old, std::uintptr_t at,
                       std::size_t size) {
  std::erase_if(pools_[o.pool].pieces, [&](const owned &p) { return p.at == old; });
  operation whole = o;
  whole.size = size;
  remember(whole, at);
}

/// The content that both sizes have must be there, wherever it is now.
void oracle::resized(const operation &o, void *from, void *to) {
  if (to == nullptr) {
    ++failures_;
    return;
  }
  const auto old = reinterpret_cast<std::uintptr_t>(from);
  const auto at = reinterpret_cast<std::uintptr_t>(to);
  std::vector<owned> &pieces = pools_[o.pool].pieces;
  const auto known =
      std::find_if(pieces.begin(), pieces.end(), [&](const owned &p) { return p.at == old; });
  const std::size_t depth = at == old ? known->depth : open_marks(o.pool);
  piece kept = live_.at(old);
  kept.size = std::min(kept.size, o.size);
  live_.erase(old);
  verify(at, kept);
  if (at != old && at % malloc_alignment != 0) report("moved to memory that is not aligned");
  take_over(o, old, at, o.size);
  if (o.size != 0) pieces.back().depth = depth;
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

}  // namespace workload
