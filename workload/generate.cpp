// generate.cpp: choices of what happens next to the pools of a model.
#include "workload/generate.hpp"

#include <algorithm>
#include <vector>

#include "workload/choices.hpp"
#include "workload/model.hpp"

namespace workload {
namespace {

struct weighted {
  kind what;
  unsigned weight;
};

constexpr weighted choices_of_traces[] = {
    {kind::aligned, 20}, {kind::packed, 15}, {kind::zeroed, 8},      {kind::overaligned, 2},
    {kind::large, 5},    {kind::free, 4},    {kind::cleanup, 4},     {kind::create, 3},
    {kind::destroy, 2},  {kind::reset, 1},   {kind::large_zeroed, 1}};
constexpr weighted choices_of_pools[] = {{kind::grow_newest, 3},
                                         {kind::free_newest, 3},
                                         {kind::free_any, 12},
                                         {kind::cancel, 1},
                                         {kind::mark, 3},
                                         {kind::rewind, 2},
                                         {kind::commit, 1},
                                         {kind::create_child, 2},
                                         {kind::resize_any, 5},
                                         {kind::busy_cleanup, 3},
                                         {kind::run, 2},
                                         {kind::set_value, 3},
                                         {kind::end_value, 2},
                                         {kind::adopt, 1},
                                         {kind::seal, 1},
                                         {kind::stale_mark, 1},
                                         {kind::own_descriptor, 2},
                                         {kind::close_descriptor, 1}};

/// A sealed pool is of little use to what comes after, and both say a line.
constexpr std::size_t of_so_many_one_seals = 4;
constexpr std::size_t of_so_many_one_is_stale = 4;
/// Mostly the innermost mark, as scopes do.
constexpr std::size_t of_so_many_one_is_further_out = 3;

template <class Choices>
class generator {
 public:
  generator(Choices choices, const shape &wanted) : choices_(std::move(choices)), wanted_(wanted) {
    for (const weighted &w : choices_of_traces) kinds_.insert(kinds_.end(), w.weight, w.what);
    if (wanted.only_traces) return;
    for (const weighted &w : choices_of_pools) kinds_.insert(kinds_.end(), w.weight, w.what);
  }

  program generate() {
    while (result_.operations.size() < wanted_.operations && !choices_.ended()) step();
    destroy_all(pools_, [this](const operation &o) { add(o.what, o.pool, 0, 0); });
    return std::move(result_);
  }

 private:
  void step() {
    const auto number = static_cast<std::uint32_t>(choices_.below(wanted_.most_pools));
    if (!pools_.alive(number)) return create(number, kind::create);
    const kind what = kinds_[choices_.below(kinds_.size())];
    if (what == kind::create || what == kind::create_child) {
      std::uint32_t free = 0;
      while (pools_.alive(free)) ++free;
      if (free < wanted_.most_pools) create(free, what, number);
      return;
    }
    use(what, number);
  }

  void use(kind what, std::uint32_t number) {
    switch (what) {
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
      case kind::busy_cleanup:
        return add(what, number, choices_.below(64), malloc_alignment);
      case kind::free_any:
        return choose(what, number, 1 << 16);
      case kind::resize_any:
        return add(what, number, size(), 0, static_cast<std::uint32_t>(choices_.below(1 << 16)));
      case kind::seal:
        if (choices_.below(of_so_many_one_seals) == 0) add(what, number, 0, 0);
        return;
      case kind::stale_mark:
        if (choices_.below(of_so_many_one_is_stale) == 0) choose(what, number, 64);
        return;
      default:
        return allocates(what) || what == kind::grow_newest
                   ? add(what, number, size(), malloc_alignment)
                   : end(what, number);
    }
  }

  /// What ends, or is about others of the pool's.
  void end(kind what, std::uint32_t number) {
    switch (what) {
      case kind::rewind:
      case kind::commit:
        return add(what, number, mark_of(number), 0);
      case kind::set_value:
      case kind::end_value:
        return choose(what, number, keys);
      case kind::cancel:
      case kind::run:
      case kind::close_descriptor:
        return choose(what, number, 8);
      case kind::adopt:
        return add(what, number, 0, 0,
                   static_cast<std::uint32_t>(choices_.below(wanted_.most_pools)));
      default:
        return add(what, number, 0, 0);
    }
  }

  void choose(kind what, std::uint32_t number, std::size_t most) {
    add(what, number, choices_.below(most), 0);
  }

  /// How much further out than the innermost.
  std::size_t mark_of(std::uint32_t number) {
    const std::size_t open = pools_.at(number).marks;
    if (open < 2 || choices_.below(of_so_many_one_is_further_out) != 0) return 0;
    return choices_.below(open);
  }

  /// Mostly small, sometimes as large as it gets, often around a power of two.
  std::size_t size() {
    const std::size_t kind_of_size = choices_.below(16);
    if (kind_of_size == 0) return 0;
    if (kind_of_size == 1) return choices_.below(wanted_.most_size + 1);
    const std::size_t power = std::size_t{1} << choices_.below(13);
    return std::min(power + choices_.below(power), wanted_.most_size);
  }

  /// Nothing happens when it means nothing now.
  void add(kind what, std::uint32_t number, std::size_t bytes, std::uint32_t alignment,
           std::uint32_t other = 0) {
    const operation o{what, alignment, number, {other}, bytes, nullptr};
    if (!pools_.allows(o)) return;
    pools_.apply(o);
    free_ids_.insert(free_ids_.end(), pools_.gone_ids().begin(), pools_.gone_ids().end());
    result_.add(o);
  }

  void create(std::uint32_t number, kind what, std::uint32_t parent = 0) {
    const std::size_t usual = what == kind::create_child ? 0 : 512;  // 0: a child without options
    add(what, number, choices_.below(3) == 0 ? choices_.below(9000) : usual, 0, parent);
  }

  void large(kind what, std::uint32_t number) {
    const std::uint32_t id = free_ids_.empty() ? next_id_++ : free_ids_.back();
    if (!free_ids_.empty()) free_ids_.pop_back();
    const std::uint32_t alignment =
        choices_.below(8) == 0 ? std::uint32_t{1} << choices_.below(13) : malloc_alignment;
    add(what, number, size(), alignment, id);
  }

  void free(std::uint32_t number) {
    const auto &larges = pools_.at(number).larges;
    if (larges.empty()) return;
    add(kind::free, number, 0, 0, larges[choices_.below(larges.size())].id);
  }

  Choices choices_;
  shape wanted_;
  model pools_;
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
