// file.hpp: what is in a file.
#ifndef POND_EXAMPLES_FILE_HPP
#define POND_EXAMPLES_FILE_HPP

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace examples {

/// All of a file; throws std::system_error, which names it.
inline std::string contents_of(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno, std::generic_category(), path);
  try {
    return {std::istreambuf_iterator<char>(file), {}};
  } catch (const std::ios_base::failure &error) {  // while reading
    throw std::system_error(error.code(), path);
  }
}

}  // namespace examples

#endif
