#include "recorder.hpp"

#include <fmt/format.h>

#include <cstdarg>
#include <utility>

namespace differential {
namespace {

std::vector<log_line> recorded;

/// The conversions of ngx_sprintf that pools use: %p %uz %d %s.
void append(log_line &line, const char *&format, std::va_list &arguments) {
  switch (*format) {
    case 'p':
      line.pointers.push_back(va_arg(arguments, const void *));
      line.text += pointer_mark;
      break;
    case 'u':
      ++format;  // z
      line.text += std::to_string(va_arg(arguments, std::size_t));
      break;
    case 'd':
      line.text += std::to_string(va_arg(arguments, int));
      break;
    case 's':
      line.text += va_arg(arguments, const char *);
      break;
    default:
      line.text += "(a conversion that the recorder does not know)";
  }
}

}  // namespace

std::vector<log_line> take_lines() { return std::exchange(recorded, {}); }

std::string written_out(const log_line &line,
                        const std::function<std::string(const void *)> &name_of) {
  std::string text;
  auto pointer = line.pointers.begin();
  for (const char c : line.text) {
    if (c == pointer_mark) {
      text += name_of(*pointer++);
    } else {
      text += c;
    }
  }
  return fmt::format("{}: [{}] {} ({})", line.log, line.level, text, line.error);
}

}  // namespace differential

void ngx_log_error_core(ngx_uint_t level, ngx_log_t *log, ngx_err_t error, const char *format,
                        ...) {
  differential::log_line line{level, error, static_cast<const char *>(log->data), {}, {}};
  std::va_list arguments;
  va_start(arguments, format);
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      line.text += *format;
    } else {
      differential::append(line, ++format, arguments);
    }
  }
  va_end(arguments);
  differential::recorded.push_back(std::move(line));
}
