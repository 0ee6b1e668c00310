// contenders/checked_pond.hpp: pond with everything it can do, for programs that check it:
// children, marks, options, an upstream that may fail. Not for measuring.
#ifndef POND_WORKLOAD_CONTENDERS_CHECKED_POND_HPP
#define POND_WORKLOAD_CONTENDERS_CHECKED_POND_HPP

#include "workload/contenders/pond.hpp"

namespace workload {

class checked_pond {
 public:
  /// `options` are those of every pool, the first block apart.
  explicit checked_pond(const program &work, const pond::options &options = {})
      : pools_(work.pools), registered_(work.pools), marks_(work.pools), options_(options) {}

  void create(const operation &o) {
    begin(o, [&](const pond::options &options) { return pond::pool(options); });
  }
  void create_child(const operation &o) {
    begin(o, [&](const pond::options &options) { return pools_[o.other].child(options); });
  }
  void destroy(const operation &o) { pools_[o.pool] = pond::pool(); }
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
    pond_mark mark = pond_get_mark(handle(o));
    if (mark.opaque[0] == 0) mark = pond_get_mark(handle(o));  // as above
    marks_[o.pool].push_back(mark);
    return mark.opaque[0] != 0;
  }
  void rewind(const operation &o) { end_mark(o, pond_rewind); }
  void commit(const operation &o) { end_mark(o, pond_commit); }

  bool grow(const operation &o, void *p, std::size_t old_size, std::size_t size) {
    return pools_[o.pool].try_extend(p, old_size, size);
  }
  void give_back(const operation &o, void *p, std::size_t size) {
    pools_[o.pool].deallocate(p, size);
  }

  [[nodiscard]] pond::pool &pool(std::uint32_t number) { return pools_[number]; }

 private:
  pond_pool *handle(const operation &o) { return pools_[o.pool].handle(); }

  template <class Make>
  void begin(const operation &o, Make make) {
    marks_[o.pool].clear();
    pond::options options = options_;
    options.first_block = o.size;
    try {
      pools_[o.pool] = make(options);
    } catch (const std::bad_alloc &) {  // an upstream that fails once
      pools_[o.pool] = make(options);
    }
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
};

}  // namespace workload

#endif
