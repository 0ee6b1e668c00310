// apart.hpp: runs what may crash in a process of its own.
#ifndef POND_WORKLOAD_APART_HPP
#define POND_WORKLOAD_APART_HPP

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace workload {

/// Longer than anything that ends takes, under an emulator too; below what ctest allows.
inline constexpr unsigned apart_patience = 300;  // seconds

/// Whether `succeeds()`, a bool, was false or did not return at all, or not within
/// apart_patience. What it prints goes nowhere.
template <class Succeeds>
bool fails_apart(const Succeeds &succeeds) {
  const pid_t child = fork();
  if (child == -1) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    alarm(apart_patience);
    _exit(std::freopen("/dev/null", "w", stderr) != nullptr && succeeds() ? 0 : 1);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) {
    throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

}  // namespace workload

#endif
