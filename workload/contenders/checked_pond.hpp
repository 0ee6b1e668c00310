// contenders/checked_pond.hpp: pond with everything it can do, for programs that check it:
// children, marks, options, an upstream that may fail. Not for measuring.
#ifndef POND_WORKLOAD_CONTENDERS_CHECKED_POND_HPP
#define POND_WORKLOAD_CONTENDERS_CHECKED_POND_HPP

#include <cerrno>
#include <memory>
#include <new>
#include <system_error>

#include "workload/actor.hpp"
#include "workload/contenders/pond.hpp"

namespace workload {

class checked_pond : public actor {
 public:
  /// `options` are those of every pool, the first block apart. Where they are the default ones,
  /// pools are made without, as most are.
  explicit checked_pond(const program &work, const pond::options &options = {})
      : pools_(work.pools),
        registered_(work.pools),
        marks_(work.pools),
        ended_(work.pools),
        sealed_(work.pools),
        options_(options) {
    if (options.hard_limit == SIZE_MAX) return;
    options_.soft_limit = options.hard_limit / 2;
    options_.on_limit = told;
    options_.on_limit_context = this;
  }
  checked_pond(const checked_pond &) = delete;
  checked_pond &operator=(const checked_pond &) = delete;

  bool create(const operation &o) {
    return begin(o, [&](const pond::options &options) {
      return plain() ? pond::pool(options.first_block) : pond::pool(options);
    });
  }
  bool create_child(const operation &o) {
    return begin(o, [&](const pond::options &options) {
      return o.size == 0 ? pools_[o.other].child() : pools_[o.other].child(options);
    });
  }
  void destroy(const operation &o) {
    const pond::stats held = pools_[o.pool].stats(true);
    over_limit_ |= held.peak > options_.hard_limit;
    pools_[o.pool] = pond::pool();
  }
  void reset(const operation &o) {
    pools_[o.pool].reset();
    close_marks(o.pool, 0);
    sealed_[o.pool] = false;
  }

  void *aligned(const operation &o) { return pools_[o.pool].try_allocate(o.size); }
  void *packed(const operation &o) { return pools_[o.pool].try_allocate(o.size, 1); }
  void *zeroed(const operation &o) { return workload::zeroed(aligned(o), o.size); }
  void *overaligned(const operation &o) { return pools_[o.pool].try_allocate(o.size, o.alignment); }
  void *large(const operation &o) {
    return pond_alloc_large_aligned(handle(o), o.size, o.alignment);
  }
  void *large_zeroed(const operation &o) { return workload::zeroed(large(o), o.size); }
  bool free(const operation &o, void *p) { return pools_[o.pool].free(p); }

  bool cleanup(const operation &o, void (*handler)(void *), void *token, void **data) {
    registered_[o.pool] = nullptr;  // so that one that is refused is not the one before it
    if (o.size != 0 && (*data = aligned(o)) == nullptr) return false;
    registered_[o.pool] = pond_on_destroy(handle(o), handler, token);
    return registered_[o.pool] != nullptr;
  }
  [[nodiscard]] void *newest_cleanup(const operation &o) const { return registered_[o.pool]; }
  void run(const operation &o, void *handle) {
    pools_[o.pool].run(static_cast<pond_cleanup *>(handle));
  }

  bool own_descriptor(const operation &o, int fd) { return pond_own_fd(handle(o), fd) == 0; }
  bool close_descriptor(const operation &o, int fd) { return pond_close_fd(handle(o), fd) == 0; }

  bool set_value(const operation &o, void (*handler)(void *), void *token) {
    return pond_set(handle(o), key(o.size), token, handler) == 0;
  }
  bool end_value(const operation &o) { return pond_unset(handle(o), key(o.size)); }
  [[nodiscard]] void *value(const operation &o, std::size_t which) {
    return pond_get(handle(o), key(which));
  }

  bool adopt(const operation &o) { return pond_adopt(handle(o), pools_[o.other].handle()) == 0; }

  /// Whether it then refuses. One that was not used, and for which there is no memory, stays so.
  bool seal(const operation &o) {
    if (!sealed_[o.pool]) {
      const bool needs_memory = !is_used(o.pool);
      errno = 0;
      pools_[o.pool].seal();
      sealed_[o.pool] = !needs_memory || errno == 0;
    }
    return !sealed_[o.pool] || pools_[o.pool].try_allocate(1) == nullptr;
  }

  /// Some are scopes, so that each kind is in the other and in its own. (That of an unused pool is
  /// something else.)
  bool mark(const operation &o) {
    open_marks &open = marks_[o.pool];
    if ((o.pool + open.size()) % 3 != 0 && is_used(o.pool)) return enter_scope(o);
    const pond_mark mark = pond_get_mark(handle(o));
    if (mark.opaque[0] == 0) return false;
    open.push_back({mark, nullptr});
    return true;
  }
  /// The mark above so many others, and those above it.
  bool rewind(const operation &o, std::size_t below) {
    return end_mark(o, below, pond_rewind, [](pond::scope &) {});
  }
  bool commit(const operation &o, std::size_t below) {
    return end_mark(o, below, pond_commit, [](pond::scope &scope) { scope.commit(); });
  }
  /// Whether one of the marks that were used up is good for anything.
  bool end_stale(const operation &o) {
    const std::vector<pond_mark> &ended = ended_[o.pool];
    if (ended.empty()) return false;
    const pond_mark mark = ended[o.size / 2 % ended.size()];
    return o.size % 2 == 0 ? pond_rewind(handle(o), mark) : pond_commit(handle(o), mark);
  }

  bool grow(const operation &o, void *p, std::size_t old_size, std::size_t size) {
    return pools_[o.pool].try_extend(p, old_size, size);
  }
  void *resize(const operation &o, void *p, std::size_t old_size) {
    return pond_resize(handle(o), p, old_size, o.size);
  }
  void give_back(const operation &o, void *p, std::size_t size) {
    pools_[o.pool].deallocate(p, size);
  }

  // --- What cleanups do -----------------------------------------------------------------------

  void *allocate(std::uint32_t pool, std::size_t size) override {
    return pools_[pool].try_allocate(size);
  }
  void *on_destroy(std::uint32_t pool, callback handler, void *token) override {
    return pond_on_destroy(pools_[pool].handle(), handler, token);
  }
  void cancel(std::uint32_t pool, void *handle) override {
    pools_[pool].cancel(static_cast<pond_cleanup *>(handle));
  }
  bool open_mark(std::uint32_t pool) override {
    mark_of_cleanup_ = pond_get_mark(pools_[pool].handle());
    return mark_of_cleanup_.opaque[0] != 0;
  }
  bool rewind_mark(std::uint32_t pool) override {
    return pond_rewind(pools_[pool].handle(), mark_of_cleanup_);
  }
  bool make_child(std::uint32_t pool, callback handler, void *token) override {
    pond_options options = POND_OPTIONS_INIT;
    options.parent = pools_[pool].handle();
    pond_pool *child = pond_create_with(&options);
    if (child == nullptr) return false;
    if (pond_on_destroy(child, handler, token) != nullptr) return true;
    pond_destroy(child);
    return false;
  }
  void try_reset(std::uint32_t pool) override { pools_[pool].reset(); }
  bool is_used(std::uint32_t pool) override { return pools_[pool].stats().blocks != 0; }

  [[nodiscard]] pond::pool &pool(std::uint32_t number) { return pools_[number]; }
  /// Whether a pool that was destroyed had held, with its children, more than its quota, or
  /// something was told of a limit that was not so.
  [[nodiscard]] bool over_limit() const { return over_limit_; }
  /// How often something was told of a limit.
  [[nodiscard]] std::size_t times_told(pond_limit which) const {
    return which == POND_LIMIT_SOFT ? soft_ : hard_;
  }

 private:
  static const void *key(std::size_t which) {
    static constexpr char addresses[keys] = {};
    return &addresses[which % keys];
  }

  static void told(void *context, pond_pool *, pond_limit which, std::size_t reserved,
                   std::size_t requested) {
    auto &self = *static_cast<checked_pond *>(context);
    const bool soft = which == POND_LIMIT_SOFT;
    const std::size_t limit = soft ? self.options_.soft_limit : self.options_.hard_limit;
    self.over_limit_ |= reserved > limit || requested <= limit - reserved;
    ++(soft ? self.soft_ : self.hard_);
  }

  [[nodiscard]] bool plain() const {
    return options_.upstream == nullptr && !options_.recycle && options_.hard_limit == SIZE_MAX;
  }
  pond_pool *handle(const operation &o) { return pools_[o.pool].handle(); }

  template <class Make>
  bool begin(const operation &o, Make make) {
    pools_[o.pool] = pond::pool();  // it may have outlived a mark that could not be set
    marks_[o.pool].clear();
    ended_[o.pool].clear();
    sealed_[o.pool] = false;
    pond::options options = options_;
    options.first_block = o.size;
    try {
      pools_[o.pool] = make(options);
    } catch (const std::bad_alloc &) {  // limit_exceeded is one, too
      return false;
    }
    return true;
  }

  struct open_mark_or_scope {
    pond_mark mark;
    std::unique_ptr<pond::scope> scope;  // or null
  };
  using open_marks = std::vector<open_mark_or_scope>;

  bool enter_scope(const operation &o) {
    try {
      marks_[o.pool].push_back({{}, std::make_unique<pond::scope>(pools_[o.pool])});
      return true;
    } catch (const std::system_error &) {  // it is sealed
      return false;
    }
  }

  template <class End, class EndScope>
  bool end_mark(const operation &o, std::size_t below, End end, EndScope end_scope) {
    open_mark_or_scope &ended = marks_[o.pool][below];
    bool done = true;
    if (ended.scope != nullptr) {
      end_scope(*ended.scope);
      ended.scope = nullptr;
    } else {
      done = end(handle(o), ended.mark);
    }
    close_marks(o.pool, below);
    return done;
  }

  /// Of marks that are used up: scopes have to find that out when they end.
  void close_marks(std::uint32_t pool, std::size_t below) {
    open_marks &open = marks_[pool];
    for (; open.size() > below; open.pop_back()) {
      if (open.back().mark.opaque[0] != 0) ended_[pool].push_back(open.back().mark);
    }
  }

  std::vector<pond::pool> pools_;
  std::vector<pond_cleanup *> registered_;  // the newest of each pool
  std::vector<open_marks> marks_;
  std::vector<std::vector<pond_mark>> ended_;  // marks that are good for nothing any more
  pond_mark mark_of_cleanup_ = {};
  std::vector<bool> sealed_;
  pond::options options_;
  std::size_t soft_ = 0;
  std::size_t hard_ = 0;
  bool over_limit_ = false;
};

}  // namespace workload

#endif
