// strings.cpp: text in a pool.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

char *copy_string(head &pool, const char *text, std::size_t length) noexcept {
  auto *copy = static_cast<char *>(allocate(pool, sizes::add(length, 1), 1));
  if (copy == nullptr) return nullptr;
  if (length != 0) std::memcpy(copy, text, length);  // text may then be null
  copy[length] = '\0';
  return copy;
}

/// Printed once into a buffer that holds almost every header line, and once more where it is
/// longer. Not into the pool's own room at once: that belongs to nobody yet, and a tool would say
/// so.
char *format(head &pool, const char *format, std::va_list arguments) noexcept {
  constexpr std::size_t usual_length = 256;
  char buffer[usual_length];
  std::va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(buffer, sizeof(buffer), format, arguments);
  char *text = nullptr;
  if (length >= 0) {
    const auto size = static_cast<std::size_t>(length) + 1;
    text = static_cast<char *>(allocate(pool, size, 1));
    if (text != nullptr && size <= sizeof(buffer)) {
      std::memcpy(text, buffer, size);
    } else if (text != nullptr) {
      std::vsnprintf(text, size, format, again);
    }
  }
  va_end(again);
  return text;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
