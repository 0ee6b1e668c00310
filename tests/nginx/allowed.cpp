#include "allowed.hpp"

#include <algorithm>

namespace differential::allowed {

void end_is_aligned(const implementation &of, ngx_pool_t *pool) {
  if (&of != &upstream) return;
  const std::size_t beyond = reinterpret_cast<std::uintptr_t>(pool->d.end) % NGX_POOL_ALIGNMENT;
  pool->d.end -= beyond;
}

void cleanups_run_at_reset(const implementation &of, ngx_pool_t *pool) {
  if (&of != &upstream) return;
  while (ngx_pool_cleanup_t *c = pool->cleanup) {
    pool->cleanup = c->next;
    if (c->handler == nullptr) continue;
    ngx_log_debug1(NGX_LOG_DEBUG_ALLOC, pool->log, 0, "run cleanup: %p", c);
    c->handler(c->data);
  }
}

void run_cleanup_file(const implementation &of, ngx_pool_t *pool, ngx_fd_t fd) {
  if (&of != &upstream) return of.run_cleanup_file(pool, fd);
  for (ngx_pool_cleanup_t *c = pool->cleanup; c != nullptr; c = c->next) {
    if (c->handler == of.cleanup_file &&
        static_cast<ngx_pool_cleanup_file_t *>(c->data)->fd == fd) {
      return of.run_cleanup_file(pool, fd);
    }
    if (c->handler != of.delete_file || static_cast<ngx_pool_cleanup_file_t *>(c->data)->fd != fd)
      continue;
    c->handler = nullptr;
    return of.delete_file(c->data);
  }
}

bool is_of_a_block_or_an_empty_node(const log_line &line, bool returned_to_the_caller) {
  if (line.level != NGX_LOG_DEBUG || line.pointers.size() != 1) return false;
  if (line.text.starts_with("posix_memalign: ")) return !returned_to_the_caller;
  if (line.text.find(", unused: ") != std::string::npos) return true;
  return line.text.starts_with("free: ") && line.pointers.front() == nullptr;
}

bool order_is_free(const std::string &line) { return line.find("[8] free: ") != std::string::npos; }

std::string refusal(const std::string &line) {
  return line.find(") failed (") != std::string::npos ? "no memory" : line;
}

}  // namespace differential::allowed
