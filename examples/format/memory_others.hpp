// memory_others.hpp: the same text in other memory, and in strings; to compare with.
#ifndef POND_EXAMPLES_FORMAT_MEMORY_OTHERS_HPP
#define POND_EXAMPLES_FORMAT_MEMORY_OTHERS_HPP

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>

#include "memory_pond.hpp"

namespace format {

/// Strings over any allocator: std::pmr::string, or a pool's.
template <class String>
class strings {
 public:
  using text = String;
  using whole = String;
  explicit strings(const typename String::allocator_type &from) : from_(from) {}

  /// As fmt::format does it, which has no such strings: on the stack, then a string of its length.
  template <class... Arguments>
  text format(fmt::format_string<Arguments...> how, Arguments &&...arguments) {
    fmt::memory_buffer line;
    fmt::format_to(fmt::appender(line), how, std::forward<Arguments>(arguments)...);
    return String(line.data(), line.size(), from_);
  }

  template <class Write>
  whole write(std::size_t expected, Write write_to) {
    String page(from_);
    page.reserve(expected);
    write_to(std::back_inserter(page));
    return page;
  }

 private:
  typename String::allocator_type from_;
};

/// What most programs do: fmt::format, std::string, new.
class heap_strings : public strings<std::string> {
 public:
  heap_strings() : strings(std::allocator<char>()) {}

  template <class... Arguments>
  text format(fmt::format_string<Arguments...> how, Arguments &&...arguments) {
    return fmt::format(how, std::forward<Arguments>(arguments)...);
  }
};

/// The same, and {fmt}'s own buffer for what is long.
class heap_buffers : public heap_strings {
 public:
  using whole = fmt::memory_buffer;

  template <class Write>
  whole write(std::size_t expected, Write write_to) {
    fmt::memory_buffer page;
    page.reserve(expected);
    write_to(fmt::appender(page));
    return page;
  }
};

/// What pond_buffers does, without pond: views, good until the resource ends.
class resource_buffers {
 public:
  using text = std::string_view;
  using whole = std::string_view;
  explicit resource_buffers(std::pmr::memory_resource *from) : from_(from) {}

  template <class... Arguments>
  text format(fmt::format_string<Arguments...> how, Arguments &&...arguments) {
    buffer line{from_};
    fmt::format_to(fmt::appender(line), how, std::forward<Arguments>(arguments)...);
    char *kept = from_.allocate(line.size());
    std::char_traits<char>::copy(kept, line.data(), line.size());
    return {kept, line.size()};
  }

  /// The buffer's destructor would give memory back, which the resource does not want: never run.
  template <class Write>
  whole write(std::size_t expected, Write write_to) {
    auto *page = from_.new_object<buffer>(from_);
    page->reserve(expected);
    write_to(fmt::appender(*page));
    return {page->data(), page->size()};
  }

 private:
  using allocator = std::pmr::polymorphic_allocator<char>;
  using buffer = fmt::basic_memory_buffer<char, usual_length, allocator>;

  allocator from_;
};

}  // namespace format

#endif
