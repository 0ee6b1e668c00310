// contenders/per_object.hpp: no pool at all: every allocation is freed by its owner. The owner's
// list of what it has to free is a vector for each request.
#ifndef POND_WORKLOAD_CONTENDERS_PER_OBJECT_HPP
#define POND_WORKLOAD_CONTENDERS_PER_OBJECT_HPP

#include <algorithm>
#include <utility>
#include <vector>

#include "workload/program.hpp"

namespace workload {

/// `Functions` has static allocate(size), zeroed(size), aligned(alignment, size), free(p).
template <class Functions>
class per_object_contender {
 public:
  explicit per_object_contender(const program &work) : pools_(work.pools) {}

  void create(const operation &) {}
  void destroy(const operation &o) { reset(o); }
  void reset(const operation &o) {
    request &r = pools_[o.pool];
    for (auto c = r.cleanups.rbegin(); c != r.cleanups.rend(); ++c) c->first(c->second);
    for (void *p : r.objects) Functions::free(p);
    for (void *p : r.freed_alone) Functions::free(p);
    r.freed_alone.clear();
    r.cleanups.clear();
    r.objects.clear();
  }
  void *aligned(const operation &o) { return keep(o, Functions::allocate(o.size)); }
  void *packed(const operation &o) { return aligned(o); }
  void *zeroed(const operation &o) { return keep(o, Functions::zeroed(o.size)); }
  void *overaligned(const operation &o) { return keep(o, Functions::aligned(o.alignment, o.size)); }
  void *large(const operation &o) {
    void *p = o.alignment > malloc_alignment ? Functions::aligned(o.alignment, o.size)
                                             : Functions::allocate(o.size);
    pools_[o.pool].freed_alone.push_back(p);
    return p;
  }
  void *large_zeroed(const operation &o) {
    pools_[o.pool].freed_alone.push_back(Functions::zeroed(o.size));
    return pools_[o.pool].freed_alone.back();
  }
  void free(const operation &o, void *p) {
    auto &objects = pools_[o.pool].freed_alone;
    *std::find(objects.begin(), objects.end(), p) = objects.back();
    objects.pop_back();
    Functions::free(p);
  }
  bool cleanup(const operation &o, void (*handler)(void *), void *token, void **data) {
    if (o.size != 0) *data = aligned(o);
    pools_[o.pool].cleanups.emplace_back(handler, token);
    return true;
  }

 private:
  struct request {
    std::vector<void *> objects;
    std::vector<void *> freed_alone;  // few, so that finding one costs little
    std::vector<std::pair<void (*)(void *), void *>> cleanups;
  };

  void *keep(const operation &o, void *p) {
    pools_[o.pool].objects.push_back(p);
    return p;
  }

  std::vector<request> pools_;
};

}  // namespace workload

#endif
