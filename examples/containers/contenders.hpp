// contenders.hpp: an index of a text, in memory of one kind.
#ifndef POND_EXAMPLES_CONTAINERS_CONTENDERS_HPP
#define POND_EXAMPLES_CONTAINERS_CONTENDERS_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace containers {

struct contender {
  std::string memory;
  std::size_t (*words)(std::string_view text);  // makes the index and forgets it: how many it had
  std::string (*page)(std::string_view text);   // all of it, as a book has it at its end
};

/// What most programs do first, pond last.
std::vector<contender> contenders();

}  // namespace containers

#endif
