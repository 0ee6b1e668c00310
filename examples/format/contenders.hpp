// contenders.hpp: one handler, with its text in memory of one kind.
#ifndef POND_EXAMPLES_FORMAT_CONTENDERS_HPP
#define POND_EXAMPLES_FORMAT_CONTENDERS_HPP

#include <cstddef>
#include <string>
#include <vector>

#include "request.hpp"

namespace format {

struct contender {
  std::string text_in;
  std::size_t (*answer)(const request &r);  // and forget; how many bytes it was
  std::string (*text)(const request &r);    // all of it, the log line at the end
};

/// What most programs do first, pond's buffers last.
std::vector<contender> contenders();

}  // namespace format

#endif
