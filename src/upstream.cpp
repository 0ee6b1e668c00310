// upstream.cpp: the default upstream over the C library, and injected failure.
#include "upstream.hpp"

#include <cerrno>
#include <cstdlib>

#include "cache.hpp"
#include "watch.hpp"

extern "C" int malloc_trim(std::size_t) __attribute__((weak));  // glibc has it

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// What malloc aligns to, by the rule of glibc: less than a quantum on 32-bit ARM.
constexpr std::size_t malloc_alignment = 2 * sizeof(std::size_t) > alignof(std::max_align_t)
                                             ? 2 * sizeof(std::size_t)
                                             : alignof(std::max_align_t);

void *library_allocate(void *, std::size_t size, std::size_t alignment) noexcept {
  if (alignment <= malloc_alignment) return std::malloc(size);
  void *memory = nullptr;
  return posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}

void library_deallocate(void *, void *memory, std::size_t, std::size_t) noexcept {
  std::free(memory);
}

constexpr pond_upstream library = {library_allocate, library_deallocate, nullptr};
pond_upstream current = library;

}  // namespace

const pond_upstream &default_upstream() noexcept { return current; }

void replace_default_upstream(const pond_upstream *upstream) noexcept {
  cache_trim();  // what is cached goes back to where it came from
  current = upstream != nullptr ? *upstream : library;
}

bool takes_from_library() noexcept { return current.allocate == library_allocate; }

void upstream_pass_on() noexcept {
  if (takes_from_library() && malloc_trim != nullptr) malloc_trim(0);
}

void *upstream_take(const pond_upstream &upstream, std::size_t size,
                    std::size_t alignment) noexcept {
  void *memory = nullptr;
  if (size <= sizes::impossible && !must_fail()) {
    memory = upstream.allocate(upstream.context, size, alignment);
  }
  if (memory == nullptr) errno = ENOMEM;
  return memory;
}

void upstream_give(const pond_upstream &upstream, void *memory, std::size_t size,
                   std::size_t alignment) noexcept {
  upstream.deallocate(upstream.context, memory, size, alignment);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
