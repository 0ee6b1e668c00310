#include "contenders.hpp"

#include <memory_resource>
#include <pond/pool.hpp>

#include "answer.hpp"
#include "memory_others.hpp"
#include "memory_pond.hpp"

namespace format {
namespace {

/// What a request has its memory from; each ends with it.
struct heap {
  template <class Memory>
  static Memory memory() {
    return Memory();
  }
};
class monotonic {
 public:
  template <class Memory>
  Memory memory() {
    return Memory(&resource_);
  }

 private:
  /// As much as the first block of a pond::pool, so that the two begin alike.
  static constexpr std::size_t first_buffer = 4096;
  std::pmr::monotonic_buffer_resource resource_{first_buffer};
};
class pool {
 public:
  template <class Memory>
  Memory memory() {
    return Memory(pool_);
  }

 private:
  pond::pool pool_;
};

/// Answers a request and has `use` look at the answer, before it goes.
template <class Source, class Memory, class Use>
auto answered(const request &r, Use use) {
  Source source;
  auto memory = source.template memory<Memory>();
  return use(answer_of(r, memory, expected_length(r)));
}

template <class Source, class Memory>
contender entry(const char *text_in) {
  return {text_in,
          [](const request &r) {
            return answered<Source, Memory>(
                r, [](const auto &a) { return a.head.size() + a.body.size() + a.log_line.size(); });
          },
          [](const request &r) {
            return answered<Source, Memory>(r, [](const auto &a) {
              return std::string(a.head).append(a.body.data(), a.body.size()).append(a.log_line);
            });
          }};
}

}  // namespace

std::vector<contender> contenders() {
  using pond_string = std::basic_string<char, std::char_traits<char>, pond::allocator<char>>;
  return {entry<heap, heap_strings>("std::string"),
          entry<heap, heap_buffers>("fmt::memory_buffer"),
          entry<monotonic, strings<std::pmr::string>>("monotonic, strings"),
          entry<monotonic, resource_buffers>("monotonic, buffers"),
          entry<pool, strings<pond_string>>("pond, strings"),
          entry<pool, pond_buffers>("pond, buffers")};
}

}  // namespace format
