// side.hpp: one of the two implementations, running a script and writing down all that a caller of
// nginx's interface can see of it. A contender (workload/interpret.hpp) with something more.
#ifndef POND_TESTS_NGINX_SIDE_HPP
#define POND_TESTS_NGINX_SIDE_HPP

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "fresh_memory.hpp"
#include "implementation.hpp"
#include "recorder.hpp"
#include "script.hpp"

namespace differential {

/// The arrays of a pool, which have no numbers: how often one moves, and so whether its memory is
/// large, is not compared (allowed.hpp).
inline constexpr const char *array_name = "array";

/// For temporary files: made new for this process, and removed with all in it at its end. A name
/// made of the process's number alone meets what a killed process of the same number left.
const std::string &temp_directory();

class side {
 public:
  side(const implementation &of, const script &runs, fresh_memory &memory);

  /// Line by line; where an allocation lies stands under the name of what it was made for.
  [[nodiscard]] const std::vector<std::string> &seen() const { return seen_; }

  // --- What the interpreter calls, and after each operation that was done -----------------------

  void create(const workload::operation &o);
  void destroy(const workload::operation &o);
  void reset(const workload::operation &o);
  void *aligned(const workload::operation &o);
  void *packed(const workload::operation &o);
  void *zeroed(const workload::operation &o);
  void *overaligned(const workload::operation &o);
  void *large(const workload::operation &o);
  void *large_zeroed(const workload::operation &o);
  void free(const workload::operation &o, void *p);
  bool cleanup(const workload::operation &o, void (*handler)(void *), void *token, void **data);
  void done(const workload::operation &o);

 private:
  struct allocation {
    void *p;
    bool small;
  };
  /// An array of numbers that grows as ngx_array.c does it.
  struct numbers {
    std::uint64_t *elements = nullptr;
    std::size_t count = 0;
    std::size_t capacity = 0;
  };
  struct pool_record {
    ngx_pool_t *pool = nullptr;
    std::vector<allocation> all;     // by the program, freed ones apart
    std::vector<allocation> others;  // by extras
    std::vector<void *> freed;
    std::vector<const void *> expired;  // names that end with this step
    std::unordered_map<const void *, std::string> names;
    unsigned named = 0;
    numbers array;
    std::vector<ngx_chain_t *> links;
    std::vector<ngx_fd_t> files;
  };
  /// Of a cleanup of ours.
  struct note {
    side *self;
    std::size_t number;
    pool_record *record;
  };

  void *note_allocation(pool_record &r, void *p, std::size_t size, bool always_large);
  void name(pool_record &r, const void *p, const char *what);
  ngx_int_t give_back(pool_record &r, void *p);
  void interrogate(pool_record &r);
  void saw(std::string line) { seen_.push_back(std::move(line)); }
  void write_log_down(pool_record &r, bool refused = false);
  void write_cleanups_down(const pool_record &r);
  [[nodiscard]] std::string cleanup_name(const ngx_pool_cleanup_t &c) const;
  static void ran(void *data);

  // extras.cpp
  void do_extra(pool_record &r, step what);
  void do_frees(pool_record &r, step what);
  void free_any(pool_record &r, std::uint32_t choice);
  void free_again(pool_record &r, std::uint32_t choice);
  // extra_cleanups.cpp
  void do_cleanups(pool_record &r, step what);
  void add_cleanup(pool_record &r, step what);
  void add_file(pool_record &r, ngx_fd_t fd, const std::string &path, bool deletes);
  void add_temp_file(pool_record &r, bool gone);
  void run_file(pool_record &r, std::uint32_t choice);
  void unlink_cleanup(pool_record &r, std::uint32_t choice);
  void run_and_assign(pool_record &r);
  // extras.cpp
  void do_structures(pool_record &r, step what);
  void push(pool_record &r);
  void destroy_array(pool_record &r);
  void take_link(pool_record &r);
  void change_log(pool_record &r, step what);
  void do_refused(pool_record &r, step what);
  void absurd(pool_record &r, std::uint32_t choice);

  const implementation &of_;
  const script &script_;
  fresh_memory &memory_;
  std::vector<pool_record> pools_;
  std::vector<ngx_log_t> logs_;
  std::unordered_map<const void *, std::size_t> tokens_;
  std::deque<note> notes_;
  std::deque<std::string> paths_;
  std::vector<std::string> seen_;
  std::size_t step_ = 0;
};

}  // namespace differential

#endif
