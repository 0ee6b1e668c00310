// settings.cpp: reads words separated by commas.
#include "settings.hpp"

#include <cstddef>
#include <cstring>

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

bool equals(const char *word, std::size_t length, const char *name) noexcept {
  return std::strlen(name) == length && std::memcmp(word, name, length) == 0;
}

/// The digits of a number; false when there is anything else, or too much of it.
bool read_number(const char *text, std::size_t length, std::uint64_t &number) noexcept {
  if (length == 0) return false;
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    if (__builtin_mul_overflow(n, std::uint64_t{10}, &n)) return false;
    if (__builtin_add_overflow(n, static_cast<std::uint64_t>(text[i] - '0'), &n)) return false;
  }
  number = n;
  return true;
}

/// N, or N-M; calls are counted from 1.
bool read_range(const char *text, std::size_t length, std::uint64_t &first,
                std::uint64_t &last) noexcept {
  const auto *hyphen = static_cast<const char *>(std::memchr(text, '-', length));
  const std::size_t digits = hyphen != nullptr ? static_cast<std::size_t>(hyphen - text) : length;
  if (!read_number(text, digits, first)) return false;
  last = first;
  if (hyphen != nullptr && !read_number(hyphen + 1, length - digits - 1, last)) return false;
  return first != 0 && first <= last;
}

bool read_word(const char *word, std::size_t length, settings &into) noexcept {
  constexpr char fail[] = "fail=";
  constexpr std::size_t fail_length = sizeof(fail) - 1;
  if (length == 0) return true;
  if (equals(word, length, "own")) {
    into.own = true;
    return true;
  }
  if (equals(word, length, "abort")) {
    into.abort = true;
    return true;
  }
  if (length > fail_length && std::memcmp(word, fail, fail_length) == 0) {
    return read_range(word + fail_length, length - fail_length, into.fail_at, into.fail_until);
  }
  return false;
}

}  // namespace

bool read_settings(const char *&text, settings &into) noexcept {
  while (true) {
    const std::size_t length = std::strcspn(text, ",");
    if (!read_word(text, length, into)) return false;
    if (text[length] == '\0') return true;
    text += length + 1;
  }
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
