/// @file pond/pool.hpp
/// The pool for C++20.
///
///     pond::pool pool;                                       // costs nothing until first used
///     auto *request = pool.make<request_type>(connection);   // its destructor is the pool's
///     std::string_view path = pool.copy(line);               // until the pool ends
///     pool.own_fd(open(path.data(), O_RDONLY));              // closed by it
///     ...
///                                                            // all of it goes with the pool
///
/// A pool hands out memory by moving a pointer, owns what must be released with it, and gives all
/// of it back at once, last in first out, as nginx's ngx_pool_t. When not to use it: for objects
/// that live and die one by one; what is small stays until reset, rewind or destruction.
///
/// For every member, unless it says otherwise:
/// - **Failure**: throws std::bad_alloc (limit_exceeded when a quota says no), or std::system_error
///   (EPERM) where the pool is sealed; nothing has changed, but for a new block or a spare record.
/// - **Size 0**: a pointer that is not null and must not be dereferenced.
/// - **Alignment**: any power of two; larger than 16 goes the cold way.
/// - **Lifetime**: memory lives until the pool is reset or destroyed, or rewound to before it.
/// - **Threads**: a pool, with its children, belongs to one thread at a time; hand it over freely.
/// - **Moving** keeps all memory where it is; what refers to the pool object does not follow.
#ifndef POND_POOL_HPP
#define POND_POOL_HPP

#include <string_view>

#include "pond/detail/objects.hpp"
#include "pond/key.hpp"
#include "pond/options.hpp"

/// Everything for C++; what is in pond::detail is nobody's business.
namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// The pool: an object of three words. Not copyable, movable: a move keeps everything in its place,
/// and the moved-from pool is as default-constructed.
class pool {
 public:
  /// No memory is taken until the first allocation, which makes a pool with default options.
  constexpr pool() noexcept : head_{detail::nowhere(), detail::nowhere(), nullptr} {}

  /// A pool with a first block of this many bytes, 80 of which it needs itself. 0: the default,
  /// 4096; any other size is accepted, too small or odd ones are rounded up. About 60 instructions
  /// where a block of that size was used before by this thread.
  explicit pool(std::size_t first_block) { detail::check(detail::create(head_, first_block)); }

  /// A pool with a quota, an upstream, a tag, a buffer: see options.hpp. Throws std::system_error
  /// (EINVAL) for options that can never be right.
  explicit pool(const options &wanted) : pool(wanted, nullptr) {}

  /// Takes over what is in `other`, which is then as default-constructed. Memory, children and
  /// cleanups stay where they are; the three words move. Not to be done by its own cleanups.
  pool(pool &&other) noexcept : head_(std::exchange(other.head_, pool().head_)) {
    detail::moved(head_);
  }
  /// The same, after what was in this pool has ended.
  pool &operator=(pool &&other) noexcept {
    if (this == &other) return *this;
    detail::destroy(head_);
    head_ = std::exchange(other.head_, pool().head_);
    detail::moved(head_);
    return *this;
  }

  /// Children first, then cleanups, last in first out, then all memory. A pool that one of its own
  /// cleanups destroys ends when they have run.
  ~pool() {
    if (!detail::is_empty(head_)) detail::destroy(head_);
  }

  /// @name Memory and objects
  /// @{

  /// `size` bytes, not zeroed. Where it fits the current block, ten instructions with a constant
  /// alignment up to 16, eight if the size is constant, or was compared with a bound before. What
  /// is above options.large_threshold and does not fit is large: it has memory of its own, and
  /// free() gives it back. Alignments that are no power of two: std::system_error (EINVAL).
  [[nodiscard]] void *allocate(std::size_t size, std::size_t alignment = default_alignment) {
    return detail::allocate<detail::refill_or_throw>(head_, size, alignment);
  }

  /// The same; null instead of an exception, with errno ENOMEM, EDQUOT, EINVAL or EPERM.
  [[nodiscard]] void *try_allocate(std::size_t size,
                                   std::size_t alignment = default_alignment) noexcept {
    return detail::allocate<detail::refill>(head_, size, alignment);
  }

  /// `size` bytes, all zero; else as allocate(). Not for what is written at once.
  [[nodiscard]] void *allocate_zeroed(std::size_t size, std::size_t alignment = default_alignment) {
    return detail::allocate_zeroed_or_throw(head_, size, alignment);
  }

  /// The same; null instead of an exception.
  [[nodiscard]] void *try_allocate_zeroed(std::size_t size,
                                          std::size_t alignment = default_alignment) noexcept {
    return detail::allocate<detail::refill_zeroed<>, detail::zeroed>(head_, size, alignment);
  }

  /// Memory of its own, whatever the size, that free() gives back: for buffers that end earlier.
  /// Comes through the same block cache as everything else; about twice the cost of a pool.
  [[nodiscard]] void *allocate_large(std::size_t size, std::size_t alignment = default_alignment) {
    return detail::checked(detail::allocate_large(head_, size, alignment));
  }

  /// The same; null instead of an exception.
  [[nodiscard]] void *try_allocate_large(std::size_t size,
                                         std::size_t alignment = default_alignment) noexcept {
    return detail::allocate_large(head_, size, alignment);
  }

  /// Gives a large allocation back, in constant time on average; false: `p` is not one, nothing
  /// happened. Any pointer is safe to ask about: it is compared, never followed.
  bool free(const void *p) noexcept { return detail::release(head_, p); }

  /// Gives back what was allocated with this size: the newest and the large ones at once; else it
  /// stays until reset, or is recycled. Null is fine. Where a tool watches, mistakes are reported.
  void deallocate(void *p, std::size_t size,
                  [[maybe_unused]] std::size_t alignment = default_alignment) noexcept {
    if (!detail::retract(head_, p, size)) detail::release_sized(head_, p, size);
  }

  /// Grows or shrinks the newest allocation where it stands; false when it is not the newest, the
  /// block has no room, a tool watches or the pool recycles: nothing happened. For a growing line.
  [[nodiscard]] bool try_extend(void *p, std::size_t old_size, std::size_t new_size) noexcept {
    return detail::extend(head_, p, old_size, new_size);
  }

  /// Constructs a T in the pool. Its destructor is run with the pool, where it has one that does
  /// something; otherwise nothing is registered. What the constructor throws is passed on, and its
  /// memory is given back. A T, or a member of a pair, with an allocator_type that pond::allocator
  /// converts to gets one for this pool by the standard's rule; from make_span(), emplace(), too.
  template <class T, class... Arguments>
  T *make(Arguments &&...arguments) {
    return detail::make<T>(head_, allocator<T>(*this), std::forward<Arguments>(arguments)...);
  }

  /// `count` value-initialized Ts, destroyed last to first with the pool. The product of count and
  /// size is checked: std::bad_array_new_length.
  template <class T>
  std::span<T> make_span(std::size_t count) {
    return detail::make_span<T>(head_, allocator<T>(*this), count);
  }

  /// A copy of the text in the pool, packed; a zero byte stands behind it, for C.
  std::string_view copy(std::string_view text) {
    return {detail::checked(detail::copy_string(head_, text.data(), text.size())), text.size()};
  }

  /// @}

  /// @name Cleanups
  /// @{

  /// Has `callable()` called when the pool ends, is reset or rewound; the newest runs first. The
  /// callable is moved into the pool and destroyed after the call. An exception that leaves it
  /// ends the program, as one that leaves a destructor. It may use the pool. Costs 48 bytes, which
  /// have room for one reference or pointer. The handle is void once it ran or was cancelled.
  template <class Callable>
  cleanup *on_destroy(Callable &&callable) {
    return detail::on_destroy(head_, std::forward<Callable>(callable));
  }

  /// Forgets a cleanup; its handle is then void. Constant time. A callable that is cancelled is not
  /// destroyed either: its memory is the pool's.
  void cancel(cleanup *registered) noexcept { detail::cancel(head_, registered); }

  /// Runs a cleanup now instead of later; its handle is then void. Constant time.
  void run(cleanup *registered) noexcept { detail::run_now(head_, registered); }

  /// Gives the pool a descriptor to close, once. Throws std::system_error: EBADF, it is not open,
  /// and still the caller's; of -1, what a failed open() returns, with the errno of that.
  void own_fd(int fd) { detail::check(detail::own_fd(head_, fd)); }

  /// The same, and a file to unlink before, whose path is copied.
  void own_temp_file(int fd, const char *path) {
    detail::check(detail::own_temp_file(head_, fd, path));
  }

  /// Closes an owned descriptor now, and unlinks its file; false: it is not owned.
  bool close_fd(int fd) noexcept { return detail::close_fd(head_, fd); }

  /// @}

  /// @name Values by key
  /// What parts of a program that do not know each other keep with a request, each under a key of
  /// its own. nginx's modules look through the cleanup list for it. When not to use them: for what
  /// one function makes and uses; a pointer does. A child does not see its parent's values.
  /// @{

  /// Constructs a T that get() finds by its key, and that ends with the pool, as a cleanup that was
  /// registered now: a reset or a rewind to before ends it, too. An earlier one of the same key is
  /// hidden until this one has ended, not destroyed. Fails as make(). Costs 96 bytes beside the
  /// object, the first one an extension of the pool's records, the ninth at a time a table.
  template <class T, class... Arguments>
  T &emplace(const key<T> &which, Arguments &&...arguments) {
    return detail::emplace<T>(head_, allocator<T>(*this), &which,
                              std::forward<Arguments>(arguments)...);
  }

  /// The newest value of a key in this pool, or null. Constant time on average.
  template <class T>
  [[nodiscard]] T *get(const key<T> &which) const noexcept {
    return static_cast<T *>(detail::get_value(head_, &which));
  }

  /// Destroys the newest value of a key now; get() finds the one before it, if there was one.
  /// False: there is none. The memory stays the pool's until reset, as of whatever is small.
  template <class T>
  bool erase(const key<T> &which) noexcept {
    return detail::end_value(head_, &which);
  }

  /// @}

  /// @name Life, and questions
  /// @{

  /// Empties the pool and keeps blocks up to options.keep. Cleanups run, children are destroyed,
  /// large allocations freed. Every pointer, handle and mark of the pool is void.
  void reset() noexcept { detail::reset(head_); }

  /// A pool that is destroyed with this one (before its cleanups) or by a rewind to before, and
  /// charged to its quota; the object is then as default-constructed. Until its first use it takes
  /// 48 bytes of this pool (which begins with that) alone, and they are used again when it ends.
  [[nodiscard]] pool child() {
    pool result;
    detail::check(detail::announce(result.head_, head_));
    return result;
  }

  /// The same with options, a limit of its own for example; takes memory at once.
  [[nodiscard]] pool child(const options &wanted) { return pool(wanted, &head_); }

  /// Takes all of `other` over: its memory stays where it is, and goes when this pool ends, is
  /// reset, or rewound to before now, none of it alone; its cleanups run then, before any of this
  /// pool's own. Until then it is charged to this pool, as a child is. For a result that outlives
  /// the request it was made in; for a few strings copy(). `other` is afterwards as
  /// default-constructed. Throws also std::system_error: EINVAL (it is this pool or an ancestor),
  /// EBUSY (its cleanups run, or others retain it); `other` is then as it was. Constant time but
  /// for ancestors; no copy. A buffer in its options must outlive this pool. Pointers, children and
  /// values of `other` stay good, its marks and scopes not. What refers to the pool object (a
  /// container, a resource) dangles when that object ends: see make_undestroyed().
  void adopt(pool &&other) { detail::check(detail::adopt(head_, other.head_)); }

  /// From now until a reset, allocating is an error (EPERM) that is reported with the pool's tag:
  /// for what is read once, a configuration, and must not grow unnoticed.
  void seal() noexcept { detail::seal(head_); }

  /// What the pool holds, with all descendants added up if `recursive`. Takes time in proportion to
  /// blocks, large allocations and cleanups: nothing is counted while allocating.
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
  /// @}

 private:
  friend class scope;
  friend class resource;
  template <class>
  friend class allocator;

  pool(const options &wanted, detail::head *parent) {
    detail::check(detail::create(head_, detail::converted(wanted, parent)));
  }

  detail::head head_;
};

static_assert(sizeof(pool) == 3 * sizeof(void *) && std::is_standard_layout_v<pool>);

/// Gives this thread's cached blocks back to the upstream. A thread does so itself when it ends,
/// and in part when its demand falls; this is for a thread that knows it will be idle for long.
inline void trim() noexcept { detail::trim(); }

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

// The rest of the whole: pond::scope, pond::unique_ptr, pond::allocator.
#include "pond/allocator.hpp"
#include "pond/scope.hpp"
#include "pond/unique_ptr.hpp"

#endif
