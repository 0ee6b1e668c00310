#include "workload/measure.hpp"

#include <pond/pond.h>

#include <algorithm>
#include <stdexcept>

#include "workload/plan.hpp"

namespace workload {
namespace {

void *counted_allocate(void *, std::size_t size, std::size_t alignment) {
  return alignment <= malloc_alignment ? footprint_malloc(size)
                                       : footprint_memalign(alignment, size);
}
void counted_deallocate(void *, void *p, std::size_t, std::size_t) { footprint_free(p); }

constexpr pond_upstream counted_upstream = {counted_allocate, counted_deallocate, nullptr};

/// The second of two runs: the first one brings the contender's own memory and code back into the
/// processor's caches, from which the others have pushed it. A server runs one allocator, not
/// twelve.
double settled(replayer &r) {
  r.nanoseconds();
  return r.nanoseconds();
}

}  // namespace

void count_default_upstream(bool on) {
  if (pond_set_default_upstream(on ? &counted_upstream : nullptr) != 0) {
    throw std::logic_error("pools are alive elsewhere");
  }
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::size_t peak_requested(const program &work) {
  std::vector<std::size_t> of_pool(work.pools);
  std::vector<std::size_t> of_id(work.ids);
  std::size_t total = 0;
  std::size_t peak = 0;
  for (const operation &o : work.operations) {
    if (o.what == kind::destroy || o.what == kind::reset) {
      total -= of_pool[o.pool];
      of_pool[o.pool] = 0;
    } else if (o.what == kind::free) {
      total -= of_id[o.id];
      of_pool[o.pool] -= of_id[o.id];
    } else if (allocates(o.what) || o.what == kind::cleanup) {
      if (is_large(o.what)) of_id[o.id] = o.size;
      of_pool[o.pool] += o.size;
      total += o.size;
      peak = std::max(peak, total);
    }
  }
  return peak;
}

measured measure(program &work, const std::vector<contender_entry> &contenders, unsigned rounds,
                 const std::function<void(unsigned round)> &progress) {
  const region planned = make_plan(work);
  replay_of<plan_contender> plan(work);
  std::vector<std::unique_ptr<replayer>> replayers;
  measured result;
  for (const contender_entry &c : contenders) {
    replayers.push_back(c.make(work));
    result.contenders.push_back({c.name, {}, {}});
  }
  std::vector<double> plans;
  for (unsigned round = 0; round < rounds; ++round) {
    progress(round);
    plans.push_back(settled(plan));
    for (std::size_t i = 0; i < replayers.size(); ++i) {
      const std::size_t which = (i + round) % replayers.size();
      result.contenders[which].rounds.push_back(settled(*replayers[which]));
    }
  }
  result.plan = median(plans);
  for (std::size_t i = 0; i < replayers.size(); ++i) {
    for (double &time : result.contenders[i].rounds) time -= result.plan;
    result.contenders[i].memory = replayers[i]->count();
  }
  result.peak_requested = peak_requested(work);
  return result;
}

}  // namespace workload
