// answer.hpp: the handler, the same for every kind of memory.
#ifndef POND_EXAMPLES_FORMAT_ANSWER_HPP
#define POND_EXAMPLES_FORMAT_ANSWER_HPP

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "request.hpp"

namespace format {

/// What a server sends, then logs: all of it has to live until then.
template <class Memory>
struct answer {
  typename Memory::whole body;
  typename Memory::text tag;
  typename Memory::text cookie;
  typename Memory::text head;
  typename Memory::text log_line;
};

/// Bytes of a page that are expected: enough for most, so that a buffer need not grow.
inline std::size_t expected_length(const request &r) {
  constexpr std::size_t frame = 200;
  constexpr std::size_t row = 96;
  return frame + r.found.size() * row;
}

template <class Output>
void write_page(Output out, const request &r) {
  fmt::format_to(out, "<!DOCTYPE html>\n<title>{}</title>\n<p>{} articles\n<table>\n",
                 escaped{r.path}, r.found.size());
  constexpr unsigned cents_of_a_unit = 100;
  for (const article &a : r.found) {
    fmt::format_to(out, "<tr><td><a href=\"/articles/{}\">{}</a><td>{}.{:02} EUR\n", a.number,
                   escaped{a.name}, a.cents / cents_of_a_unit, a.cents % cents_of_a_unit);
  }
  fmt::format_to(out, "</table>\n");
}

/// `expected`: bytes that the page gets room for.
template <class Memory>
answer<Memory> answer_of(const request &r, Memory &memory, std::size_t expected) {
  auto body = memory.write(expected, [&r](auto out) { write_page(out, r); });
  auto tag = memory.format("\"{:x}-{:x}\"", r.session, body.size());
  auto cookie = memory.format("session={:016x}; Path=/; HttpOnly", r.session);
  auto head = memory.format(
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n"
      "ETag: {}\r\nSet-Cookie: {}\r\n\r\n",
      body.size(), tag, cookie);
  auto log_line = memory.format("{} - - [{}] \"GET {} HTTP/1.1\" {} {} \"-\" \"{}\"\n", "192.0.2.1",
                                "28/Nov/2026:12:00:00 +0000", r.path, 200, body.size(), r.agent);
  return {std::move(body), std::move(tag), std::move(cookie), std::move(head), std::move(log_line)};
}

}  // namespace format

#endif
