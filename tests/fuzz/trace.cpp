// trace.cpp: any bytes may stand in a trace file. Either it is refused with one line, or what was
// read can be written and read again, and is the same.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "target.hpp"
#include "workload/trace.hpp"

namespace {

/// A file in memory that has a path.
class memory_file {
 public:
  memory_file() : fd_(memfd_create("trace", MFD_CLOEXEC)) {
    if (fd_ < 0) std::abort();
  }
  memory_file(const memory_file &) = delete;
  memory_file &operator=(const memory_file &) = delete;
  ~memory_file() { close(fd_); }

  void fill(const std::uint8_t *data, std::size_t size) const {
    if (write(fd_, data, size) != static_cast<ssize_t>(size)) std::abort();
  }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const memory_file file;
  file.fill(data, size);
  workload::trace read;
  try {
    read = workload::read_trace(file.path());
  } catch (const workload::trace_error &error) {
    if (std::string(error.what()).find('\n') != std::string::npos) std::abort();
    return 0;
  }
  const memory_file again;
  workload::write_trace(again.path(), read.work);
  if (workload::read_trace(again.path()).work.operations.size() != read.work.operations.size()) {
    std::abort();
  }
  return 0;
}
