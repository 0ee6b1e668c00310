#include "request.hpp"

namespace format {
namespace {

std::vector<article> articles(unsigned count) {
  // Some of the characters that HTML has to have escaped.
  constexpr std::string_view names[] = {"Hinge, brass", "Bolt <M8> & nut", "Paint \"moss\", 750 ml",
                                        "Saw blade for frames of up to 30 cm"};
  constexpr unsigned first_number = 4711;
  constexpr unsigned step_of_cents = 137;
  std::vector<article> all;
  for (unsigned i = 0; i < count; ++i) {
    all.push_back(
        {first_number + i, std::string(names[i % std::size(names)]), (i + 1) * step_of_cents});
  }
  return all;
}

}  // namespace

std::vector<request> make_requests() {
  const std::string agent =
      "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0";
  return {{"nothing", "/search?for=gold", agent, 0xfeed, articles(0), 1000},
          {"page", "/search?for=tools", agent, 0xbeef, articles(40), 100},
          {"catalogue", "/search?for=*", agent, 0xcafe, articles(1000), 5}};
}

}  // namespace format
