// by_hand.hpp: bump allocators as one writes them. In a header and not unnamed, as they would be:
// what only one source file can see is inlined by other rules.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace by_hand {

/// Chunks that double, and a pointer that moves.
class arena {
 public:
  arena() = default;
  arena(const arena &) = delete;
  arena &operator=(const arena &) = delete;
  ~arena() {
    for (void *chunk : chunks_) std::free(chunk);
  }
  /// Inlined, as pond's is.
  [[gnu::always_inline]] void *allocate(std::size_t size, std::size_t alignment) {
    std::uintptr_t at = (next_ + alignment - 1) & ~(alignment - 1);
    if (at + size > end_) [[unlikely]]
      at = grow(size);
    next_ = at + size;
    return reinterpret_cast<void *>(at);
  }
  /// Takes the newest back. Inlined, too.
  [[gnu::always_inline]] void deallocate(void *p, std::size_t size) {
    const auto at = reinterpret_cast<std::uintptr_t>(p);
    if (at + size == next_) next_ = at;
  }

 private:
  [[gnu::noinline]] std::uintptr_t grow(std::size_t size) {
    capacity_ = std::max(2 * capacity_, 2 * size);
    chunks_.push_back(std::malloc(capacity_));
    const auto at = reinterpret_cast<std::uintptr_t>(chunks_.back());
    end_ = at + capacity_;
    return at;
  }

  static constexpr std::size_t first_chunk = 4096;
  std::vector<void *> chunks_;
  std::uintptr_t next_ = 0;
  std::uintptr_t end_ = 0;
  std::size_t capacity_ = first_chunk / 2;
};

/// Gives back what is the newest, as pond::allocator does.
template <class T>
class allocator {
 public:
  using value_type = T;
  explicit allocator(arena &from) : arena_(&from) {}
  template <class U>
  allocator(const allocator<U> &other)  // NOLINT(google-explicit-constructor)
      : arena_(other.arena_) {}
  T *allocate(std::size_t n) {
    return static_cast<T *>(arena_->allocate(n * sizeof(T), alignof(T)));
  }
  void deallocate(T *p, std::size_t n) { arena_->deallocate(p, n * sizeof(T)); }
  friend bool operator==(const allocator &a, const allocator &b) { return a.arena_ == b.arena_; }

 private:
  template <class U>
  friend class allocator;
  arena *arena_;
};

/// Gives nothing back, as pond::monotonic_allocator.
template <class T>
class monotonic_allocator : public allocator<T> {
 public:
  using allocator<T>::allocator;
  template <class U>
  monotonic_allocator(const allocator<U> &other)  // NOLINT(google-explicit-constructor)
      : allocator<T>(other) {}
  void deallocate(T * /*p*/, std::size_t /*n*/) {}
};

}  // namespace by_hand
