// file.hpp: what is in a file.
#ifndef POND_EXAMPLES_FILE_HPP
#define POND_EXAMPLES_FILE_HPP

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace examples {

/// All of a file; throws std::system_error, which names it, where it cannot be opened.
inline std::string contents_of(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) throw std::system_error(errno, std::generic_category(), path);
  return text;
}

}  // namespace examples

#endif
