// script.hpp: what is run on both: a program of the workload, and after each of its operations
// something that only nginx's interface has.
#ifndef POND_TESTS_NGINX_SCRIPT_HPP
#define POND_TESTS_NGINX_SCRIPT_HPP

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "workload/program.hpp"

namespace differential {

enum class extra : std::uint8_t {
  nothing,
  free_any,       // ngx_pfree of whatever was allocated, small or large
  free_interior,  // ... of its second byte
  free_foreign,   // ... of what is not a pool's
  free_again,     // ... of what was freed
  add_cleanup,
  add_without_handler,
  add_file,         // an open descriptor, to close
  add_temp_file,    // ... and a file to delete
  add_gone_file,    // a file that somebody else has deleted
  add_broken_file,  // a descriptor that is not open, and a name that cannot be deleted
  run_file,         // ngx_pool_run_cleanup_file, of one of those or of an unknown descriptor
  unlink_cleanup,   // out of the list, as realip does
  run_and_assign,   // the newest of one kind, then pool->cleanup = the rest, as limit_conn does
  array_push,       // as ngx_array.c: grown by moving d.last, or moved
  array_destroy,
  take_chain_link,  // as ngx_buf.c
  free_chain_link,
  set_log,
  log_from_pool,  // the pool's log in its own memory
  large_without_memory,
  aligned_without_memory,
  pool_without_memory,
  absurd_size,
};
inline constexpr unsigned extras = static_cast<unsigned>(extra::absurd_size) + 1;

struct step {
  extra what = extra::nothing;
  std::uint32_t choice = 0;  // which of several
};

struct script {
  workload::program work;
  std::vector<step> steps;   // one behind each operation
  bool interrogates = true;  // asks ngx_pfree about everything before a pool is destroyed
};

/// Pools of the sizes that nginx and its modules use, and of an odd one.
script script_from_seed(std::uint64_t seed);

/// Of any bytes: the first half is the program, the second what comes behind its operations.
script script_from_bytes(std::span<const std::uint8_t> bytes);

/// Recorded traffic, nothing added.
script script_from_trace(const std::string &file);

}  // namespace differential

#endif
