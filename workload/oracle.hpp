// oracle.hpp: an observer that knows every live byte of a run and what has to happen next.
//
// It checks alignment, that no two live allocations overlap, that zeroed memory is zero, that every
// byte still has its content when its allocation ends, and that cleanups run exactly once, last in
// first out, when their pool is reset, destroyed or rewound. Descriptors are ends of pipes, of
// which it keeps the other one.
#ifndef POND_WORKLOAD_ORACLE_HPP
#define POND_WORKLOAD_ORACLE_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "workload/actor.hpp"
#include "workload/program.hpp"

namespace workload {

class oracle {
 public:
  explicit oracle(const program &work) : pools_(work.pools), larges_(work.ids) {}
  oracle(const oracle &) = delete;
  oracle &operator=(const oracle &) = delete;
  ~oracle();

  // --- What the interpreter tells -----------------------------------------------------------

  /// With what cleanups that do something do it.
  void acts_through(actor &pools) { actor_ = &pools; }
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
  void cleanup_registered(const operation &o, void *data, bool done, void *handle = nullptr);
  /// The cleanup that an operation is about, if there is one.
  [[nodiscard]] void *chosen() const { return chosen_ != nullptr ? chosen_->handle : nullptr; }
  [[nodiscard]] int chosen_descriptor() const {
    return chosen_ != nullptr ? chosen_->descriptor.given : -1;
  }
  /// One to give to a pool; -1 where the system has none.
  int new_descriptor(const operation &o);
  void descriptor_owned(const operation &o, bool done);
  void value_set(const operation &o, bool done);
  void value_is(const operation &o, std::size_t key, const void *found);
  void adopted(const operation &o, bool done);
  void sealed(bool refuses);
  [[nodiscard]] bool expects_cleanups() const { return !expected_.empty(); }
  /// How many marks are open; of an operation that ends some, those that stay so.
  [[nodiscard]] std::size_t open_marks(std::uint32_t pool) const;
  /// Whether there was something to free, or to end.
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
  /// What a cleanup does when it runs.
  enum class act : std::uint8_t {
    nothing,
    registers,  // allocates, and registers another one
    rewinds,    // does the same above a mark of its own
    leaves_a_mark,
    makes_a_child,
    resets,  // which must do nothing
    cancels  // the last that would run
  };
  static constexpr std::size_t acts = 6;  // those that are something
  struct pipe_ends {
    int given = -1;
    int kept = -1;  // says when there is no other end any more, whatever has its number
  };
  struct cleanup {
    oracle *self;
    std::uint32_t pool;
    act does;
    std::size_t key;  // of a value, or no_key
    bool ran = false;
    void *handle = nullptr;
    pipe_ends descriptor = {};
  };
  static bool has_handle(const cleanup &c) { return c.handle != nullptr; }
  using registered = std::vector<std::pair<cleanup *, std::size_t>>;  // with their depth
  struct owned {
    std::uintptr_t at;
    std::size_t depth;
    bool large;  // so that `free` gives it back
  };
  struct pool_state {
    bool alive = false;
    bool adopted = false;
    bool used = false;
    std::int64_t parent = -1;
    std::vector<std::uint32_t> children;  // the oldest first
    std::size_t depth_in_parent = 0;
    std::vector<bool> marked;  // of each open mark of the program, whether it could be set
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
  cleanup *take(std::uint32_t pool, registered::reverse_iterator which);
  template <class Is>
  cleanup *take_one(std::uint32_t pool, std::size_t choice, Is is);
  void expect_now(cleanup *c);
  void ran(cleanup &c);
  void settle_descriptors();
  void do_act(const cleanup &c);
  void allocate_in(std::uint32_t pool, bool stays);
  cleanup *register_in(std::uint32_t pool);
  void rewind_in(std::uint32_t pool);
  void make_child_in(std::uint32_t pool);
  void cancel_in(std::uint32_t pool);
  void take_over(const operation &o, std::uintptr_t old, std::uintptr_t at, std::size_t size);
  void begin(const operation &o);
  void choose(const operation &o);
  void expect_end(std::uint32_t pool, std::size_t depth);
  void set_parent(std::uint32_t child, std::uint32_t parent);
  void place(std::uint32_t child);
  void place_used();
  [[nodiscard]] std::vector<std::uint32_t> children_since(std::uint32_t pool,
                                                          std::size_t depth) const;
  void finish_end();
  void keep(std::uint32_t number, std::size_t depth);
  void report(const std::string &what);

  std::map<std::uintptr_t, piece> live_;
  std::vector<pool_state> pools_;
  std::vector<std::uintptr_t> larges_;
  std::deque<cleanup> cleanups_;     // stable addresses: they are the tokens
  std::vector<cleanup *> expected_;  // to run now, the next one last
  actor *actor_ = nullptr;
  cleanup *chosen_ = nullptr;
  std::vector<std::string> errors_;
  std::size_t failures_ = 0;
  std::size_t operation_ = 0;
  bool one_alone_ = false;  // a cleanup is run now, not with all others
  std::uint8_t next_pattern_ = 1;
};

}  // namespace workload

#endif
