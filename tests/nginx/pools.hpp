// pools.hpp: a pool for a test of one thing.
#ifndef POND_TESTS_NGINX_POOLS_HPP
#define POND_TESTS_NGINX_POOLS_HPP

#include "implementation.hpp"
#include "recorder.hpp"

namespace differential {

/// Destroyed at the end.
class a_pool {
 public:
  a_pool(const implementation &of, std::size_t size)
      : of_(of), log_(recorded_log("log", NGX_LOG_ALERT)), pool_(of.create(size, &log_)) {}
  ~a_pool() { of_.destroy(pool_); }
  a_pool(const a_pool &) = delete;
  a_pool &operator=(const a_pool &) = delete;

  operator ngx_pool_t *() const { return pool_; }
  ngx_pool_t *operator->() const { return pool_; }
  [[nodiscard]] ngx_log_t *log() { return &log_; }

 private:
  const implementation &of_;
  ngx_log_t log_;
  ngx_pool_t *pool_;
};

/// A cleanup that counts its calls.
inline void add_counter(const implementation &of, ngx_pool_t *pool, int *counter) {
  ngx_pool_cleanup_t *c = of.cleanup_add(pool, 0);
  c->handler = [](void *count) { ++*static_cast<int *>(count); };
  c->data = counter;
}

/// Whether pond's pools are watched by a tool, AddressSanitizer for example: nothing fits their
/// words.
inline bool watched_pools() {
  ngx_log_t log = recorded_log("log", 0);
  ngx_pool_t *pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, &log);
  const bool watched = pool->d.last == pool->d.end;
  ngx_destroy_pool(pool);
  return watched;
}

}  // namespace differential

#endif
