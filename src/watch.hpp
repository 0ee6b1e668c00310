// watch.hpp: the trap, the one place from which allocations are watched.
//
// A trapped pool's head hides its bounds, so that every request arrives in refill and from there in
// trapped_allocate. What of it the tools are told stands in tools.hpp.
#ifndef POND_SRC_WATCH_HPP
#define POND_SRC_WATCH_HPP

#include "state.hpp"
#include "tools.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Whether new pools are trapped: a sanitizer or memcheck is there, or `own` was asked for.
bool watching() noexcept;

/// Whether what a watched pool allocates has upstream memory of its own, each piece: `own`.
bool owns_each() noexcept;

/// Counts an upstream call; true for one that `fail=N` or `fail=N-M` names.
bool must_fail() noexcept;

/// Reads settings in the form of POND_OPTIONS; false at the first word it does not know, with
/// nothing changed.
bool configure(const char *text) noexcept;

/// Makes a new pool a trapped one; false when there is no memory for its extension.
bool trap(head &pool) noexcept;

/// Closes what a trapped pool, as new, has free in its first block.
void close_room(const head &pool) noexcept;

/// Whether a pool must not be allocated from: it is sealed, or destroyed by its own cleanup. Says
/// so.
bool refuses(const state &s) noexcept;

/// Notes that this thread is in a trapped pool: if another one is, what the pool has is half
/// changed, and the program is stopped with a report. Whether two calls meet is chance. Null: it
/// was there before.
extension *enter_trapped(state &s) noexcept;
void leave_trapped(extension &entered) noexcept;

/// For the length of a call. Of a pool that is not trapped nothing is noted.
class exclusive_use {
 public:
  explicit exclusive_use(state &s) noexcept
      : entered_((s.flags & flag_trapped) != 0 ? enter_trapped(s) : nullptr) {}
  ~exclusive_use() {
    if (entered_ != nullptr) leave_trapped(*entered_);
  }
  exclusive_use(const exclusive_use &) = delete;
  exclusive_use &operator=(const exclusive_use &) = delete;

 private:
  extension *entered_;
};

/// refill for a pool that is trapped, sealed or doomed.
void *trapped_allocate(head &pool, std::size_t size, std::size_t alignment) noexcept;

/// Closes what a trapped pool was given back, or all but what is kept. Says so if it is not the
/// pool's, does not begin there, or is not all in use.
void trapped_release(state &s, void *p, std::size_t size) noexcept;
void trapped_shrink(state &s, void *p, std::size_t size, std::size_t kept) noexcept;

/// Who is told of misuse; null: standard error.
void set_report(pond_report_callback *report, void *context) noexcept;

/// The tag of a pool, or "".
tag_text tag_of(const state &s) noexcept;

/// Misuse of a pool, reported with its tag, and errno.
void report(const char *tag, int error, const char *what) noexcept;
void misuse(const state &s, int error, const char *what) noexcept;

// ended.cpp

/// Where the head of a pool lies that has it in its first block, which the library frees: as was
/// asked for, so that leak checkers see what refers to the block; but behind what a tool's free()
/// notes there, which would go over what the head tells of its end. Not asked of a head elsewhere.
embedding placed(const embedding &where) noexcept;

/// What the head of a trapped pool shows that its user ends for good: what it is known by
/// afterwards, or the sentinel.
POND_COLD unsigned char *shown_when_ended(const head &pool) noexcept;

/// What a head shows then that lies in the pool's first block.
POND_COLD unsigned char *place_of_stone(const state &s) noexcept;

/// Whether there is as a rule nothing of its user's in that block: so that it may be kept for a
/// while after the end, and the head tell of it.
POND_COLD bool outlasts(const state &s) noexcept;

/// Keeps such a block, of which only the head is there any more, and gives an older one back.
POND_COLD void bury(state &s, head &left) noexcept;

/// Whether a pool without a state is known to have ended. Says so; for who uses it all the same.
POND_COLD bool tells_of_end(const head &pool) noexcept;
inline bool has_ended(const head &pool) noexcept {
  return pool.cur != nowhere() && tells_of_end(pool);
}

/// Whether a pool has a state. Says so if it had one, and is used all the same.
inline bool is_there(const head &pool) noexcept {
  if (pool.state != nullptr) return true;
  (void)has_ended(pool);
  return false;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
