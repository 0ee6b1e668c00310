#include "workload/upstreams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace workload {
namespace {

constexpr int given_back = 0xDD;
constexpr std::size_t least_alignment = 16;

}  // namespace

void *checking_upstream::allocate(void *self, std::size_t size, std::size_t alignment) noexcept {
  auto &u = *static_cast<checking_upstream *>(self);
  ++u.calls_;
  if (u.fails()) return nullptr;
  void *p = nullptr;
  if (posix_memalign(&p, std::max(alignment, least_alignment), size) != 0) return nullptr;
  u.live_[p] = {size, alignment};
  u.held_ += size;
  u.peak_ = std::max(u.peak_, u.held_);
  return p;
}

void checking_upstream::deallocate(void *self, void *p, std::size_t size,
                                   std::size_t alignment) noexcept {
  auto &u = *static_cast<checking_upstream *>(self);
  const auto found = u.live_.find(p);
  if (found == u.live_.end()) {
    u.errors_.push_back("given back what was never taken");
    return;
  }
  if (found->second.size != size || found->second.alignment != alignment) {
    u.errors_.push_back(fmt::format("taken {} at {}, given back as {} at {}", found->second.size,
                                    found->second.alignment, size, alignment));
  }
  u.held_ -= found->second.size;
  std::memset(p, given_back, found->second.size);
  u.live_.erase(found);
  std::free(p);
}

bool checking_upstream::owns(const void *p) const {
  const auto *byte = static_cast<const char *>(p);
  return std::any_of(live_.begin(), live_.end(), [&](const auto &entry) {
    const auto *from = static_cast<const char *>(entry.first);
    return byte >= from && byte < from + entry.second.size;
  });
}

checking_upstream::~checking_upstream() {
  for (const auto &[p, size] : live_) std::free(p);  // the test has said so before
}

}  // namespace workload
