// contenders/checked_pond.hpp: pond with everything it can do, for programs that check it:
// children, marks, options, an upstream that may fail. Not for measuring.
#ifndef POND_WORKLOAD_CONTENDERS_CHECKED_POND_HPP
#define POND_WORKLOAD_CONTENDERS_CHECKED_POND_HPP

#include "workload/contenders/pond.hpp"

namespace workload {

class checked_pond {
 public:
  /// `options` are those of every pool, the first block apart. Where they are the default ones,
  /// pools are made without, as most are.
  explicit checked_pond(const program &work, const pond::options &options = {})
      : pools_(work.pools), registered_(work.pools), marks_(work.pools), options_(options) {}

  bool create(const operation &o) {
    return begin(o, [&](const pond::options &options) {
      return plain() ? pond::pool(options.first_block) : pond::pool(options);
    });
  }
  bool create_child(const operation &o) {
    return begin(o, [&](const pond::options &options) { return pools_[o.other].child(options); });
  }
  void destroy(const operation &o) {
    const pond::stats held = pools_[o.pool].stats(true);
    over_limit_ |= held.peak > options_.hard_limit;
    pools_[o.pool] = pond::pool();
  }
  void reset(const operation &o) {
    pools_[o.pool].reset();
    marks_[o.pool].clear();
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
  void cancel(const operation &o) { pools_[o.pool].cancel(registered_[o.pool]); }

  bool mark(const operation &o) {
    const pond_mark mark = pond_get_mark(handle(o));
    if (mark.opaque[0] == 0) return false;
    marks_[o.pool].push_back(mark);
    return true;
  }
  void rewind(const operation &o) { end_mark(o, pond_rewind); }
  void commit(const operation &o) { end_mark(o, pond_commit); }

  bool grow(const operation &o, void *p, std::size_t old_size, std::size_t size) {
    return pools_[o.pool].try_extend(p, old_size, size);
  }
  void *resize(const operation &o, void *p, std::size_t old_size) {
    return pond_resize(handle(o), p, old_size, o.size);
  }
  void give_back(const operation &o, void *p, std::size_t size) {
    pools_[o.pool].deallocate(p, size);
  }

  [[nodiscard]] pond::pool &pool(std::uint32_t number) { return pools_[number]; }
  /// Whether a pool that was destroyed had held, with its children, more than its quota.
  [[nodiscard]] bool over_limit() const { return over_limit_; }

 private:
  [[nodiscard]] bool plain() const {
    return options_.upstream == nullptr && !options_.recycle && options_.hard_limit == SIZE_MAX;
  }
  pond_pool *handle(const operation &o) { return pools_[o.pool].handle(); }

  template <class Make>
  bool begin(const operation &o, Make make) {
    pools_[o.pool] = pond::pool();  // it may have outlived a mark that could not be set
    marks_[o.pool].clear();
    pond::options options = options_;
    options.first_block = o.size;
    try {
      pools_[o.pool] = make(options);
    } catch (const std::bad_alloc &) {  // limit_exceeded is one, too
      return false;
    }
    return true;
  }

  template <class End>
  void end_mark(const operation &o, End end) {
    const pond_mark mark = marks_[o.pool].back();
    marks_[o.pool].pop_back();
    end(handle(o), mark);
  }

  std::vector<pond::pool> pools_;
  std::vector<pond_cleanup *> registered_;  // the newest of each pool
  std::vector<std::vector<pond_mark>> marks_;
  pond::options options_;
  bool over_limit_ = false;
};

}  // namespace workload

#endif
