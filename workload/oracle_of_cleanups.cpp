// oracle_of_cleanups.cpp: what cleanups are there, what they do, and whether it was their turn.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include <fmt/format.h>

#include "workload/oracle.hpp"

namespace workload {
namespace {

constexpr std::size_t bytes_of_a_cleanup = 40;  // that it allocates
constexpr std::uint32_t nobody = UINT32_MAX;    // the pool of what no operation is about

/// Whether there is no other end.
bool is_alone(int end) {
  pollfd asked = {end, 0, 0};
  return poll(&asked, 1, 0) == 1 && (asked.revents & POLLERR) != 0;
}

}  // namespace

oracle::~oracle() {
  for (const cleanup &c : cleanups_) {
    if (c.descriptor.kept >= 0) close(c.descriptor.kept);
  }
}

// --- What there is ------------------------------------------------------------------------------

void *oracle::token(const operation &o) {
  const std::size_t key = o.what == kind::set_value ? o.size % keys : no_key;
  const bool busy = o.what == kind::busy_cleanup;
  cleanups_.push_back({this, o.pool, busy ? act(1 + o.size % acts) : act::nothing, key});
  return &cleanups_.back();
}

void oracle::cleanup_registered(const operation &o, void *data, bool done, void *handle) {
  pool_state &pool = pools_[o.pool];
  if (done) {
    cleanups_.back().handle = handle;
    pool.cleanups.emplace_back(&cleanups_.back(), open_marks(o.pool));
  } else {
    ++failures_;
  }
  if (data == nullptr) return;
  operation memory = o;
  memory.what = kind::aligned;
  remember(memory, reinterpret_cast<std::uintptr_t>(data));
  pool.newest = 0;  // the cleanup's record came after it
}

/// A value is a cleanup that is found by its key.
void oracle::value_set(const operation &o, bool done) { cleanup_registered(o, nullptr, done); }

void oracle::value_is(const operation &o, std::size_t key, const void *found) {
  const auto newest = newest_of(o.pool, key);
  const void *expected = newest != pools_[o.pool].cleanups.rend() ? newest->first : nullptr;
  if (found != expected) report(fmt::format("another value is found for key {}", key));
}

/// So is a descriptor, which closes without being called.
int oracle::new_descriptor(const operation &o) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  auto *c = static_cast<cleanup *>(token(o));
  c->descriptor = {ends[0], ends[1]};
  return ends[0];
}

void oracle::descriptor_owned(const operation &o, bool done) {
  pools_[o.pool].newest = 0;
  cleanup_registered(o, nullptr, done);
  if (done) return;
  pipe_ends &ends = cleanups_.back().descriptor;
  if (is_alone(ends.kept)) report("a descriptor that was refused is closed");
  close(ends.given);
  close(ends.kept);
  ends = {};
}

oracle::registered::reverse_iterator oracle::newest_of(std::uint32_t pool, std::size_t key) {
  registered &list = pools_[pool].cleanups;
  return std::find_if(list.rbegin(), list.rend(),
                      [&](const auto &entry) { return entry.first->key == key; });
}

/// It is no longer its pool's.
oracle::cleanup *oracle::take(std::uint32_t pool, registered::reverse_iterator which) {
  registered &list = pools_[pool].cleanups;
  if (which == list.rend()) return nullptr;
  cleanup *taken = which->first;
  list.erase(std::next(which).base());
  return taken;
}

/// One of those that are so; 0 is the newest.
template <class Is>
oracle::cleanup *oracle::take_one(std::uint32_t pool, std::size_t choice, Is is) {
  registered &list = pools_[pool].cleanups;
  const auto is_one = [&](const auto &entry) { return is(*entry.first); };
  const auto count = std::count_if(list.begin(), list.end(), is_one);
  if (count == 0) return nullptr;
  auto found = std::find_if(list.rbegin(), list.rend(), is_one);
  for (std::size_t i = choice % static_cast<std::size_t>(count); i > 0; --i) {
    found = std::find_if(std::next(found), list.rend(), is_one);
  }
  return take(pool, found);
}

// --- Whose turn it is ---------------------------------------------------------------------------

/// What an operation is about, which is looked for before it happens.
void oracle::choose(const operation &o) {
  const auto is_descriptor = [](const cleanup &c) { return c.descriptor.given >= 0; };
  if (o.what == kind::end_value) {
    chosen_ = take(o.pool, newest_of(o.pool, o.size % keys));
  } else if (o.what == kind::close_descriptor) {
    chosen_ = take_one(o.pool, o.size, is_descriptor);
  } else {
    chosen_ = take_one(o.pool, o.size, has_handle);
  }
  if (o.what != kind::cancel) expect_now(chosen_);
}

void oracle::expect_now(cleanup *c) {
  one_alone_ = true;
  if (c != nullptr) expected_.push_back(c);
}

void oracle::handler(void *token) {
  auto &c = *static_cast<cleanup *>(token);
  c.self->ran(c);
}

void oracle::ran(cleanup &c) {
  settle_descriptors();
  if (c.ran) report("a cleanup ran twice");
  c.ran = true;
  if (expected_.empty()) return report("a cleanup ran that nobody expected");
  if (expected_.back() != &c) report("cleanups ran in the wrong order");
  std::erase(expected_, &c);
  if (!expected_.empty() && is_alone(expected_.back()->descriptor.kept)) {
    report("a descriptor was closed before its turn");
  }
  do_act(c);
}

/// Those whose turn it was, after which something else has happened.
void oracle::settle_descriptors() {
  while (!expected_.empty() && expected_.back()->descriptor.kept >= 0) {
    int &kept = expected_.back()->descriptor.kept;
    if (!is_alone(kept)) report("a descriptor is still open");
    close(kept);
    kept = -1;
    expected_.pop_back();
  }
}

// --- What they do -------------------------------------------------------------------------------

void oracle::do_act(const cleanup &c) {
  if (c.does == act::nothing) return;
  pools_[c.pool].newest = 0;
  switch (c.does) {
    case act::registers:
      allocate_in(c.pool, one_alone_);
      if (cleanup *next = register_in(c.pool); next != nullptr) {
        if (!one_alone_) return expected_.push_back(next);
        pools_[c.pool].cleanups.emplace_back(next, open_marks(c.pool));
      }
      return;
    case act::rewinds:
      return rewind_in(c.pool);
    case act::leaves_a_mark:
      if (!one_alone_ && actor_->open_mark(c.pool)) allocate_in(c.pool, false);
      return;
    case act::makes_a_child:
      return make_child_in(c.pool);
    case act::resets: {
      const std::size_t rest = expected_.size();
      actor_->try_reset(c.pool);
      if (expected_.size() != rest) report("a cleanup has reset its pool");
      return;
    }
    default:
      return cancel_in(c.pool);
  }
}

/// What it gets must be nobody's.
void oracle::allocate_in(std::uint32_t pool, bool stays) {
  void *p = actor_->allocate(pool, bytes_of_a_cleanup);
  if (p == nullptr) return;
  const operation o{kind::aligned, malloc_alignment, pool, {0}, bytes_of_a_cleanup, nullptr};
  const auto at = reinterpret_cast<std::uintptr_t>(p);
  if (stays) {
    remember(o, at);
    pools_[pool].newest = 0;
  } else {
    check_overlap(o, at);
    std::memset(p, UCHAR_MAX, o.size);
  }
}

oracle::cleanup *oracle::register_in(std::uint32_t pool) {
  auto *next = static_cast<cleanup *>(token({kind::cleanup, 0, pool, {0}, 0, nullptr}));
  next->handle = actor_->on_destroy(pool, handler, next);
  return next->handle != nullptr ? next : nullptr;
}

void oracle::rewind_in(std::uint32_t pool) {
  if (!actor_->open_mark(pool)) return;
  allocate_in(pool, false);
  cleanup *above = register_in(pool);
  if (above != nullptr) expected_.push_back(above);
  if (!actor_->rewind_mark(pool)) report("a cleanup cannot rewind to its own mark");
  if (above != nullptr && !above->ran) report("what a cleanup has rewound did not run");
}

/// It goes before the next cleanup of its pool runs.
void oracle::make_child_in(std::uint32_t pool) {
  if (one_alone_) return;
  auto *last = static_cast<cleanup *>(token({kind::cleanup, 0, nobody, {0}, 0, nullptr}));
  if (actor_->make_child(pool, handler, last)) expected_.push_back(last);
}

void oracle::cancel_in(std::uint32_t pool) {
  const auto is_one = [&](const cleanup *c) { return c->pool == pool && has_handle(*c); };
  const cleanup *victim = nullptr;
  if (one_alone_) {
    victim = take_one(pool, 0, has_handle);
  } else if (const auto found = std::find_if(expected_.begin(), expected_.end(), is_one);
             found != expected_.end()) {
    victim = *found;
    expected_.erase(found);
  }
  if (victim != nullptr) actor_->cancel(pool, victim->handle);
}

}  // namespace workload
