// batch.hpp: makes many small temporary files and reads them, while some of it fails.
#ifndef POND_EXAMPLES_FILES_BATCH_HPP
#define POND_EXAMPLES_FILES_BATCH_HPP

#include <cstddef>
#include <string>

namespace files {

/// What happens to a file.
enum class fate {
  read,            // nothing
  missing,         // somebody removes it before it is read
  bad,             // an exception while it is open and half read
  ends_the_group,  // the same, and nobody goes on with the group
};

/// That of file `i`. Prime distances, so that every kind meets every place in a group.
constexpr fate fate_of(std::size_t i) {
  if (i % 1009 == 1008) return fate::ends_the_group;
  if (i % 97 == 96) return fate::missing;
  return i % 89 == 88 ? fate::bad : fate::read;
}

struct counts {
  std::size_t made = 0;
  std::size_t read = 0;
  std::size_t missing = 0;
  std::size_t bad = 0;
  std::size_t groups_ended = 0;
  std::size_t not_reached = 0;  // after the file that ended their group

  bool operator==(const counts &) const = default;
};

struct report {
  counts of_files;
  std::size_t most_descriptors = 0;  // open in the process, at a group's fullest
  std::size_t most_bytes = 0;        // held by one group's pool and its children
};

/// Makes `count` files in `directory` and reads each, a pool for every `group` of them. Whatever
/// fails, no descriptor and no file is left. Throws only what is not part of the game.
report run_batch(const std::string &directory, std::size_t count, std::size_t group);

/// Descriptors that the process has open.
std::size_t open_descriptors();

}  // namespace files

#endif
