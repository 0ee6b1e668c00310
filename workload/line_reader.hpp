// line_reader.hpp: the lines of a file, gzipped or not, and errors that name the line. Private to
// the reader of traces.
#ifndef POND_WORKLOAD_LINE_READER_HPP
#define POND_WORKLOAD_LINE_READER_HPP

#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "workload/trace.hpp"

namespace workload {

/// The longest line there is has a letter and four numbers of 20 digits.
inline constexpr std::size_t longest_line = 128;

class line_reader {
 public:
  explicit line_reader(const std::string &name) : name_(name), file_(gzopen(name.c_str(), "rb")) {
    if (file_ == nullptr) fail(std::strerror(errno));
  }
  ~line_reader() {
    if (file_ != nullptr) gzclose(file_);
  }
  line_reader(const line_reader &) = delete;
  line_reader &operator=(const line_reader &) = delete;

  /// The next line without its end; false at the end of the file.
  bool next(std::string_view &line) {
    if (gzgets(file_, buffer_.data(), static_cast<int>(buffer_.size())) == nullptr) {
      check();
      return false;
    }
    ++number_;
    line = buffer_.data();
    if (!line.ends_with('\n')) {
      check();
      fail(line.size() + 1 == buffer_.size() ? "the line is too long for a trace"
                                             : "the file is truncated in this line");
    }
    line.remove_suffix(1);
    return true;
  }

  [[noreturn]] void fail(const std::string &reason) const {
    throw trace_error(name_, number_, reason);
  }

  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  void check() {
    int error = Z_OK;
    const char *text = gzerror(file_, &error);
    if (error == Z_OK || error == Z_STREAM_END) return;
    const std::string reason = error == Z_BUF_ERROR ? "the file is truncated"
                               : error == Z_ERRNO   ? std::strerror(errno)
                                                    : text;
    fail(reason + " (after line " + std::to_string(number_) + ")");
  }

  std::string name_;
  gzFile file_;
  std::array<char, longest_line> buffer_{};
  std::size_t number_ = 0;
};

}  // namespace workload

#endif
