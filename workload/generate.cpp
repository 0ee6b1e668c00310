// generate.cpp: a model of the pools that exist, and choices of what happens to them next.
#include "workload/generate.hpp"

#include <algorithm>
#include <vector>

#include "workload/choices.hpp"

namespace workload {
namespace {

struct large_allocation {
  std::uint32_t id;
  std::size_t depth;  // how many marks were open
};

struct model_pool {
  bool alive = false;
  std::int64_t parent = -1;
  std::size_t depth_in_parent = 0;
  std::size_t marks = 0;
  std::vector<std::size_t> cleanups;  // the depth of each
  std::vector<large_allocation> larges;
  bool newest_registered = false;  // a handle to cancel is known
};

struct weighted {
  kind what;
  unsigned weight;
};

constexpr weighted choices_of_traces[] = {
    {kind::aligned, 20}, {kind::packed, 15}, {kind::zeroed, 8},      {kind::overaligned, 2},
    {kind::large, 5},    {kind::free, 4},    {kind::cleanup, 4},     {kind::create, 3},
    {kind::destroy, 2},  {kind::reset, 1},   {kind::large_zeroed, 1}};
constexpr weighted choices_of_pools[] = {
    {kind::grow_newest, 3}, {kind::free_newest, 3}, {kind::free_any, 12}, {kind::cancel, 1},
    {kind::mark, 3},        {kind::rewind, 2},      {kind::commit, 1},    {kind::create_child, 2}};

template <class Choices>
class generator {
 public:
  generator(Choices choices, const shape &wanted)
      : choices_(std::move(choices)), wanted_(wanted), pools_(wanted.most_pools) {
    for (const weighted &w : choices_of_traces) kinds_.insert(kinds_.end(), w.weight, w.what);
    if (wanted.only_traces) return;
    for (const weighted &w : choices_of_pools) kinds_.insert(kinds_.end(), w.weight, w.what);
  }

  program generate() {
    while (result_.operations.size() < wanted_.operations && !choices_.ended()) step();
    for (std::uint32_t i = 0; i < pools_.size(); ++i) {
      if (pools_[i].alive) destroy(i);
    }
    return std::move(result_);
  }

 private:
  void step() {
    const auto number = static_cast<std::uint32_t>(choices_.below(pools_.size()));
    if (!pools_[number].alive) return create(number, kind::create);
    const kind what = kinds_[choices_.below(kinds_.size())];
    if (what == kind::create || what == kind::create_child) {
      const auto free = std::find_if(pools_.begin(), pools_.end(),
                                     [](const model_pool &pool) { return !pool.alive; });
      if (free == pools_.end()) return;
      return create(static_cast<std::uint32_t>(free - pools_.begin()), what, number);
    }
    use(what, number);
  }

  void use(kind what, std::uint32_t number) {
    model_pool &pool = pools_[number];
    switch (what) {
      case kind::destroy:
        return destroy(number);
      case kind::reset:
        return reset(number);
      case kind::large:
      case kind::large_zeroed:
        return large(what, number);
      case kind::free:
        return free(number);
      case kind::overaligned:
        return add(what, number, size(), std::uint32_t{1} << choices_.below(13));
      case kind::packed:
        return add(what, number, size(), 1);
      case kind::cleanup:
        pool.cleanups.push_back(pool.marks);
        pool.newest_registered = true;
        return add(what, number, choices_.below(64), malloc_alignment);
      case kind::free_any:
        return add(what, number, choices_.below(1 << 16), 0);
      case kind::cancel:
        if (!pool.newest_registered) return;
        pool.cleanups.pop_back();
        pool.newest_registered = false;
        return add(what, number, 0, 0);
      case kind::mark:
        ++pool.marks;
        return add(what, number, 0, 0);
      case kind::rewind:
      case kind::commit:
        return end_mark(what, number);
      default:
        return add(what, number, size(), malloc_alignment);
    }
  }

  /// Mostly small, sometimes as large as it gets, often around a power of two.
  std::size_t size() {
    const std::size_t kind_of_size = choices_.below(16);
    if (kind_of_size == 0) return 0;
    if (kind_of_size == 1) return choices_.below(wanted_.most_size + 1);
    const std::size_t power = std::size_t{1} << choices_.below(13);
    return std::min(power + choices_.below(power), wanted_.most_size);
  }

  void add(kind what, std::uint32_t number, std::size_t bytes, std::uint32_t alignment,
           std::uint32_t other = 0) {
    result_.add({what, alignment, number, {other}, bytes, nullptr});
  }

  void create(std::uint32_t number, kind what, std::uint32_t parent = 0) {
    pools_[number] = {};
    pools_[number].alive = true;
    if (what == kind::create_child) {
      pools_[number].parent = parent;
      pools_[number].depth_in_parent = pools_[parent].marks;
    }
    add(what, number, choices_.below(3) == 0 ? choices_.below(9000) : 512, 0, parent);
  }

  void destroy(std::uint32_t number) {
    forget(number, 0);
    pools_[number].alive = false;
    add(kind::destroy, number, 0, 0);
  }

  void reset(std::uint32_t number) {
    forget(number, 0);
    pools_[number].marks = 0;
    add(kind::reset, number, 0, 0);
  }

  void end_mark(kind what, std::uint32_t number) {
    model_pool &pool = pools_[number];
    if (pool.marks == 0) return;
    if (what == kind::rewind) {
      forget(number, pool.marks);
    } else {
      keep(number, pool.marks);
    }
    --pool.marks;
    add(what, number, 0, 0);
  }

  void large(kind what, std::uint32_t number) {
    const std::uint32_t id = free_ids_.empty() ? next_id_++ : free_ids_.back();
    if (!free_ids_.empty()) free_ids_.pop_back();
    pools_[number].larges.push_back({id, pools_[number].marks});
    const std::uint32_t alignment =
        choices_.below(8) == 0 ? std::uint32_t{1} << choices_.below(13) : malloc_alignment;
    add(what, number, size(), alignment, id);
  }

  void free(std::uint32_t number) {
    auto &larges = pools_[number].larges;
    if (larges.empty()) return;
    const auto chosen = larges.begin() + static_cast<std::ptrdiff_t>(choices_.below(larges.size()));
    const std::uint32_t id = chosen->id;
    larges.erase(chosen);
    free_ids_.push_back(id);
    add(kind::free, number, 0, 0, id);
  }

  /// What a pool has from this depth of marks on goes: large, cleanups, children with all theirs.
  void forget(std::uint32_t number, std::size_t depth) {
    model_pool &pool = pools_[number];
    std::erase_if(pool.larges, [&](const large_allocation &large) {
      if (large.depth >= depth) free_ids_.push_back(large.id);
      return large.depth >= depth;
    });
    std::erase_if(pool.cleanups, [&](std::size_t of) { return of >= depth; });
    pool.newest_registered = false;
    for (std::uint32_t i = 0; i < pools_.size(); ++i) {
      if (!pools_[i].alive || pools_[i].parent != number) continue;
      if (pools_[i].depth_in_parent < depth) continue;
      forget(i, 0);
      pools_[i].alive = false;
    }
  }

  /// After a commit what was above the mark belongs to the depth below it.
  void keep(std::uint32_t number, std::size_t depth) {
    model_pool &pool = pools_[number];
    for (large_allocation &large : pool.larges) large.depth = std::min(large.depth, depth - 1);
    for (std::size_t &of : pool.cleanups) of = std::min(of, depth - 1);
    for (model_pool &child : pools_) {
      if (child.alive && child.parent == number) {
        child.depth_in_parent = std::min(child.depth_in_parent, depth - 1);
      }
    }
  }

  Choices choices_;
  shape wanted_;
  std::vector<model_pool> pools_;
  std::vector<kind> kinds_;
  std::vector<std::uint32_t> free_ids_;
  std::uint32_t next_id_ = 0;
  program result_;
};

}  // namespace

program program_from_seed(std::uint64_t seed, const shape &wanted) {
  return generator(random_choices(seed), wanted).generate();
}

program program_from_bytes(std::span<const std::uint8_t> bytes, const shape &wanted) {
  return generator(byte_choices(bytes), wanted).generate();
}

}  // namespace workload
