// pond/pool.hpp: the pool for C++20.
//
//     pond::pool pool;                                       // costs nothing until first used
//     auto *request = pool.make<request_type>(connection);   // its destructor is the pool's business
//     std::string_view path = pool.copy(line);
//     pool.own_fd(open(path.data(), O_RDONLY));
//     ...
//                                                            // all of it goes with the pool
//
// A pool hands out memory by moving a pointer, owns what must be released with it, and gives all
// of it back at once, last in first out. When not to use it: for objects that live and die one by
// one over a long time; what is small stays until reset, rewind or destruction.
//
// For every member, unless it says otherwise:
//   Failure    throws std::bad_alloc (limit_exceeded when a quota says no); nothing has changed.
//   Size 0     a pointer that is not null and must not be dereferenced.
//   Alignment  any power of two; larger than 16 goes the cold way.
//   Lifetime   memory lives until the pool is reset or destroyed, or rewound to before it.
//   Threads    a pool, with its children, belongs to one thread at a time; hand it over freely.
//   Moving     keeps all memory where it is; allocators, scopes and handles that refer to the
//              pool object itself do not follow.
#ifndef POND_POOL_HPP
#define POND_POOL_HPP

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "pond/detail/bump.hpp"
#include "pond/detail/core.hpp"
#include "pond/detail/objects.hpp"
#include "pond/options.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

class pool {
 public:
  /// No memory is taken until the first allocation, which makes a pool with default options.
  constexpr pool() noexcept : head_{detail::nowhere(), detail::nowhere(), nullptr} {}

  /// A pool with a first block of this many bytes, 72 of which it needs itself.
  explicit pool(std::size_t first_block) {
    if (!detail::create(head_, first_block)) detail::throw_failure();
  }
  explicit pool(const options &wanted) : pool(wanted, nullptr) {}

  /// What was in this pool ends as if it were destroyed; `other` is then as default-constructed.
  pool(pool &&other) noexcept : head_(std::exchange(other.head_, pool().head_)) {
    detail::moved(head_);
  }
  pool &operator=(pool &&other) noexcept {
    if (this != &other) {
      detail::destroy(head_);
      head_ = std::exchange(other.head_, pool().head_);
      detail::moved(head_);
    }
    return *this;
  }

  /// Children first, then cleanups, last in first out, then all memory.
  ~pool() {
    if (head_.state != nullptr) detail::destroy(head_);
  }

  // --- Memory -------------------------------------------------------------------------------

  /// Ten instructions where it fits the current block.
  [[nodiscard]] void *allocate(std::size_t size, std::size_t alignment = default_alignment) {
    return detail::allocate<detail::refill_or_throw>(head_, size, alignment);
  }

  /// The same; null instead of an exception, with errno ENOMEM, EDQUOT, EINVAL or EPERM.
  [[nodiscard]] void *try_allocate(std::size_t size,
                                   std::size_t alignment = default_alignment) noexcept {
    return detail::allocate<detail::refill>(head_, size, alignment);
  }

  /// Memory of its own, whatever the size, that free() gives back: for buffers that end earlier.
  [[nodiscard]] void *allocate_large(std::size_t size, std::size_t alignment = default_alignment) {
    return detail::checked(detail::allocate_large(head_, size, alignment));
  }

  /// Gives a large allocation back, in constant time on average; false: `p` is not one, nothing
  /// happened. Any pointer is safe to ask about: it is compared, never followed.
  bool free(const void *p) noexcept { return detail::release(head_, p); }

  /// Gives back what was allocated with this size: the newest and the large ones at once; anything
  /// else stays until reset.
  void deallocate(void *p, std::size_t size,
                  [[maybe_unused]] std::size_t alignment = default_alignment) noexcept {
    if (!detail::retract(head_, p, size)) detail::release_sized(head_, p, size);
  }

  /// Grows or shrinks the newest allocation where it stands; false when it is not the newest or
  /// the block has no room: then nothing happened.
  [[nodiscard]] bool try_extend(void *p, std::size_t old_size, std::size_t new_size) noexcept {
    return detail::extend(head_, p, old_size, new_size);
  }

  // --- Objects ------------------------------------------------------------------------------

  /// Constructs a T in the pool. Its destructor is run with the pool, where it has one that does
  /// something; otherwise nothing is registered. What the constructor throws is passed on.
  template <class T, class... Arguments>
  T *make(Arguments &&...arguments) {
    return detail::make<T>(head_, std::forward<Arguments>(arguments)...);
  }

  /// `count` value-initialized Ts, destroyed last to first with the pool.
  template <class T>
  std::span<T> make_span(std::size_t count) {
    return detail::make_span<T>(head_, count);
  }

  /// A copy of the text in the pool, packed; a zero byte stands behind it.
  std::string_view copy(std::string_view text) {
    return {detail::checked(detail::copy_string(head_, text.data(), text.size())), text.size()};
  }

  // --- Cleanups -----------------------------------------------------------------------------

  /// Has `callable()` called when the pool ends, is reset or rewound; the newest runs first. The
  /// callable is moved into the pool and destroyed after the call. An exception that leaves it
  /// ends the program, as one that leaves a destructor.
  template <class Callable>
  cleanup *on_destroy(Callable &&callable) {
    return detail::on_destroy(head_, std::forward<Callable>(callable));
  }

  /// Forgets a cleanup, or runs it now; its handle is then void. Constant time. A callable that is
  /// cancelled is not destroyed either: its memory is the pool's.
  void cancel(cleanup *registered) noexcept { detail::cancel(head_, registered); }
  void run(cleanup *registered) noexcept { detail::run_now(head_, registered); }

  /// Gives the pool a descriptor to close, and a file to unlink. Throws std::system_error (EBADF)
  /// when it is not open; it is then still the caller's.
  void own_fd(int fd) { detail::check(detail::own_fd(head_, fd)); }
  void own_temp_file(int fd, const char *path) {
    detail::check(detail::own_temp_file(head_, fd, path));
  }

  /// Closes an owned descriptor now, and unlinks its file; false: it is not owned.
  bool close_fd(int fd) noexcept { return detail::close_fd(head_, fd); }

  // --- Life ---------------------------------------------------------------------------------

  /// Empties the pool and keeps blocks up to options.keep. Cleanups run, children are destroyed.
  void reset() noexcept { detail::reset(head_); }

  /// A pool that is destroyed with this one and charged to its quota. When this pool ends first,
  /// the child object is left as default-constructed.
  [[nodiscard]] pool child(const options &wanted = {}) { return pool(wanted, &head_); }

  /// From now until a reset, allocating is an error that is reported with the pool's tag.
  void seal() noexcept { detail::seal(head_); }

  // --- Questions ----------------------------------------------------------------------------

  [[nodiscard]] pond::stats stats(bool recursive = false) const noexcept {
    pond::stats result;
    detail::get_stats(head_, result, recursive);
    return result;
  }

  /// Whether this pool lives at least as long as `other`: it is the same or an ancestor.
  [[nodiscard]] bool outlives(const pool &other) const noexcept {
    return detail::outlives(head_, other.head_);
  }

  /// The name given in the options, or "".
  [[nodiscard]] const char *tag() const noexcept { return detail::tag(head_); }

  /// The same pool for the functions of pond.h. Not for pond_destroy; void after a move.
  [[nodiscard]] pond_pool *handle() noexcept { return reinterpret_cast<pond_pool *>(&head_); }

  /// What malloc aligns to.
  static constexpr std::size_t default_alignment = detail::block_alignment;

 private:
  friend class scope;

  pool(const options &wanted, detail::head *parent) {
    if (!detail::create(head_, detail::converted(wanted, parent))) detail::throw_failure();
  }

  detail::head head_;
};

static_assert(sizeof(pool) == 3 * sizeof(void *) && std::is_standard_layout_v<pool>);

/// Marks the pool on entry and rewinds it on exit: exactly what was allocated and registered in
/// between goes, cleanups included, also when an exception passes. Scopes nest.
class scope {
 public:
  /// Costs 56 bytes of the pool while it lasts.
  explicit scope(pool &marked) : head_(marked.head_), mark_(detail::get_mark(head_)) {
    if (mark_.opaque[0] == 0) detail::throw_failure();
  }
  ~scope() {
    if (mark_.opaque[0] != 0) detail::rewind(head_, mark_);
  }
  scope(const scope &) = delete;
  scope &operator=(const scope &) = delete;

  /// Keeps what came since: the pool is not rewound at the end of the scope.
  void commit() noexcept {
    if (mark_.opaque[0] != 0) detail::commit(head_, std::exchange(mark_, {}));
  }

 private:
  detail::head &head_;
  pond_mark mark_;
};

/// Destroys an object early and gives its memory back if it was the newest. It must be gone before
/// its pool is reset or destroyed: the pool does not know of the object.
template <class T>
struct deleter {
  pool *from = nullptr;
  void operator()(T *object) const noexcept {
    std::destroy_at(object);
    from->deallocate(object, sizeof(T), alignof(T));
  }
};

template <class T>
using unique_ptr = std::unique_ptr<T, deleter<T>>;

/// A T in `from`, owned by the unique_ptr instead of the pool.
template <class T, class... Arguments>
unique_ptr<T> make_unique(pool &from, Arguments &&...arguments) {
  void *place = from.allocate(sizeof(T), alignof(T));
  detail::give_back_on_throw guard{*reinterpret_cast<detail::head *>(from.handle()), place,
                                   sizeof(T)};
  T *object = ::new (place) T(std::forward<Arguments>(arguments)...);
  guard.place = nullptr;
  return unique_ptr<T>(object, deleter<T>{&from});
}

/// Gives this thread's cached blocks back to the upstream.
inline void trim() noexcept { detail::trim(); }

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
