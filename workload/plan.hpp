// plan.hpp: the floor. Every address is decided before the run, memory is used again as soon as its
// pool is gone, and the run itself only reads where things go. No allocator can be below it.
#ifndef POND_WORKLOAD_PLAN_HPP
#define POND_WORKLOAD_PLAN_HPP

#include <memory>

#include "workload/program.hpp"

namespace workload {

struct unmapper {
  std::size_t size;
  void operator()(unsigned char *memory) const;
};
using region = std::unique_ptr<unsigned char, unmapper>;

/// Writes operation::planned of every allocation; the region they lie in must outlive the run.
region make_plan(program &work);

/// The contender that follows it.
class plan_contender {
 public:
  explicit plan_contender(const program &) {}
  void create(const operation &) {}
  void destroy(const operation &) {}
  void reset(const operation &) {}
  void *aligned(const operation &o) { return o.planned; }
  void *packed(const operation &o) { return o.planned; }
  void *zeroed(const operation &o) { return __builtin_memset(o.planned, 0, o.size); }
  void *overaligned(const operation &o) { return o.planned; }
  void *large(const operation &o) { return o.planned; }
  void *large_zeroed(const operation &o) { return zeroed(o); }
  void free(const operation &, void *) {}
  bool cleanup(const operation &, void (*)(void *), void *, void **) { return true; }
};

}  // namespace workload

#endif
