#include "page.hpp"

#include <fmt/format.h>

#include "catalogue.hpp"
#include "json.hpp"

namespace {

void write(json_writer &json, const char *name, const text &value) {
  json.key(name);
  json.string(value);
}

void write(json_writer &json, const char *name, const list<text> &values) {
  json.key(name);
  json.begin_array();
  for (const text &value : values) json.string(value);
  json.end_array();
}

void write(json_writer &json, const item &shown) {
  json.begin_object();
  write(json, "name", shown.name);
  write(json, "maker", shown.maker);
  write(json, "link", shown.link);
  write(json, "tags", shown.tags);
  write(json, "prices", shown.prices);
  json.end_object();
}

/// Formatted on the stack, so that the text is made as long as it is.
constexpr std::size_t usual_formatted = 64;

template <class... Arguments>
text formatted(memory::region &region, fmt::format_string<Arguments...> how,
               Arguments &&...arguments) {
  fmt::basic_memory_buffer<char, usual_formatted> written;
  fmt::format_to(fmt::appender(written), how, std::forward<Arguments>(arguments)...);
  return {written.data(), written.size(), region.get_allocator()};
}

}  // namespace

item::item(memory::region &region)
    : name(region.get_allocator()),
      maker(region.get_allocator()),
      link(region.get_allocator()),
      tags(region.get_allocator()),
      prices(region.get_allocator()) {}

item describe(memory::region &region, std::size_t id) {
  const product &from = catalogue()[id];
  item made(region);
  made.name = from.name;
  made.maker = from.maker;
  made.link = formatted(region, "/products/{}?from=related", id);
  for (const std::string &tag : from.tags) {
    made.tags.push_back(text(tag, region.get_allocator()));
  }
  for (const unsigned cents : from.cents) {
    made.prices.push_back(
        formatted(region, "{}.{:02} EUR, free delivery", cents / 100, cents % 100));
  }
  return made;
}

void write_json(const page &shown, text &to) {
  json_writer json(to);
  json.begin_object();
  json.key("product");
  write(json, shown.main);
  json.key("related");
  json.begin_array();
  for (const item &other : shown.related) write(json, other);
  json.end_array();
  json.key("query");
  json.begin_object();
  for (const parameter &given : shown.parameters) {
    json.key(given.name);
    json.string(given.value);
  }
  json.end_object();
  write(json, "languages", shown.languages);
  json.end_object();
}
