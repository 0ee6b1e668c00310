#include "page.hpp"

#include <fmt/format.h>
#include <rapidjson/writer.h>

#include "catalogue.hpp"

namespace {

/// What RapidJSON writes to.
struct text_stream {
  using Ch = char;
  text &to;
  void Put(char c) { to.push_back(c); }  // NOLINT(readability-identifier-naming): RapidJSON's
  void Flush() {}                        // NOLINT(readability-identifier-naming): RapidJSON's
};

/// How deep it is in objects and arrays, on the stack: no memory for this in any variant.
using levels = rapidjson::MemoryPoolAllocator<>;
using json_writer = rapidjson::Writer<text_stream, rapidjson::UTF8<>, rapidjson::UTF8<>, levels>;
constexpr std::size_t bytes_for_levels = 2048;

/// Room for a page of the usual length, so that the text is not moved as it grows.
constexpr std::size_t usual_length = 3500;

void write(json_writer &json, const text &value) {
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void write(json_writer &json, const char *name, const text &value) {
  json.Key(name);
  write(json, value);
}

void write(json_writer &json, const char *name, const list<text> &values) {
  json.Key(name);
  json.StartArray();
  for (const text &value : values) write(json, value);
  json.EndArray();
}

void write(json_writer &json, const item &shown) {
  json.StartObject();
  write(json, "name", shown.name);
  write(json, "maker", shown.maker);
  write(json, "link", shown.link);
  write(json, "tags", shown.tags);
  write(json, "prices", shown.prices);
  json.EndObject();
}

template <class... Arguments>
text formatted(memory::region &region, fmt::format_string<Arguments...> how,
               Arguments &&...arguments) {
  text made(region.get_allocator());
  fmt::format_to(std::back_inserter(made), how, std::forward<Arguments>(arguments)...);
  return made;
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
  to.reserve(usual_length);
  alignas(std::max_align_t) char buffer[bytes_for_levels];
  levels stack(buffer, sizeof buffer);
  text_stream stream{to};
  json_writer json(stream, &stack);
  json.StartObject();
  json.Key("product");
  write(json, shown.main);
  json.Key("related");
  json.StartArray();
  for (const item &other : shown.related) write(json, other);
  json.EndArray();
  json.Key("query");
  json.StartObject();
  for (const parameter &given : shown.parameters) {
    json.Key(given.name.data(), static_cast<rapidjson::SizeType>(given.name.size()));
    write(json, given.value);
  }
  json.EndObject();
  write(json, "languages", shown.languages);
  json.EndObject();
}
