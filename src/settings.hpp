// settings.hpp: what POND_OPTIONS and pond_configure() say.
#ifndef POND_SRC_SETTINGS_HPP
#define POND_SRC_SETTINGS_HPP

#include <cstdint>

#include "pond/config.h"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

struct settings {
  bool own = false;           // every allocation has its own upstream memory
  bool abort = false;         // after a report of misuse
  std::uint64_t fail_at = 0;  // the upstream call that fails, and the last one; 0: none
  std::uint64_t fail_until = 0;
};

/// Comma-separated words. On a false answer `text` is at the word that is not known.
bool read_settings(const char *&text, settings &into) noexcept;

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
