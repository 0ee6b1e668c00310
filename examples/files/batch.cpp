#include "batch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <pond/pool.hpp>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace files {
namespace {

struct bad_file : std::runtime_error {
  using runtime_error::runtime_error;
};
struct end_of_group : std::runtime_error {
  using runtime_error::runtime_error;
};

[[noreturn]] void throw_errno(std::string_view path) {
  throw std::system_error(errno, std::generic_category(), std::string(path));
}

std::string_view path_of(pond::pool &pool, const std::string &directory, std::size_t i) {
  return pool.copy(fmt::format("{}/{}", directory, i));
}

/// A line, again and again: from 20 bytes to a few pages.
std::string content_of(std::size_t i) {
  constexpr std::size_t most_lines = 500;
  const std::string line = fmt::format("line of file {:>6}\n", i);
  std::string text;
  for (std::size_t n = i % most_lines + 1; n != 0; --n) text += line;
  return text;
}

/// A new file that is the pool's: closed and unlinked with it.
int make_owned(pond::pool &pool, std::string_view path) {
  const int fd = open(path.data(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) throw_errno(path);
  try {
    pool.own_temp_file(fd, path.data());
  } catch (...) {  // no memory for the record: until it is owned, the file is ours
    unlink(path.data());
    close(fd);
    throw;
  }
  return fd;
}

int open_owned(pond::pool &pool, std::string_view path) {
  const int fd = open(path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_errno(path);
  try {
    pool.own_fd(fd);
  } catch (...) {
    close(fd);
    throw;
  }
  return fd;
}

void write_all(int fd, std::string_view text, std::string_view path) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0) throw_errno(path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void read_all(int fd, char *to, std::size_t size, std::string_view path) {
  while (size != 0) {
    const ssize_t got = ::read(fd, to, size);
    if (got < 0) throw_errno(path);
    if (got == 0) throw bad_file(fmt::format("{}: it became shorter", path));
    to += got;
    size -= static_cast<std::size_t>(got);
  }
}

class batch {
 public:
  explicit batch(const std::string &directory) : directory_(directory) {}

  /// Files first to last - 1, in a pool of their own: at its end everything of theirs is gone, also
  /// when an exception passes.
  void do_group(std::size_t first, std::size_t last) {
    pond::pool group;
    for (std::size_t i = first; i < last; ++i) make(group, i);
    for (std::size_t i = first; i < last; ++i) read_if_possible(group, i);
  }

  void group_has_ended(std::size_t first, std::size_t last) {
    ++report_.of_files.groups_ended;
    while (fate_of(first) != fate::ends_the_group) ++first;
    report_.of_files.not_reached += last - first - 1;
  }

  [[nodiscard]] const report &result() const { return report_; }

 private:
  void make(pond::pool &group, std::size_t i) {
    const std::string_view path = path_of(group, directory_, i);
    write_all(make_owned(group, path), content_of(i), path);
    ++report_.of_files.made;
    if (fate_of(i) == fate::missing) unlink(path.data());
  }

  void read_if_possible(pond::pool &group, std::size_t i) {
    try {
      read(group, i);
      ++report_.of_files.read;
    } catch (const std::system_error &e) {
      if (e.code() != std::errc::no_such_file_or_directory) throw;
      ++report_.of_files.missing;
    } catch (const bad_file &) {
      ++report_.of_files.bad;
    }
  }

  /// What reading needs is a child's: descriptor and buffer go when the file is done, not with the
  /// group. An exception takes them along.
  void read(pond::pool &group, std::size_t i) {
    pond::pool job = group.child();
    const std::string_view path = path_of(job, directory_, i);
    const int fd = open_owned(job, path);

    struct stat status = {};
    if (fstat(fd, &status) != 0) throw_errno(path);
    const auto size = static_cast<std::size_t>(status.st_size);
    auto *text = static_cast<char *>(job.allocate(size, 1));
    note_the_most(group);
    read_all(fd, text, size / 2, path);
    if (fate_of(i) == fate::bad) throw bad_file(std::string(path));
    if (fate_of(i) == fate::ends_the_group) throw end_of_group(std::string(path));
    read_all(fd, text + size / 2, size - size / 2, path);
    if (std::string_view(text, size) != content_of(i)) {
      throw std::logic_error(fmt::format("{}: not what was written", path));
    }
  }

  void note_the_most(const pond::pool &group) {
    report_.most_descriptors = std::max(report_.most_descriptors, open_descriptors());
    report_.most_bytes = std::max(report_.most_bytes, group.stats(true).reserved);
  }

  std::string directory_;
  report report_;
};

}  // namespace

report run_batch(const std::string &directory, std::size_t count, std::size_t group) {
  batch all(directory);
  for (std::size_t first = 0; first < count; first += group) {
    const std::size_t last = std::min(first + group, count);
    try {
      all.do_group(first, last);
    } catch (const end_of_group &) {
      all.group_has_ended(first, last);
    }
  }
  return all.result();
}

std::size_t open_descriptors() {
  // One of them is the iterator's own.
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all))) - 1;
}

}  // namespace files
