// request.hpp: requests of three sizes, and what their answers look like as text.
#ifndef POND_EXAMPLES_FORMAT_REQUEST_HPP
#define POND_EXAMPLES_FORMAT_REQUEST_HPP

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace format {

struct article {
  unsigned number;
  std::string name;
  unsigned cents;
};

struct request {
  std::string name;  // of this example's, for the tables
  std::string path;
  std::string agent;
  std::uint64_t session;
  std::vector<article> found;
  unsigned repeats;  // how often one measured run answers it
};

/// One that found nothing, a page, a whole catalogue; the same in every run.
std::vector<request> make_requests();

/// Text as HTML has it between its tags.
struct escaped {
  std::string_view text;
};

/// What a character is in HTML; empty: itself.
constexpr std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return {};
  }
}

}  // namespace format

/// Goes straight to where the text goes: no string in between, wherever that is.
template <>
struct fmt::formatter<format::escaped> {
  constexpr auto parse(fmt::format_parse_context &context) { return context.begin(); }

  template <class Context>
  auto format(const format::escaped &value, Context &context) const {
    auto out = context.out();
    for (const char c : value.text) {
      const std::string_view instead = format::entity(c);
      if (instead.empty()) *out++ = c;
      for (const char of_entity : instead) *out++ = of_entity;
    }
    return out;
  }
};

#endif
