// actor.hpp: what a cleanup can do with its pool while it runs, and what the oracle asks, for
// contenders that can do it all.
#ifndef POND_WORKLOAD_ACTOR_HPP
#define POND_WORKLOAD_ACTOR_HPP

#include <cstddef>
#include <cstdint>

namespace workload {

/// Each is about the pool of this number.
class actor {
 public:
  using callback = void (*)(void *);

  virtual ~actor() = default;

  virtual void *allocate(std::uint32_t pool, std::size_t size) = 0;
  /// The cleanup's handle; null where it is refused.
  virtual void *on_destroy(std::uint32_t pool, callback handler, void *token) = 0;
  virtual void cancel(std::uint32_t pool, void *handle) = 0;
  virtual bool open_mark(std::uint32_t pool) = 0;
  /// To the mark that was opened last.
  virtual bool rewind_mark(std::uint32_t pool) = 0;
  /// A child that nobody refers to, with one cleanup.
  virtual bool make_child(std::uint32_t pool, callback handler, void *token) = 0;
  virtual void try_reset(std::uint32_t pool) = 0;
  /// Whether it has taken memory: among its parent's children its place is that of its first use.
  virtual bool is_used(std::uint32_t pool) = 0;

 protected:
  actor() = default;
  actor(const actor &) = default;
  actor &operator=(const actor &) = default;
};

}  // namespace workload

#endif
