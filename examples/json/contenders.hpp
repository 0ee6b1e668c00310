// contenders.hpp: a library that parses JSON, with memory of one kind.
#ifndef POND_EXAMPLES_JSON_CONTENDERS_HPP
#define POND_EXAMPLES_JSON_CONTENDERS_HPP

#include <cstddef>
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

/// Of each library its default first, pond last.
std::vector<contender> boost_json_contenders();
std::vector<contender> rapidjson_contenders();

}  // namespace json

#endif
