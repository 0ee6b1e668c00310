// watch.cpp: the trap.
#include "watch.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <pthread.h>

#include "cache.hpp"
#include "memory.hpp"
#include "settings.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

void to_standard_error(void * /*context*/, const char *tag, int error, const char *what) {
  if (error == 0) {
    std::fprintf(stderr, "pond: %s\n", what);
  } else {
    std::fprintf(stderr, "pond: pool \"%s\": %s\n", tag, what);
  }
}

constinit struct {
  pond_report_callback *report;
  void *context;
} reporting{to_standard_error, nullptr};

constexpr std::size_t most_of_a_text = 128;  // the longest that there is has 74 characters

struct watcher {
  bool by_tools = false;
  settings chosen;
};

constinit watcher process{};
constinit std::uint64_t upstream_calls = 0;  // atomic
constinit pthread_once_t once = PTHREAD_ONCE_INIT;

void begin_process() noexcept {
  process.by_tools = find_tools();
  const char *text = secure_getenv("POND_OPTIONS");
  if (text == nullptr) return;
  settings read{};
  if (read_settings(text, read)) {
    process.chosen = read;
  } else {
    std::fprintf(stderr,
                 "pond: POND_OPTIONS ignored: cannot read \"%s\"; it knows abort, own, fail=N and "
                 "fail=N-M\n",
                 text);
  }
}

const watcher &watch() noexcept {
  pthread_once(&once, begin_process);
  return process;
}

/// Whether it lies in the later blocks of this pool that are newer than one of them.
bool in_later_blocks(const state &s, const block *until, const void *p, std::size_t size) noexcept {
  const block *b = s.first.next;
  while (b != until && !lies_in(b + 1, b->size - sizeof(block), p, size)) b = next_of(*b);
  return b != until;
}

/// Whether it lies in the blocks of this pool.
bool in_blocks(const state &s, const void *p, std::size_t size) noexcept {
  const std::size_t prefix = s.prefix * sizeof(void *);
  return lies_in(&s + 1, s.first.size - prefix - sizeof(state), p, size) ||
         in_later_blocks(s, nullptr, p, size);
}

/// Whether it is older than an open mark, and so there again after the rewind. No room that was
/// left before it is filled: a trapped pool has only the one of its current block.
bool is_below_a_mark(const state &s, const void *p, std::size_t size) noexcept {
  const mark_record *mark = s.marks;
  return mark != nullptr && !in_later_blocks(s, mark->newest, p, size) &&
         !lies_in(mark->cur, static_cast<std::size_t>(mark->end - mark->cur), p, size);
}

/// How many bytes a trapped pool keeps closed at the end of its user's buffer: none where that has
/// no room for them. Where an exception is thrown, AddressSanitizer opens the whole stack, and so
/// all of a buffer there: then these are open, too.
std::size_t witness(const state &s) noexcept {
  return inside(s) > extension_inside ? inside(s) - extension_inside : 0;
}

/// Whether red zones around this memory may be gone.
bool is_forgotten(state &s, const void *p, std::size_t size) noexcept {
  if ((s.flags & flag_borrowed) == 0 || in_later_blocks(s, nullptr, p, size)) return false;
  if (witness(s) == 0) return opens_stacks();
  return !has_closed(base_of(s) + s.first.size - inside(s), 1);
}

/// Whether that is all of one allocation, as far as can be seen. Says so if not.
bool is_given(state &s, void *p, std::size_t size) noexcept {
  auto *at = static_cast<unsigned char *>(p);
  const bool forgotten = is_forgotten(s, p, size);
  if (!in_blocks(s, p, size) || !(forgotten || has_closed(at - 1, 1))) {
    misuse(s, EINVAL, "given memory that is not the pool's");
    return false;
  }
  if (!is_open(p, size)) {
    misuse(s, EINVAL, "given memory twice, or with a wrong size");
    return false;
  }
  // What allocate_at_least() gave may be longer, but not by a red zone.
  if (!s.ext->has_open_tails && !forgotten && !has_closed(at + size, red_zone)) {
    misuse(s, EINVAL, "given memory with a wrong size");
    return false;
  }
  return true;
}

/// What tells this thread from the others that are alive. (Two whose storage is a multiple of 4 GiB
/// apart are taken for one, and not reported.)
std::uint32_t this_thread() noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&errno)) | 1;
}

[[noreturn]] void met(const state &s) noexcept {
  misuse(s, EBUSY, "used by two threads at once; the program is stopped");
  std::abort();
}

}  // namespace

// Relaxed, both: what orders nothing hides no race from ThreadSanitizer.
extension *enter_trapped(state &s) noexcept {
  const std::uint32_t self = this_thread();
  std::uint32_t inside = 0;
  if (__atomic_compare_exchange_n(&s.ext->thread_inside, &inside, self, false, __ATOMIC_RELAXED,
                                  __ATOMIC_RELAXED)) {
    return s.ext;
  }
  if (inside != self) met(s);
  return nullptr;  // a callback of this thread's own call is part of that
}

void leave_trapped(extension &entered) noexcept {
  __atomic_store_n(&entered.thread_inside, 0, __ATOMIC_RELAXED);
}

bool watching() noexcept {
  const watcher &w = watch();
  return w.by_tools || w.chosen.own;
}

bool owns_each() noexcept { return watch().chosen.own; }

bool must_fail() noexcept {
  const settings &chosen = watch().chosen;
  if (chosen.fail_at == 0) [[likely]]
    return false;
  const std::uint64_t call = __atomic_add_fetch(&upstream_calls, 1, __ATOMIC_RELAXED);
  return call >= chosen.fail_at && call <= chosen.fail_until;
}

bool configure(const char *text) noexcept {
  watch();
  settings read{};
  if (text == nullptr || !read_settings(text, read)) {
    errno = EINVAL;
    return false;
  }
  process.chosen = read;
  __atomic_store_n(&upstream_calls, 0, __ATOMIC_RELAXED);
  cache_restart();
  return true;
}

bool trap(head &pool) noexcept {
  state &s = *pool.state;
  extension *ext = make_extension(pool);
  if (ext == nullptr) return false;
  if ((s.flags & flag_borrowed) != 0 && ext->holder == nullptr &&
      take_end_of_first_block(pool, red_zone, inside(s)) != nullptr) {
    ext->inside += red_zone;
  }
  ext->real = pool;
  s.flags |= flag_trapped;
  taken(s, base_of(s), s.first.size);
  close_room(pool);
  hide(pool);
  return true;
}

void close_room(const head &pool) noexcept {
  closed(pool.cur, static_cast<std::size_t>(pool.end - pool.cur) + witness(*pool.state));
}

bool refuses(const state &s) noexcept {
  if ((s.flags & (flag_sealed | flag_doomed)) == 0) [[likely]]
    return false;
  misuse(s, EPERM,
         (s.flags & flag_sealed) != 0 ? "allocation from a sealed pool"
                                      : "allocation from a destroyed pool");
  return true;
}

void *trapped_allocate(head &pool, std::size_t size, std::size_t alignment) noexcept {
  state &s = *pool.state;
  if (refuses(s)) return nullptr;
  const exclusive_use here(s);
  head &h = real(pool);
  if (alignment < granule) alignment = granule;
  const std::size_t lead = alignment > red_zone ? alignment : red_zone;
  const std::size_t whole = sizes::add(lead + red_zone, sizes::round_up(size, granule));
  // What is large is the same as without a tool: the red zone does not count.
  const bool large = sizes::with_alignment(size, alignment) > s.threshold;
  if (owns_each() || large) return take_large(h, size, alignment);
  auto *at = static_cast<unsigned char *>(carve(h, whole, alignment));
  if (at == nullptr) return nullptr;
  closed(at, whole);  // up to the next granule, too
  opened(at + lead, size);
  return at + lead;
}

void trapped_release(state &s, void *p, std::size_t size) noexcept {
  if (size == 0 && !in_blocks(s, p, size)) return;
  if (is_given(s, p, size) && !is_below_a_mark(s, p, size)) closed(p, size);
}

void trapped_shrink(state &s, void *p, std::size_t size, std::size_t kept) noexcept {
  if (!is_given(s, p, size)) return;
  if (is_below_a_mark(s, p, size)) {
    s.ext->has_open_tails = true;
  } else {
    closed(static_cast<unsigned char *>(p) + kept, size - kept);
  }
}

void seal(head &pool) noexcept {
  if (pool.state == nullptr && !first_use(pool)) return;
  state &s = *pool.state;
  if ((s.flags & flag_sealed) != 0) return;
  s.flags |= flag_sealed;
  head &h = real(pool);
  if ((s.flags & flag_trapped) != 0) return;  // it shows nothing as it is
  keep_room(s, h.cur, h.end);
  hide(h);
}

void set_report(pond_report_callback *report, void *context) noexcept {
  reporting = {report != nullptr ? report : to_standard_error, context};
}

void broken(const char *what) noexcept {
  char text[most_of_a_text];
  std::snprintf(text, sizeof(text), "%s was overwritten, or is gone; the program is stopped", what);
  reporting.report(reporting.context, "", 0, text);
  std::abort();
}

void report(const char *tag, int error, const char *what) noexcept {
  reporting.report(reporting.context, tag, error, what);
  if (watch().chosen.abort) std::abort();
  errno = error;
}

tag_text tag_of(const state &s) noexcept {
  tag_text tag = {};
  if (extended(s)) std::memcpy(tag.text, s.ext->tag, tag_capacity - 1);
  return tag;
}

void misuse(const state &s, int error, const char *what) noexcept {
  report(tag_of(s).text, error, what);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
