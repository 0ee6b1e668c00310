// contenders.hpp: a library that parses JSON, with memory of one kind.
#ifndef POND_EXAMPLES_JSON_CONTENDERS_HPP
#define POND_EXAMPLES_JSON_CONTENDERS_HPP

#include <cstddef>
#include <pond/pool.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace json {

/// Throws where the text is not JSON.
struct contender {
  std::string library;
  std::string memory;
  void (*parse)(std::string_view text);  // and forget
  std::string (*parse_and_write)(std::string_view text);
  /// Whether the document takes no more bytes; null: this memory has no limit.
  bool (*fits)(std::string_view text, std::size_t bytes) = nullptr;
};

/// Bytes of a document's first block, in each library's own pool too: as large as a pool's blocks
/// get, so that a document of some hundred KiB has few of them, each with little left at its end.
/// With the default, 4096, one of long strings met three page faults more each time. What is not
/// used is not touched either.
inline constexpr std::size_t first_block = 262144;

/// Parses a document in a pool of its own, and whether it takes no more bytes: the same for each
/// library. `Library::parsed_in(pool, text, use)` has it parsed in the pool, and used before it
/// goes.
template <class Library>
struct on_pond {
  template <class Use>
  static auto parsed(std::string_view text, Use use) {
    pond::pool pool(first_block);
    return Library::parsed_in(pool, text, use);
  }
  static bool fits(std::string_view text, std::size_t bytes) {
    try {
      pond::pool pool({.hard_limit = bytes});
      Library::parsed_in(pool, text, [](const auto &) {});
      return true;
    } catch (const pond::limit_exceeded &) {
      return false;
    }
  }
};

/// Of each library its default first, pond last.
std::vector<contender> boost_json_contenders();
std::vector<contender> rapidjson_contenders();

}  // namespace json

#endif
