#include "catalogue.hpp"

#include <fmt/format.h>

#include <array>
#include <random>

namespace {

constexpr std::size_t products = 1000;
constexpr std::size_t related = 12;
constexpr std::size_t tags = 4;
constexpr unsigned most_cents = 100000;

constexpr std::array<const char *, 8> things = {"kettle", "lamp",   "notebook", "bicycle bell",
                                                "teapot", "drawer", "umbrella", "pocket knife"};
constexpr std::array<const char *, 8> kinds = {"enamelled",  "folding",  "second-hand", "small",
                                               "waterproof", "wireless", "heavy-duty",  "plain"};

product make(std::mt19937 &random) {
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  product made;
  made.name = fmt::format("{} {}, model {}", kinds[below(kinds.size())],
                          things[below(things.size())], below(products));
  made.maker = fmt::format("{} & daughters", things[below(things.size())]);
  for (std::size_t i = 0; i < tags; ++i) {
    made.tags.push_back(fmt::format("{}-for-{}", kinds[below(kinds.size())], below(products)));
  }
  const auto cents = static_cast<unsigned>(below(most_cents));
  made.cents = {cents, cents * 9, cents * 80};
  for (std::size_t i = 0; i < related; ++i) made.related.push_back(below(products));
  return made;
}

}  // namespace

const std::vector<product> &catalogue() {
  static const std::vector<product> all = [] {
    std::mt19937 random;  // NOLINT(cert-msc32-c): the same in every run
    std::vector<product> made;
    for (std::size_t i = 0; i < products; ++i) made.push_back(make(random));
    return made;
  }();
  return all;
}
