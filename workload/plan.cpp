#include "workload/plan.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <vector>

#include "workload/interpret.hpp"

namespace workload {
namespace {

constexpr std::size_t line = toucher::cache_line;

/// Free space by offset, best fit: what a plan with all the time in the world would do.
class space {
 public:
  std::size_t take(std::size_t size, std::size_t alignment) {
    size = rounded(size);
    auto best = free_.end();
    for (auto it = free_.begin(); it != free_.end(); ++it) {
      if (padding(it->first, alignment) + size > it->second) continue;
      if (best == free_.end() || it->second < best->second) best = it;
    }
    // There always is one: the last hole has no end.
    // cppcheck-suppress derefInvalidIterator
    const auto [offset, length] = *best;
    const std::size_t at = offset + padding(offset, alignment);
    free_.erase(best);
    if (at > offset) free_[offset] = at - offset;
    if (at + size < offset + length) free_[at + size] = offset + length - at - size;
    top_ = std::max(top_, at + size);
    return at;
  }

  void give(std::size_t offset, std::size_t size) {
    auto it = free_.emplace(offset, rounded(size)).first;
    const auto next = std::next(it);
    if (next != free_.end() && it->first + it->second == next->first) {
      it->second += next->second;
      free_.erase(next);
    }
    if (it == free_.begin()) return;
    const auto before = std::prev(it);
    if (before->first + before->second != it->first) return;
    before->second += it->second;
    free_.erase(it);
  }

  [[nodiscard]] std::size_t top() const { return top_; }

 private:
  static std::size_t rounded(std::size_t size) {
    return std::max((size + line - 1) & ~(line - 1), line);
  }
  static std::size_t padding(std::size_t offset, std::size_t alignment) {
    return -offset & (alignment - 1);
  }

  std::map<std::size_t, std::size_t> free_{{0, std::size_t{PTRDIFF_MAX}}};
  std::size_t top_ = 0;
};

struct extent {
  std::size_t offset;
  std::size_t size;
};

/// One life of a pool: from its creation or reset to its reset or destruction.
struct life {
  extent small{};
  std::size_t used = 0;
  std::map<std::uint32_t, extent> larges;
};

class planner {
 public:
  explicit planner(program &work) : work_(work), lives_(work.pools) {}

  std::vector<std::size_t> offsets() {
    const std::vector<std::size_t> sizes = sizes_of_lives();
    std::size_t next = 0;
    std::vector<std::size_t> result(work_.operations.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
      const operation &o = work_.operations[i];
      life &l = lives_[o.pool];
      if (o.what == kind::reset || o.what == kind::destroy) end(l);
      if (o.what == kind::create || o.what == kind::reset) {
        l.small = {space_.take(sizes[next], line), sizes[next]};
        ++next;
      }
      if (o.what == kind::free) free(l, o.id);
      if (allocates(o.what)) result[i] = place(l, o);
    }
    return result;
  }

  [[nodiscard]] std::size_t top() const { return space_.top(); }

 private:
  static std::size_t after(std::size_t used, const operation &o) {
    return ((used + (o.alignment - 1)) & ~std::size_t{o.alignment - 1}) + o.size;
  }

  /// Bytes of each life, in the order in which they begin.
  std::vector<std::size_t> sizes_of_lives() {
    std::vector<std::size_t> sizes;
    std::vector<std::size_t> current(work_.pools);
    for (const operation &o : work_.operations) {
      if (o.what == kind::create || o.what == kind::reset) {
        current[o.pool] = sizes.size();
        sizes.push_back(0);
      } else if (allocates(o.what) && !is_large(o.what)) {
        sizes[current[o.pool]] = after(sizes[current[o.pool]], o);
      }
    }
    return sizes;
  }

  std::size_t place(life &l, const operation &o) {
    if (is_large(o.what)) {
      const std::size_t offset = space_.take(o.size, std::max<std::size_t>(o.alignment, line));
      l.larges[o.id] = {offset, o.size};
      return offset;
    }
    l.used = after(l.used, o);
    return l.small.offset + l.used - o.size;
  }

  void free(life &l, std::uint32_t id) {
    const extent large = l.larges[id];
    space_.give(large.offset, large.size);
    l.larges.erase(id);
  }

  void end(life &l) {
    space_.give(l.small.offset, l.small.size);
    for (const auto &[id, large] : l.larges) space_.give(large.offset, large.size);
    l = {};
  }

  program &work_;
  std::vector<life> lives_;
  space space_;
};

}  // namespace

void unmapper::operator()(unsigned char *memory) const { munmap(memory, size); }

region make_plan(program &work) {
  planner plans(work);
  const std::vector<std::size_t> offsets = plans.offsets();
  const std::size_t size = std::max(plans.top(), line);
  // Populated: the floor has no page faults in it.
  void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory for the plan");
  region result(static_cast<unsigned char *>(memory), unmapper{size});
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    work.operations[i].planned = result.get() + offsets[i];
  }
  return result;
}

}  // namespace workload
