// tools.cpp: AddressSanitizer and memcheck. The only file that knows a tool by name.
#include "tools.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif

#include "watch.hpp"

extern "C" {
void __asan_poison_memory_region(void const volatile *, std::size_t) __attribute__((weak));
void __asan_unpoison_memory_region(void const volatile *, std::size_t) __attribute__((weak));
void *__asan_region_is_poisoned(void *, std::size_t) __attribute__((weak));
void __asan_set_error_report_callback(void (*)(const char *)) __attribute__((weak));
void *__asan_get_report_address() __attribute__((weak));
const char *__asan_get_report_description() __attribute__((weak));
}

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

constinit struct {
  bool asan;
  bool memcheck;
} present{};

#if __has_include(<valgrind/memcheck.h>)
/// Only memcheck answers -1; RUNNING_ON_VALGRIND is true under callgrind too, whose counts the trap
/// would falsify.
bool under_memcheck() noexcept {
  char probe = 0;
  return static_cast<int>(VALGRIND_MAKE_MEM_DEFINED(&probe, sizeof(probe))) == -1;
}
void memcheck_open(const void *p, std::size_t size) noexcept {
  VALGRIND_MAKE_MEM_UNDEFINED(p, size);
}
void memcheck_close(const void *p, std::size_t size) noexcept {
  VALGRIND_MAKE_MEM_NOACCESS(p, size);
}
/// Reports it itself, too, with where the memory comes from.
bool memcheck_is_open(const void *p, std::size_t size) noexcept {
  return VALGRIND_CHECK_MEM_IS_ADDRESSABLE(p, size) == 0;
}
/// Without a report: that there is nothing is as it should be.
bool memcheck_has_closed(const unsigned char *p, std::size_t size) noexcept {
  constexpr unsigned not_addressable = 3;
  unsigned char bits[red_zone];
  return VALGRIND_GET_VBITS(p, bits, size) == not_addressable;
}
unsigned memcheck_name(const void *p, std::size_t size, const char *text) noexcept {
  return static_cast<unsigned>(VALGRIND_CREATE_BLOCK(p, size, text));
}
void memcheck_unname(unsigned name) noexcept { VALGRIND_DISCARD(name); }
#else
bool under_memcheck() noexcept { return false; }
void memcheck_open(const void *, std::size_t) noexcept {}
void memcheck_close(const void *, std::size_t) noexcept {}
bool memcheck_is_open(const void *, std::size_t) noexcept { return true; }
bool memcheck_has_closed(const unsigned char *, std::size_t) noexcept { return true; }
unsigned memcheck_name(const void *, std::size_t, const char *) noexcept { return 0; }
void memcheck_unname(unsigned) noexcept {}
#endif

/// AddressSanitizer's, after its own report.
void tell_whose(const char * /*report*/) noexcept {
  const int error = errno;  // the program may go on, and has only used memory
  const bool freed = std::strcmp(__asan_get_report_description(), "heap-use-after-free") == 0;
  tag_text tag;
  const owner found = whose(__asan_get_report_address(), freed, tag);
  if (found == owner::unknown) return;
  report(tag.text, EFAULT,
         found == owner::has_it ? "AddressSanitizer reports an address in memory of this pool"
                                : "AddressSanitizer reports an address that was once this pool's");
  errno = error;
}

/// Of what is unloaded nothing may be called.
__attribute__((destructor)) void tell_no_more() noexcept {
  if (present.asan && __asan_set_error_report_callback != nullptr)
    __asan_set_error_report_callback(nullptr);
}

}  // namespace

bool find_tools() noexcept {
  present.asan = __asan_poison_memory_region != nullptr &&
                 __asan_unpoison_memory_region != nullptr && __asan_region_is_poisoned != nullptr;
  if (present.asan && __asan_set_error_report_callback != nullptr &&
      __asan_get_report_address != nullptr && __asan_get_report_description != nullptr) {
    __asan_set_error_report_callback(tell_whose);
  }
  present.memcheck = under_memcheck();
  const bool any = present.asan || present.memcheck;
  if (any) note_blocks();
  return any;
}

void opened(const void *p, std::size_t size) noexcept {
  if (present.asan) __asan_unpoison_memory_region(p, size);
  if (present.memcheck) memcheck_open(p, size);
}

void closed(const void *p, std::size_t size) noexcept {
  if (present.asan) __asan_poison_memory_region(p, size);
  if (present.memcheck) memcheck_close(p, size);
}

bool is_open(void *p, std::size_t size) noexcept {
  if (present.asan && __asan_region_is_poisoned(p, size) != nullptr) return false;
  return !present.memcheck || memcheck_is_open(p, size);
}

bool has_closed(unsigned char *p, std::size_t size) noexcept {
  if (present.asan) return __asan_region_is_poisoned(p, size) != nullptr;
  return !present.memcheck || memcheck_has_closed(p, size);
}

bool opens_stacks() noexcept { return present.asan; }

bool notes_in_freed() noexcept { return present.asan; }

unsigned name_block(const void *p, std::size_t size, const char *tag) noexcept {
  if (!present.memcheck) return 0;
  char text[tag_capacity + sizeof("block of pool \"\"")];
  std::snprintf(text, sizeof(text), "block of pool \"%s\"", tag);
  return memcheck_name(p, size, text);
}

void unname_block(unsigned name) noexcept {
  if (present.memcheck) memcheck_unname(name);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
