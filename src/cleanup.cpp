// cleanup.cpp: what runs at the end: handlers with their data, descriptors, temporary files.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "records.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

owned *record_of(pond_cleanup *cleanup) noexcept { return reinterpret_cast<owned *>(cleanup); }

/// Runs one cleanup. It may rewind to marks of its own, not to one that would take its record away.
void run(state &s, owned *cleanup) noexcept {
  if (!extended(s)) {
    call(s, cleanup);
  } else {
    const std::uint64_t outer_floor = s.ext->floor;
    if (epoch_of(*cleanup) > outer_floor) s.ext->floor = epoch_of(*cleanup);
    call(s, cleanup);
    s.ext->floor = outer_floor;
  }
  spare_record(s, cleanup);
}

// A descriptor needs no memory beside its record: the number itself is the data.
void *as_data(int fd) noexcept { return reinterpret_cast<void *>(static_cast<std::intptr_t>(fd)); }
int as_fd(const void *data) noexcept {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(data));
}

/// EINTR is not tried again: on Linux the descriptor is gone by then, perhaps someone else's.
void close_descriptor(void *data) noexcept { ::close(as_fd(data)); }

struct temp_file {
  int fd;
  const char *path;
};

void close_and_unlink(void *data) noexcept {
  const auto *file = static_cast<const temp_file *>(data);
  ::unlink(file->path);
  ::close(file->fd);
}

/// Whether it is open; if not, errno is EBADF. Of -1, what a failed open() returns, errno stays as
/// that has set it, so that own_fd(open()) fails for its reason.
bool can_be_owned(int fd) noexcept {
  const bool failed_before = fd == -1 && errno != 0;
  return !failed_before && fcntl(fd, F_GETFD) != -1;
}

bool owns(const owned &cleanup, int fd) noexcept {
  if (cleanup.handler == close_descriptor) return as_fd(cleanup.data) == fd;
  return cleanup.handler == close_and_unlink &&
         static_cast<const temp_file *>(cleanup.data)->fd == fd;
}

/// What the records of all cleanups have in common.
[[gnu::always_inline]] inline pond_cleanup *enter(state &s, owned *cleanup, void (*handler)(void *),
                                                  void *data) noexcept {
  cleanup->handler = handler;
  cleanup->data = data;
  link(s.cleanups, cleanup);
  return reinterpret_cast<pond_cleanup *>(cleanup);
}

/// The record is not at hand, the pool not an ordinary one, or there is a mistake.
[[gnu::noinline]] pond_cleanup *on_destroy_slow(head &pool, void (*handler)(void *),
                                                void *data) noexcept {
  if (handler == nullptr) {
    errno = EINVAL;
    return nullptr;
  }
  if (pool.state == nullptr && !first_use(pool)) return nullptr;
  state &s = *pool.state;
  if (refuses(s)) return nullptr;
  const exclusive_use here(s);
  owned *cleanup = take_record(real(pool));
  return cleanup != nullptr ? enter(s, cleanup, handler, data) : nullptr;
}

/// The first in a scope. In two functions the usual way has no register to save for this one.
[[gnu::noinline]] pond_cleanup *on_destroy_in_scope(head &pool, void (*handler)(void *),
                                                    void *data) noexcept {
  return open_pending(pool) ? on_destroy(pool, handler, data) : nullptr;
}

}  // namespace

/// Children first, one that a cleanup makes too: it is the newest then.
void run_everything(state &s, std::uint64_t since) noexcept {
  if (has_children(s)) destroy_children(s, since);
  while (s.cleanups != nullptr && epoch_of(*s.cleanups) >= since) {
    run(s, s.cleanups);
    if (has_children(s)) destroy_children(s, since);
  }
}

pond_cleanup *on_destroy(head &pool, void (*handler)(void *), void *data) noexcept {
  state *s = pool.state;
  if (s == nullptr || handler == nullptr || (s->flags & unusual) != 0) [[unlikely]]
    return on_destroy_slow(pool, handler, data);
  const std::uint64_t when = epoch_of(*s);
  if (when == pending) [[unlikely]]
    return on_destroy_in_scope(pool, handler, data);
  owned *cleanup = record_at_hand(pool);
  if (cleanup == nullptr) [[unlikely]]
    return on_destroy_slow(pool, handler, data);
  take_found(pool, cleanup)->when = when;
  return enter(*s, cleanup, handler, data);
}

void cancel(head &pool, pond_cleanup *cleanup) noexcept {
  if (cleanup == nullptr || !is_there(pool)) return;
  owned *record = record_of(cleanup);
  if (record->handler == nullptr) return;  // runs now, or is a spare
  unlink(pool.state->cleanups, record);
  spare_record(*pool.state, record);
}

void run_now(head &pool, pond_cleanup *cleanup) noexcept {
  if (cleanup == nullptr || !is_there(pool)) return;
  if (record_of(cleanup)->handler == nullptr) return;
  state &s = *pool.state;
  const bool outermost = (s.flags & flag_running) == 0;
  s.flags |= flag_running;
  run(s, record_of(cleanup));
  finish_running(s, outermost);
}

bool own_fd(head &pool, int fd) noexcept {
  if (!can_be_owned(fd)) return false;
  return on_destroy(pool, close_descriptor, as_data(fd)) != nullptr;
}

bool own_temp_file(head &pool, int fd, const char *path) noexcept {
  if (path == nullptr) {
    errno = EINVAL;
    return false;
  }
  if (!can_be_owned(fd)) return false;
  // One allocation, so that there is one thing to give back when the registration fails.
  const std::size_t length = std::strlen(path) + 1;
  const std::size_t size = sizes::add(sizeof(temp_file), length);
  auto *file = static_cast<temp_file *>(allocate(pool, size, alignof(temp_file)));
  if (file == nullptr) return false;
  *file = {fd, static_cast<const char *>(std::memcpy(file + 1, path, length))};
  if (on_destroy(pool, close_and_unlink, file) != nullptr) return true;
  release_sized(pool, file, size);
  return false;
}

bool close_fd(head &pool, int fd) noexcept {
  owned *cleanup = is_there(pool) ? pool.state->cleanups : nullptr;
  while (cleanup != nullptr && !owns(*cleanup, fd)) cleanup = cleanup->next;
  if (cleanup == nullptr) {
    errno = EBADF;
    return false;
  }
  run_now(pool, reinterpret_cast<pond_cleanup *>(cleanup));
  return true;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
