// memory_pond.hpp: text that a pool keeps. This is what the example is about.
#ifndef POND_EXAMPLES_FORMAT_MEMORY_POND_HPP
#define POND_EXAMPLES_FORMAT_MEMORY_POND_HPP

#include <fmt/format.h>

#include <cstddef>
#include <pond/pool.hpp>
#include <string_view>
#include <utility>

namespace format {

/// Bytes that a buffer has on the stack: more than most lines of a server need.
inline constexpr std::size_t usual_length = 256;

/// Every text is a view that is good until the pool ends.
class pond_buffers {
 public:
  using text = std::string_view;
  using whole = std::string_view;
  explicit pond_buffers(pond::pool &pool) : pool_(pool) {}

  /// A short one is put together on the stack: the pool gets the text alone, at its length.
  template <class... Arguments>
  text format(fmt::format_string<Arguments...> how, Arguments &&...arguments) {
    buffer line{pond::allocator<char>(pool_)};
    fmt::format_to(fmt::appender(line), how, std::forward<Arguments>(arguments)...);
    return pool_.copy({line.data(), line.size()});
  }

  /// Of a long one the buffer itself is the pool's, so that nothing is copied at the end.
  template <class Write>
  whole write(std::size_t expected, Write write_to) {
    auto *page = pool_.make<buffer>(pond::allocator<char>(pool_));
    page->reserve(expected);
    write_to(fmt::appender(*page));
    return {page->data(), page->size()};
  }

 private:
  using buffer = fmt::basic_memory_buffer<char, usual_length, pond::allocator<char>>;

  pond::pool &pool_;
};

}  // namespace format

#endif
