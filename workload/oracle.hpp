// oracle.hpp: an observer that knows every live byte of a run and what has to happen next.
//
// It checks alignment, that no two live allocations overlap, that zeroed memory is zero, that every
// byte still has its content when its allocation ends, and that cleanups run exactly once, last in
// first out, when their pool is reset, destroyed or rewound.
#ifndef POND_WORKLOAD_ORACLE_HPP
#define POND_WORKLOAD_ORACLE_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "workload/program.hpp"

namespace workload {

class oracle {
 public:
  explicit oracle(const program &work) : pools_(work.pools), larges_(work.ids) {}

  // --- What the interpreter tells -----------------------------------------------------------

  using allocate = std::function<void *(const operation &)>;
  using on_destroy = std::function<bool(const operation &, void (*)(void *), void *)>;
  /// With what cleanups that do something do it.
  void acts_through(allocate allocates, on_destroy registers) {
    allocates_ = std::move(allocates);
    registers_ = std::move(registers);
  }
  /// Whether an operation is about what could not be made: its pool, or the mark that it ends.
  [[nodiscard]] bool passes_over(const operation &o);
  void created(const operation &o, bool done);
  /// What ends the pools that are still there: above marks that could not be set.
  [[nodiscard]] std::vector<operation> left_over() const;

  void before(const operation &o);
  void after(const operation &o);
  void allocated(const operation &o, void *p);
  void freed(const operation &o);
  void marked(const operation &o, bool done);
  void grown(const operation &o, bool done);
  void resized(const operation &o, void *from, void *to);
  void given_back(const operation &o, void *memory);
  [[nodiscard]] std::pair<void *, std::size_t> newest(std::uint32_t pool) const;
  [[nodiscard]] std::pair<void *, std::size_t> one_of(std::uint32_t pool, std::size_t choice) const;

  static void handler(void *token);
  void *token(const operation &o);
  void cleanup_registered(const operation &o, void *data, bool done);
  void value_set(const operation &o, bool done);
  void value_is(const operation &o, std::size_t key, const void *found);
  void adopted(const operation &o, bool done);
  void sealed(bool refuses);
  [[nodiscard]] bool expects_cleanups() const { return !expected_.empty(); }
  /// Whether there was something to free, or a value to end.
  void answered(bool done, bool right);

  // --- What tests ask -----------------------------------------------------------------------

  /// One line for each thing that was wrong, the first twenty of them; empty: all was well.
  [[nodiscard]] const std::vector<std::string> &errors() const { return errors_; }
  /// Pools, allocations, cleanups and marks that were refused.
  [[nodiscard]] std::size_t failures() const { return failures_; }
  [[nodiscard]] std::size_t live_allocations() const { return live_.size(); }

 private:
  static constexpr std::size_t no_key = keys;
  struct piece {
    std::size_t size;
    std::uint8_t pattern;
  };
  struct cleanup {
    oracle *self;
    std::uint32_t pool;
    bool busy;  // does something when it runs
    bool registered;
    bool ran;
    std::size_t key;  // of a value, or no_key
  };
  using registered = std::vector<std::pair<cleanup *, std::size_t>>;  // with their depth
  struct owned {
    std::uintptr_t at;
    std::size_t depth;
    bool large;  // so that `free` gives it back
  };
  struct pool_state {
    bool alive = false;
    bool adopted = false;
    std::size_t born = 0;
    std::int64_t parent = -1;
    std::size_t depth_in_parent = 0;
    std::size_t marks = 0;
    std::vector<bool> marked;  // of each mark of the program, whether it could be set
    std::vector<owned> pieces;
    registered cleanups;
    std::uintptr_t newest = 0;
    std::size_t newest_size = 0;
  };

  void check_overlap(const operation &o, std::uintptr_t at);
  void remember(const operation &o, std::uintptr_t at);
  void fill(std::uintptr_t at, piece &p);
  void forget(std::uintptr_t at);
  void verify(std::uintptr_t at, const piece &p);
  [[nodiscard]] bool usable(std::uint32_t pool) const;
  [[nodiscard]] bool cannot_create(const operation &o) const;
  [[nodiscard]] registered::reverse_iterator newest_of(std::uint32_t pool, std::size_t key);
  cleanup *take_newest(std::uint32_t pool, std::size_t key);
  void expect_now(cleanup *c);
  void ran(cleanup &c);
  void act(const cleanup &c);
  void take_over(const operation &o, std::uintptr_t old, std::uintptr_t at, std::size_t size);
  void begin(const operation &o);
  void expect_end(std::uint32_t pool, std::size_t depth);
  [[nodiscard]] std::vector<std::uint32_t> children_since(std::uint32_t pool,
                                                          std::size_t depth) const;
  void finish_end();
  void commit(const operation &o);
  void report(const std::string &what);

  std::map<std::uintptr_t, piece> live_;
  std::vector<pool_state> pools_;
  std::vector<std::uintptr_t> larges_;
  std::deque<cleanup> cleanups_;     // stable addresses: they are the tokens
  std::vector<cleanup *> expected_;  // to run now, the next one last
  allocate allocates_;
  on_destroy registers_;
  std::vector<std::string> errors_;
  std::size_t failures_ = 0;
  std::size_t operation_ = 0;
  bool one_alone_ = false;  // a cleanup is run now, not with all others
  std::uint8_t next_pattern_ = 1;
};

}  // namespace workload

#endif
