#include "documents.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <random>
#include <utility>

#include "common/file.hpp"

namespace json {
namespace {

/// Of the same numbers everywhere: the engine is fixed by the standard, distributions are not.
using random = std::mt19937_64;

std::size_t below(random &r, std::size_t n) { return r() % n; }

std::string word(random &r, std::size_t least, std::size_t most) {
  constexpr std::size_t letters = 26;
  std::string text;
  for (std::size_t n = least + below(r, most - least + 1); n != 0; --n) {
    text += static_cast<char>('a' + below(r, letters));
  }
  return text;
}

/// In braces, words are made in this order; as arguments of a call, in the compiler's.
using words = std::vector<std::string>;

/// What an interface answers of a person: nine members, a list and an object among them.
std::string record(random &r, std::size_t id) {
  const std::size_t zip = 10000 + below(r, 90000);
  const words w = {word(r, 3, 9), word(r, 4, 12), word(r, 4, 20), word(r, 3, 8),
                   word(r, 3, 8), word(r, 3, 24), word(r, 4, 12)};
  return fmt::format(
      R"({{"id":{},"name":"{} {}","mail":"{}@example.org","age":{},"active":{},"score":{},)"
      R"("tags":["{}","{}","{}"],"place":{{"city":"{}","zip":"{}"}},"note":null}})",
      id, w[0], w[1], w[2], zip % 90, zip % 2 == 0, zip * 3, w[3], w[4], w[5], w[6], zip);
}

template <class Element>
std::string list_of(std::size_t count, Element element) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text += ',';
    text += element(i);
  }
  return text + ']';
}

std::string request(random &r) {
  return fmt::format(R"({{"method":"update","version":2,"items":{}}})",
                     list_of(5, [&r](std::size_t i) { return record(r, i); }));
}

/// Paragraphs, with what has to be escaped and what has not.
std::string long_string(random &r) {
  std::string text = "\"";
  for (std::size_t left = 100 + below(r, 500); left != 0; --left) {
    text += word(r, 1, 11);
    text += left % 20 == 0 ? R"(.\n\"ü\" )" : " ";
  }
  return text + '"';
}

/// Integers, and quarters, which a double holds exactly.
std::string row_of_numbers(random &r) {
  constexpr std::size_t columns = 50;
  return list_of(columns, [&r](std::size_t i) {
    const auto n = below(r, 2000000);
    return i % 2 == 0 ? fmt::format("{}", n) : fmt::format("-{}.{}", n, n % 2 == 0 ? 25 : 75);
  });
}

/// Three members at each level, of different names.
std::string tree(random &r, unsigned depth) {
  if (depth == 0) return fmt::format("{}", below(r, 1000));
  std::string text;
  for (const char *first : {"{\"a", ",\"b", ",\"c"}) {
    text += first + word(r, 1, 9) + "\":";
    text += tree(r, depth - 1);
  }
  return text + '}';
}

}  // namespace

document read_document(const std::string &path) {
  std::string text = examples::contents_of(path);
  constexpr std::size_t enough = 1 << 20;
  const auto repeats = static_cast<unsigned>(1 + enough / (text.size() + 1));
  return {std::filesystem::path(path).filename().string(), std::move(text), false, repeats,
          16};  // however much space it has in it
}

std::vector<document> make_documents(unsigned smaller) {
  random r(1);
  unsigned levels = 9;
  for (unsigned left = smaller; left >= 3 && levels > 1; left /= 3) --levels;
  std::vector<document> all;
  all.push_back({"request", request(r), true, 200});
  all.push_back(
      {"objects", list_of(3000 / smaller, [&r](std::size_t i) { return record(r, i); }), true, 1});
  all.push_back(
      {"strings", list_of(400 / smaller, [&r](std::size_t) { return long_string(r); }), true, 1});
  all.push_back({"numbers",
                 list_of(1000 / smaller, [&r](std::size_t) { return row_of_numbers(r); }), false,
                 1});
  all.push_back({"tree", tree(r, levels), true, 1});
  return all;
}

}  // namespace json
