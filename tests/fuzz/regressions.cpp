// regressions.cpp: runs a target over the files of the given folders, where there is no fuzzer.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "target.hpp"

int main(int argc, char **argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto &entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string content(std::istreambuf_iterator<char>(file), {});
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);  // the last line is the one that fails
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(content.data()),
                             content.size());
      ++count;
    }
  }
  return count != 0 ? 0 : 1;
}
