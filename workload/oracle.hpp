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

  void before(const operation &o);
  void after(const operation &o);
  void allocated(const operation &o, void *p);
  void freed(const operation &o);
  void marked(const operation &o, bool done);
  void grown(const operation &o, bool done);
  void given_back(const operation &o, void *memory);
  [[nodiscard]] std::pair<void *, std::size_t> newest(std::uint32_t pool) const;
  [[nodiscard]] std::pair<void *, std::size_t> one_of(std::uint32_t pool, std::size_t choice) const;

  static void handler(void *token);
  void *token(const operation &o);
  void cleanup_registered(const operation &o, void *data, bool done);

  // --- What tests ask -----------------------------------------------------------------------

  /// One line for each thing that was wrong, the first twenty of them; empty: all was well.
  [[nodiscard]] const std::vector<std::string> &errors() const { return errors_; }
  /// Allocations, cleanups and marks that were refused.
  [[nodiscard]] std::size_t failures() const { return failures_; }
  [[nodiscard]] std::size_t live_allocations() const { return live_.size(); }

 private:
  struct piece {
    std::size_t size;
    std::uint8_t pattern;
  };
  struct cleanup {
    oracle *self;
    std::uint32_t pool;
    bool registered;
    bool ran;
  };
  struct owned {
    std::uintptr_t at;
    std::size_t depth;
    bool large;  // so that `free` gives it back
  };
  struct pool_state {
    bool alive = false;
    std::size_t born = 0;
    std::int64_t parent = -1;
    std::size_t depth_in_parent = 0;
    std::size_t marks = 0;
    std::vector<owned> pieces;
    std::vector<std::pair<cleanup *, std::size_t>> cleanups;  // with their depth
    std::uintptr_t newest = 0;
    std::size_t newest_size = 0;
  };

  void check_overlap(const operation &o, std::uintptr_t at);
  void remember(const operation &o, std::uintptr_t at);
  void fill(std::uintptr_t at, piece &p);
  void forget(std::uintptr_t at);
  void verify(std::uintptr_t at, const piece &p);
  void ran(cleanup &c);
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
  std::vector<std::string> errors_;
  std::size_t failures_ = 0;
  std::size_t operation_ = 0;
  std::uint8_t next_pattern_ = 1;
};

}  // namespace workload

#endif
