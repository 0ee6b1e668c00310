#include "json.hpp"

namespace {

rapidjson::SizeType length_of(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

void json_writer::begin_object() { writer_.StartObject(); }
void json_writer::end_object() { writer_.EndObject(); }
void json_writer::begin_array() { writer_.StartArray(); }
void json_writer::end_array() { writer_.EndArray(); }
void json_writer::key(std::string_view name) { writer_.Key(name.data(), length_of(name)); }
void json_writer::string(std::string_view value) { writer_.String(value.data(), length_of(value)); }
