// measure.hpp: contenders side by side over one program: time above the plan's, and memory.
#ifndef POND_WORKLOAD_MEASURE_HPP
#define POND_WORKLOAD_MEASURE_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "workload/footprint.hpp"
#include "workload/interpret.hpp"

namespace workload {

/// Memory held by pools (what a contender caches is apart) and how often the C library was asked.
/// Nothing where a contender cannot be counted.
using account = std::optional<footprint>;

/// A contender with its pools, ready to run one program again and again.
class replayer {
 public:
  virtual ~replayer() = default;
  virtual double nanoseconds() = 0;
  virtual account count() = 0;
};

struct contender_entry {
  std::string name;
  std::string what;
  std::function<std::unique_ptr<replayer>(const program &)> make;
};

template <class Contender>
concept has_stats = requires(const Contender c, std::uint32_t pool) {
  c.stats(pool);
};

/// Adds up what the pools of a contender say of themselves after each operation.
template <class Contender>
class accountant : public toucher {
 public:
  accountant(const program &work, const Contender &c) : contender_(c), held_(work.pools) {}
  void before(const operation &o) { set(o.pool, o.what == kind::destroy ? 0 : held_[o.pool]); }
  void after(const operation &o) {
    if (o.what != kind::destroy) set(o.pool, contender_.stats(o.pool).reserved);
  }
  [[nodiscard]] std::size_t peak() const { return peak_; }

 private:
  void set(std::uint32_t pool, std::size_t bytes) {
    total_ += bytes - held_[pool];
    held_[pool] = bytes;
    if (total_ > peak_) peak_ = total_;
  }

  const Contender &contender_;
  std::vector<std::size_t> held_;
  std::size_t total_ = 0;
  std::size_t peak_ = 0;
};

/// Whether a contender says itself that it cannot be counted.
template <class Contender>
concept uncounted = requires {
  typename Contender::uncounted;
};

void count_default_upstream(bool on);

template <class Contender>
class replay_of final : public replayer {
 public:
  explicit replay_of(const program &work)
      : work_(work), contender_(std::make_unique<Contender>(work)), interpreter_(work) {}

  double nanoseconds() override {
    toucher touches;
    const auto begin = std::chrono::steady_clock::now();
    interpreter_.run(work_, *contender_, touches);
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
        .count();
  }

  account count() override {
    if constexpr (uncounted<Contender>) {
      return std::nullopt;
    } else if constexpr (has_stats<Contender>) {
      count_default_upstream(true);
      start_counting();
      accountant<Contender> sums(work_, *contender_);
      interpreter_.run(work_, *contender_, sums);
      footprint result = stop_counting();
      count_default_upstream(false);
      result.peak = sums.peak();
      return result;
    } else {
      contender_ = std::make_unique<Contender>(work_);
      start_counting();
      toucher touches;
      interpreter_.run(work_, *contender_, touches);
      return stop_counting();
    }
  }

 private:
  const program &work_;
  std::unique_ptr<Contender> contender_;
  interpreter interpreter_;
};

template <class Contender>
contender_entry entry(std::string name, std::string what) {
  return {std::move(name), std::move(what), [](const program &work) -> std::unique_ptr<replayer> {
            return std::make_unique<replay_of<Contender>>(work);
          }};
}

/// What was measured of one contender over one program.
struct measurement {
  std::string name;
  std::vector<double> rounds;  // nanoseconds of each, less the plan's median
  account memory;
};

struct measured {
  double plan = 0;                 // nanoseconds of the plan, the median
  std::size_t peak_requested = 0;  // the most bytes that were asked for and alive at once
  std::vector<measurement> contenders;
};

/// Runs every contender once in each round, in an order that rotates, so that none always follows
/// the same neighbour. `progress` is called before each round.
measured measure(program &work, const std::vector<contender_entry> &contenders, unsigned rounds,
                 const std::function<void(unsigned round)> &progress);

double median(std::vector<double> values);
std::size_t peak_requested(const program &work);

}  // namespace workload

#endif
