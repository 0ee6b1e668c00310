#include "fresh_memory.hpp"

#include <gtest/gtest.h>
#include <pond/pond.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "implementation.hpp"

ngx_uint_t ngx_pagesize = 4096;

namespace differential {
namespace {

constexpr std::size_t malloc_alignment = 16;
constexpr unsigned char untouched = 0xA5;
constexpr std::size_t cache_of_a_thread = std::size_t{1} << 20;  // pond's own default

struct taken {
  std::size_t size;
  std::size_t alignment;
};

workload::checking_upstream *current = nullptr;
std::unordered_map<void *, taken> live;  // nginx does not say the size when it gives back
std::size_t behind = 0;
std::size_t written = 0;

void *take(std::size_t size, std::size_t alignment) {
  const pond_upstream from = current->get();
  const std::size_t whole = size + behind < size ? size : size + behind;
  auto *p = static_cast<unsigned char *>(from.allocate(from.context, whole, alignment));
  errno = p == nullptr ? ENOMEM : errno;
  if (p == nullptr) return nullptr;
  std::memset(p + size, untouched, whole - size);
  live[p] = {size, alignment};
  return p;
}

void give(void *p) {
  if (p == nullptr) return;
  const pond_upstream to = current->get();
  const auto found = live.find(p);
  if (found == live.end()) return to.deallocate(to.context, p, 0, 0);  // which reports it
  const unsigned char *end = static_cast<unsigned char *>(p) + found->second.size;
  written += behind - static_cast<std::size_t>(std::count(end, end + behind, untouched));
  to.deallocate(to.context, p, found->second.size + behind, found->second.alignment);
  live.erase(found);
}

}  // namespace

fresh_memory::fresh_memory() {
  current = &checks_;
  behind = written = 0;
  pond_set_cache_limit(0);
  const pond_upstream from = checks_.get();
  EXPECT_EQ(pond_set_default_upstream(&from), 0);
}

fresh_memory::~fresh_memory() {
  pond_trim();
  EXPECT_EQ(checks_.live(), 0U) << "memory was not given back";
  EXPECT_EQ(checks_.errors(), std::vector<std::string>());
  EXPECT_EQ(pond_set_default_upstream(nullptr), 0);
  pond_set_cache_limit(cache_of_a_thread);
  current = nullptr;
  live.clear();
}

void fresh_memory::watch_behind(std::size_t bytes) { behind = bytes; }

std::size_t fresh_memory::written_behind() const { return written; }

}  // namespace differential

void *ngx_alloc(size_t size, ngx_log_t *log) {
  void *p = differential::take(size, differential::malloc_alignment);
  if (p == nullptr) ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "malloc(%uz) failed", size);
  ngx_log_debug2(NGX_LOG_DEBUG_ALLOC, log, 0, "malloc: %p:%uz", p, size);
  return p;
}

void *ngx_memalign(size_t alignment, size_t size, ngx_log_t *log) {
  void *p = differential::take(size, alignment);
  if (p == nullptr) {
    ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "posix_memalign(%uz, %uz) failed", alignment,
                  size);
  }
  ngx_log_debug3(NGX_LOG_DEBUG_ALLOC, log, 0, "posix_memalign: %p:%uz @%uz", p, size, alignment);
  return p;
}

void ngx_free(void *p) { differential::give(p); }
