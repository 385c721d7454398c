// SPDX-License-Identifier: Apache-2.0
#include "config/value.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace sluice {
namespace {

std::string QuotedJson(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string NumberText(const std::string& text) {
  int64_t whole = 0;
  if (ParseWhole(text, whole)) return fmt::format("{}", whole);
  double real = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), real);
  return parsed.ec == std::errc() ? fmt::format("{}", real) : text;
}

}  // namespace

std::string Origin::ToString() const {
  if (line == 0) return file;
  return fmt::format("{}:{}:{}", file, line, column);
}

Value::Value(bool value, Origin origin) : data_(value), origin_(std::move(origin)) {}
Value::Value(Number value, Origin origin) : data_(std::move(value)), origin_(std::move(origin)) {}
Value::Value(std::string value, Origin origin)
    : data_(std::move(value)), origin_(std::move(origin)) {}
Value::Value(List value, Origin origin) : data_(std::move(value)), origin_(std::move(origin)) {}
Value::Value(Object value, Origin origin) : data_(std::move(value)), origin_(std::move(origin)) {}

Value Value::MakeNull(Origin origin) {
  Value value;
  value.origin_ = std::move(origin);
  return value;
}

std::string_view Value::KindName() const {
  static constexpr std::string_view kNames[] = {"null",     "a boolean", "a number",
                                                "a string", "a list",    "an object"};
  return kNames[data_.index()];
}

std::string Value::ToText(bool bare) const {
  if (const bool* value = as_bool()) return *value ? "true" : "false";
  if (const Number* number = as_number()) return NumberText(number->text);
  if (const std::string* text = as_string()) return bare ? *text : QuotedJson(*text);
  std::string out;
  if (const List* list = as_list()) {
    for (const Value& element : *list) {
      out += (out.empty() ? "" : ",") + element.ToText(false);
    }
    return "[" + out + "]";
  }
  if (const Object* object = as_object()) {
    for (const Field& field : *object) {
      out += (out.empty() ? "" : ",") + QuotedJson(field.key) + ":" + field.value.ToText(false);
    }
    return "{" + out + "}";
  }
  return "null";
}

const Field* FindField(const Value& object, std::string_view key) {
  for (const Field& field : *object.as_object()) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

const Field* FindOption(const Value& object, std::string_view dotted) {
  if (const Field* field = FindField(object, dotted)) return field;
  for (size_t dot = dotted.find('.'); dot != std::string_view::npos;
       dot = dotted.find('.', dot + 1)) {
    const Field* outer = FindField(object, dotted.substr(0, dot));
    if (outer == nullptr || outer->value.as_object() == nullptr) continue;
    if (const Field* field = FindOption(outer->value, dotted.substr(dot + 1))) return field;
  }
  return nullptr;
}

bool ParseWhole(std::string_view text, int64_t& out) {
  const char* end = text.data() + text.size();
  const auto whole = std::from_chars(text.data(), end, out);
  if (whole.ec == std::errc() && whole.ptr == end) return true;
  double real = 0;
  const auto parsed = std::from_chars(text.data(), end, real);
  if (parsed.ec != std::errc() || parsed.ptr != end) return false;
  constexpr double kTwo63 = 9223372036854775808.0;
  if (std::trunc(real) != real || real < -kTwo63 || real >= kTwo63) return false;
  out = static_cast<int64_t>(real);
  return true;
}

}  // namespace sluice
