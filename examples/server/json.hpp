// json.hpp: writes JSON, by RapidJSON; compiled once, so that it costs the same over any memory.
#ifndef EXAMPLES_SERVER_JSON_HPP
#define EXAMPLES_SERVER_JSON_HPP

#include <rapidjson/writer.h>

#include <array>
#include <cstddef>
#include <string_view>

/// What RapidJSON writes to, a character at a time: they are collected here, so that the text of a
/// usual page is made at once, as long as it is. (RapidJSON's own buffers do not see that there is
/// no memory.)
class json_stream {
 public:
  using Ch = char;

  template <class Text>
  explicit json_stream(Text &to)
      : to_(&to), append_([](void *all, const char *piece, std::size_t length) {
          static_cast<Text *>(all)->append(piece, length);
        }) {}
  void Put(char c) {  // NOLINT(readability-identifier-naming): RapidJSON's
    if (collected_ == buffer_.size()) Flush();
    buffer_[collected_++] = c;
  }
  /// RapidJSON calls it at the end of the outermost object.
  void Flush() {  // NOLINT(readability-identifier-naming): RapidJSON's
    append_(to_, buffer_.data(), collected_);
    collected_ = 0;
  }

 private:
  static constexpr std::size_t usual_length = 4096;

  void *to_;
  void (*append_)(void *all, const char *piece, std::size_t length);
  std::size_t collected_ = 0;
  std::array<char, usual_length> buffer_;
};

/// Writes one object behind what a text has already. On the stack: some kilobytes.
class json_writer {
 public:
  template <class Text>
  explicit json_writer(Text &to) : stream_(to) {}

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view name);
  void string(std::string_view value);

 private:
  /// How deep it is in objects and arrays: no memory for this in any variant.
  using levels = rapidjson::MemoryPoolAllocator<>;
  static constexpr std::size_t bytes_for_levels = 2048;

  json_stream stream_;
  alignas(std::max_align_t) std::array<char, bytes_for_levels> buffer_;
  levels levels_{buffer_.data(), buffer_.size()};
  rapidjson::Writer<json_stream, rapidjson::UTF8<>, rapidjson::UTF8<>, levels> writer_{stream_,
                                                                                       &levels_};
};

#endif
