// tools.hpp: what the tools that watch a program are told of a pool's memory, and asked.
//
// What happens, and what each tool makes of it:
//
//   taken(s, p, n)     a block of n bytes came from the upstream
//                      ASan: a report of an address in it names the pool; memcheck: CREATE_BLOCK
//
//   opened(p, n)       n bytes are the user's, or a record's, now
//                      ASan: unpoison; memcheck: UNDEFINED
//
//   closed(p, n)       n bytes are nobody's now
//                      ASan: poison; memcheck: NOACCESS
//
//   returned(s, p, n)  n bytes are about to go to the upstream
//                      as opened, and gone; memcheck: DISCARD
//
//   gone(s, p, n)      n bytes were the pool's, or are the object that it was
//                      ASan: a report of their use after they were freed names the pool
//
// The core says so wherever memory changes hands, behind one test of a flag.
#ifndef POND_SRC_TOOLS_HPP
#define POND_SRC_TOOLS_HPP

#include "state.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Closed bytes before every allocation and behind it, where a record may come next: twice
/// AddressSanitizer's granule, so that an overflow by up to 16 bytes is seen.
inline constexpr std::size_t red_zone = 16;

/// AddressSanitizer knows how many of the first bytes of each eight are open, so an allocation
/// begins at a multiple of eight, a packed string too.
inline constexpr std::size_t granule = 8;

/// Whether [p, p + size) lies in so many bytes.
inline bool lies_in(const void *from, std::size_t length, const void *p,
                    std::size_t size) noexcept {
  const auto distance =
      reinterpret_cast<std::uintptr_t>(p) - reinterpret_cast<std::uintptr_t>(from);
  return distance <= length && size <= length - distance;
}

// tools.cpp

/// Looks for a tool, once, before the first pool begins; whether there is one.
bool find_tools() noexcept;

void opened(const void *p, std::size_t size) noexcept;
void closed(const void *p, std::size_t size) noexcept;

/// Whether all of it is somebody's, as far as the tools know.
bool is_open(void *p, std::size_t size) noexcept;

/// Whether some of it, no more than a red zone, is nobody's.
bool has_closed(unsigned char *p, std::size_t size) noexcept;

/// Whether a tool opens the whole stack where an exception is thrown: AddressSanitizer.
bool opens_stacks() noexcept;

/// Whether free() writes into the first bytes of what it is given, and no further, and nobody else
/// does soon: AddressSanitizer.
bool notes_in_freed() noexcept;

/// Gives a block a name in memcheck's reports; what it is taken back by.
unsigned name_block(const void *p, std::size_t size, const char *tag) noexcept;
void unname_block(unsigned name) noexcept;

// whose.cpp

/// From now on blocks are noted: there is a tool.
void note_blocks() noexcept;

void taken(const state &s, const void *p, std::size_t size) noexcept;
void returned(const state &s, const void *p, std::size_t size) noexcept;
void gone(const state &s, const void *p, std::size_t size) noexcept;

enum class owner : std::uint8_t { unknown, has_it, had_it };

/// Which watched pool an address belongs to, or, if it has been freed, belonged to. Unknown, too,
/// while another thread notes something: what tells of a mistake must not wait.
owner whose(const void *address, bool freed, tag_text &tag) noexcept;

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
