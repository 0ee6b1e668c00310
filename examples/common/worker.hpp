// worker.hpp: a process that does one thing, as often as it is asked to.
#ifndef POND_EXAMPLES_WORKER_HPP
#define POND_EXAMPLES_WORKER_HPP

#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <system_error>

namespace examples {

/// Forked from this process, which it leaves as it was: what it gives back to malloc, and malloc to
/// the kernel, nobody else finds or misses. Ends with this object.
class worker {
 public:
  /// `run()` gives a double, or throws.
  template <class Run>
  explicit worker(const Run &run) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
    process_ = fork();
    if (process_ == 0) {
      close(ends[0]);  // or it would not hear of this process's end
      serve(ends[1], run);
    }
    const int error = errno;
    socket_ = ends[0];
    close(ends[1]);
    if (process_ == -1) {
      close(socket_);
      errno = error;
      fail("fork");
    }
  }
  worker(const worker &) = delete;
  worker &operator=(const worker &) = delete;
  ~worker() {
    send(socket_, &no, 1, MSG_NOSIGNAL);
    close(socket_);
    waitpid(process_, nullptr, 0);
  }

  /// Has it run, and waits. Where it has thrown, a std::runtime_error with the same text.
  double run() {
    answer got{};
    const bool asked = send(socket_, &yes, 1, MSG_NOSIGNAL) == 1;
    if (!asked || recv(socket_, &got, sizeof(got), MSG_WAITALL) != sizeof(got)) {
      throw std::runtime_error("a process of its own has ended before its work");
    }
    if (got.failed) throw std::runtime_error(got.error);
    return got.value;
  }

 private:
  static constexpr char yes = 1;
  static constexpr char no = 0;

  struct answer {
    double value;
    bool failed;
    char error[240];
  };

  [[noreturn]] static void fail(const char *call) {
    throw std::system_error(errno, std::generic_category(), call);
  }

  template <class Run>
  [[noreturn]] static void serve(int socket, const Run &run) {
    char again = no;
    while (recv(socket, &again, 1, 0) == 1 && again == yes) {
      answer given{};
      try {
        given.value = run();
      } catch (const std::exception &e) {
        given.failed = true;
        std::snprintf(given.error, sizeof(given.error), "%s", e.what());
      } catch (...) {  // may not leave: above are the caller's frames
        _exit(1);
      }
      if (send(socket, &given, sizeof(given), MSG_NOSIGNAL) != sizeof(given)) break;
    }
    _exit(0);
  }

  int socket_ = -1;
  pid_t process_ = -1;
};

/// While it lives, this process and those that it forks stay on one processor, where that can be
/// asked for: another one may be slower, for as long as some neighbour on the machine likes.
class on_one_processor {
 public:
  on_one_processor() noexcept {
    cpu_set_t here;
    CPU_ZERO(&here);
    const int processor = sched_getcpu();
    if (processor < 0 || processor >= CPU_SETSIZE) return;
    CPU_SET(static_cast<unsigned>(processor), &here);
    pinned_ = sched_getaffinity(0, sizeof(before_), &before_) == 0 &&
              sched_setaffinity(0, sizeof(here), &here) == 0;
  }
  on_one_processor(const on_one_processor &) = delete;
  on_one_processor &operator=(const on_one_processor &) = delete;
  ~on_one_processor() {
    if (pinned_) sched_setaffinity(0, sizeof(before_), &before_);
  }

 private:
  cpu_set_t before_{};
  bool pinned_ = false;
};

/// Runs `check()` once in a process of its own; throws as worker::run().
template <class Check>
void apart(const Check &check) {
  worker([&check] {
    check();
    return 0.0;
  }).run();
}

}  // namespace examples

#endif
