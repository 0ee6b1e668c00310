// fresh_memory.hpp: where both implementations get their memory: one checking upstream behind
// ngx_alloc, ngx_memalign and ngx_free for nginx's own, and behind pond's default upstream. Nothing
// is cached, so that every block and every large allocation is asked of it.
#ifndef POND_TESTS_NGINX_FRESH_MEMORY_HPP
#define POND_TESTS_NGINX_FRESH_MEMORY_HPP

#include <cstddef>

#include "workload/upstreams.hpp"

namespace differential {

/// A memory of its own for a test. At its end everything must have been given back, rightly.
class fresh_memory {
 public:
  fresh_memory();
  ~fresh_memory();
  fresh_memory(const fresh_memory &) = delete;
  fresh_memory &operator=(const fresh_memory &) = delete;

  workload::checking_upstream &operator*() { return checks_; }
  workload::checking_upstream *operator->() { return &checks_; }

  /// From now on each allocation of nginx's own has so many bytes more behind it, which nobody may
  /// write; how many were written is counted when it is given back.
  void watch_behind(std::size_t bytes);
  [[nodiscard]] std::size_t written_behind() const;

 private:
  workload::checking_upstream checks_;
};

/// No call succeeds while this lives.
class no_memory {
 public:
  explicit no_memory(fresh_memory &memory) : memory_(memory) { memory_->fail_at(1, true); }
  ~no_memory() { memory_->fail_at(0); }
  no_memory(const no_memory &) = delete;
  no_memory &operator=(const no_memory &) = delete;

 private:
  fresh_memory &memory_;
};

}  // namespace differential

#endif
