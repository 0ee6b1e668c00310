#include "page.hpp"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "catalogue.hpp"

namespace {

/// Where RapidJSON writes to and keeps how deep it is: on the stack, as far as a page of the usual
/// length goes, and the text is made of it at once, as long as it is. So what RapidJSON costs is
/// the same in all variants.
using scratch = rapidjson::MemoryPoolAllocator<>;
using json_text = rapidjson::GenericStringBuffer<rapidjson::UTF8<>, scratch>;
using json_writer = rapidjson::Writer<json_text, rapidjson::UTF8<>, rapidjson::UTF8<>, scratch>;
constexpr std::size_t usual_length = 6144;
constexpr std::size_t bytes_for_levels = 2048;

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
  alignas(std::max_align_t) char buffer[usual_length + bytes_for_levels];
  scratch memory(buffer, sizeof buffer);
  json_text written(&memory, usual_length);
  json_writer json(written, &memory);
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
  to.append(written.GetString(), written.GetSize());
}
