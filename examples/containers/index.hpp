// index.hpp: which word is on which lines of a text. The program is the same for every kind of
// memory; only the names of its types are not.
#ifndef POND_EXAMPLES_CONTAINERS_INDEX_HPP
#define POND_EXAMPLES_CONTAINERS_INDEX_HPP

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory_resource>
#include <pond/allocator.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace containers {

/// The words in their order, and of each the lines that it is on.
using index = std::map<std::string, std::vector<std::uint32_t>, std::less<>>;

/// The same for std::pmr.
using pmr_index = std::pmr::map<std::pmr::string, std::pmr::vector<std::uint32_t>, std::less<>>;

/// The same in a pool: words and lines come from the pool of the map.
template <class Word, class Lines>
using map_in_pool =
    std::map<Word, Lines, std::less<>, pond::allocator<std::pair<const Word, Lines>>>;
using pond_index =
    map_in_pool<std::basic_string<char, std::char_traits<char>, pond::allocator<char>>,
                std::vector<std::uint32_t, pond::allocator<std::uint32_t>>>;

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Calls `use(word, line)` for each word of the text.
template <class Use>
void for_each_word(std::string_view text, Use use) {
  std::uint32_t line = 1;
  for (auto at = text.begin(); at != text.end();) {
    const auto end = std::find_if_not(at, text.end(), is_letter);
    if (end == at) {
      if (*at++ == '\n') ++line;
      continue;
    }
    use(std::string_view(at, end), line);
    at = end;
  }
}

/// Adds the words of a text to an index, whatever memory that is in.
template <class Index>
void add(Index &all, std::string_view text) {
  for_each_word(text, [&all](std::string_view word, std::uint32_t line) {
    auto found = all.find(word);
    if (found == all.end()) {
      found = all.emplace(std::piecewise_construct, std::tuple(word), std::tuple()).first;
    }
    auto &lines = found->second;
    if (lines.empty() || lines.back() != line) lines.push_back(line);
  });
}

}  // namespace containers

#endif
