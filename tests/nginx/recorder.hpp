// recorder.hpp: what is logged, in order, as nginx would have written it.
#ifndef POND_TESTS_NGINX_RECORDER_HPP
#define POND_TESTS_NGINX_RECORDER_HPP

#include <functional>
#include <string>
#include <vector>

#include "implementation.hpp"

namespace differential {

/// In `text` a pointer stands as `pointer_mark`; which ones they were is in `pointers`.
struct log_line {
  ngx_uint_t level;
  ngx_err_t error;
  std::string log;  // the name its ngx_log_t bears in `data`
  std::string text;
  std::vector<const void *> pointers;
};

inline constexpr char pointer_mark = '\1';

/// Everything since the last call.
std::vector<log_line> take_lines();

/// "log: [level] text (errno)", pointers by the name that `name_of` gives them.
std::string written_out(const log_line &line,
                        const std::function<std::string(const void *)> &name_of);

/// A log whose lines are recorded under this name; `level` as nginx's log_level.
inline ngx_log_t recorded_log(const char *name, ngx_uint_t level) {
  return {level, const_cast<char *>(name)};
}

}  // namespace differential

#endif
