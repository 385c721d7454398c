// SPDX-License-Identifier: Apache-2.0
// SeaTunnel's coercion of values to the types of options.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "config/hocon.h"
#include "config/option_spec.h"

namespace sluice {
namespace {

std::string Trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

// The digits of a number, or of text that holds one.
std::optional<std::string> NumberText(const Value& value) {
  if (const auto* number = value.as_number()) return number->text;
  if (const auto* text = value.as_string()) return Trimmed(*text);
  return std::nullopt;
}

std::string InLimits(double value, const Limits& limits) {
  return value >= limits.least && value <= limits.most ? "" : ShowLimits("", limits);
}

// Whole numbers without an exponent, for people.
std::string ShowNumber(double value) {
  constexpr double kWholeMax = 9e18;
  if (std::trunc(value) == value && std::abs(value) < kWholeMax) {
    return fmt::format("{}", static_cast<int64_t>(value));
  }
  return fmt::format("{:g}", value);
}

// JSON text in a string, for lists and maps.
std::optional<Value> FromJsonText(const Value& value, char first) {
  const std::string* text = value.as_string();
  if (text == nullptr || !Trimmed(*text).starts_with(first)) return std::nullopt;
  Diagnostics mistakes;
  // The root of a document is an object, so the text becomes its one member.
  auto parsed = ParseHocon("v = " + Trimmed(*text), value.origin().file, {}, mistakes);
  if (!parsed) return std::nullopt;
  const Field* field = FindField(*parsed, "v");
  return field == nullptr ? std::nullopt : std::optional<Value>(field->value);
}

}  // namespace

std::string ShowLimits(std::string_view type, const Limits& limits) {
  if (type == "string" || type == "list") return limits.least >= 1 ? "not empty" : "";
  const bool least = limits.least > -std::numeric_limits<double>::infinity();
  const bool most = limits.most < std::numeric_limits<double>::infinity();
  if (least && most) {
    return fmt::format("between {} and {}", ShowNumber(limits.least), ShowNumber(limits.most));
  }
  if (least) return "at least " + ShowNumber(limits.least);
  return most ? "at most " + ShowNumber(limits.most) : "";
}

std::string ReadOption(const Value& value, const Limits& /*limits*/, bool& out) {
  if (const bool* given = value.as_bool()) {
    out = *given;
    return "";
  }
  const std::string text = value.as_string() == nullptr ? "" : Lower(Trimmed(*value.as_string()));
  if (text != "true" && text != "false") return "true or false";
  out = text == "true";
  return "";
}

std::string ReadOption(const Value& value, const Limits& limits, int64_t& out) {
  const auto text = NumberText(value);
  if (!text || !ParseWhole(*text, out)) return "a whole number";
  return InLimits(static_cast<double>(out), limits);
}

std::string ReadOption(const Value& value, const Limits& limits, double& out) {
  const auto text = NumberText(value);
  if (!text) return "a number";
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), out);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) return "a number";
  return InLimits(out, limits);
}

std::string ReadOption(const Value& value, const Limits& limits, std::string& out) {
  out = value.ToText();
  if (static_cast<double>(out.size()) >= limits.least) return "";
  return "text that is not empty";
}

std::string ReadOption(const Value& value, const Limits& limits, LocatedText& out) {
  out.origin = value.origin();
  return ReadOption(value, limits, out.text);
}

std::string ReadOption(const Value& value, const Limits& /*limits*/, Secret& out) {
  out = Secret(value.ToText());
  return "";
}

std::string ReadOption(const Value& value, const Limits& limits, StringList& out) {
  out.clear();
  if (const auto parsed = FromJsonText(value, '[')) return ReadOption(*parsed, limits, out);
  if (const auto* list = value.as_list()) {
    for (const Value& element : *list) out.push_back(element.ToText());
  } else if (const auto* text = value.as_string()) {
    std::string_view rest = *text;
    while (!Trimmed(rest).empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      out.push_back(Trimmed(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  } else {
    return "a list";
  }
  return static_cast<double>(out.size()) >= limits.least ? "" : "a list that is not empty";
}

std::string ReadOption(const Value& value, const Limits& limits, StringMap& out) {
  out.clear();
  if (const auto parsed = FromJsonText(value, '{')) return ReadOption(*parsed, limits, out);
  const auto* object = value.as_object();
  if (object == nullptr) return "an object";
  for (const Field& field : *object) out.emplace_back(field.key, field.value.ToText());
  return "";
}

std::string ReadOption(const Value& value, const Limits& /*limits*/, Value& out) {
  out = value;
  return "";
}

std::string ShowDefault(bool value) {
  return value ? "true" : "false";
}
std::string ShowDefault(int64_t value) {
  return fmt::format("{}", value);
}
std::string ShowDefault(double value) {
  return ShowNumber(value);
}
std::string ShowDefault(const std::string& value) {
  return value;
}
std::string ShowDefault(const LocatedText& value) {
  return ShowDefault(value.text);
}

std::string ShowDefault(const Secret& /*value*/) {
  return "";
}
std::string ShowDefault(const StringList& value) {
  std::string out;
  for (const std::string& one : value) out += (out.empty() ? "" : ", ") + one;
  return out;
}
std::string ShowDefault(const StringMap& value) {
  std::string out;
  for (const auto& [key, text] : value) out += (out.empty() ? "" : ", ") + key + " = " + text;
  return out;
}
std::string ShowDefault(const Value& /*value*/) {
  return "";
}

std::string_view OptionTypeName(const bool*) {
  return "boolean";
}
std::string_view OptionTypeName(const int64_t*) {
  return "int";
}
std::string_view OptionTypeName(const double*) {
  return "double";
}
std::string_view OptionTypeName(const std::string*) {
  return "string";
}
std::string_view OptionTypeName(const LocatedText*) {
  return "string";
}

std::string_view OptionTypeName(const Secret*) {
  return "secret";
}
std::string_view OptionTypeName(const StringList*) {
  return "list";
}
std::string_view OptionTypeName(const StringMap*) {
  return "map";
}
std::string_view OptionTypeName(const Value*) {
  return "object";
}

std::optional<size_t> MatchChoice(const Value& value, const std::vector<std::string>& choices) {
  const std::string text = Lower(Trimmed(value.ToText()));
  for (size_t i = 0; i < choices.size(); ++i) {
    if (Lower(choices[i]) == text) return i;
  }
  return std::nullopt;
}

std::string ExpectedChoice(const std::vector<std::string>& choices) {
  std::string out = "one of";
  for (const std::string& choice : choices) out += (out == "one of" ? " " : ", ") + choice;
  return out;
}

std::string ReadObjects(const Value& value, const std::string& name,
                        const std::function<void(const Value&, const std::string&)>& each) {
  if (const auto parsed = FromJsonText(value, '[')) return ReadObjects(*parsed, name, each);
  if (value.as_object() != nullptr) {
    each(value, name);
    return "";
  }
  const auto* list = value.as_list();
  const auto is_object = [](const Value& element) { return element.as_object() != nullptr; };
  if (list == nullptr || !std::ranges::all_of(*list, is_object)) return "a list of objects";
  for (size_t i = 0; i < list->size(); ++i) each((*list)[i], fmt::format("{}[{}]", name, i));
  return "";
}

}  // namespace sluice
