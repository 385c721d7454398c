// SPDX-License-Identifier: Apache-2.0
// Value: one value of a job file, with the place it was written at. Objects keep the order of their
// keys, because the order of schema fields and of plugins depends on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

// A place in a file; lines and columns count from 1, 0 is unknown. Columns count bytes.
struct Origin {
  std::string file;
  int line = 0;
  int column = 0;

  std::string ToString() const;  // "job.conf:3:14"
};

struct Field;

class Value {
 public:
  struct Null {};
  using List = std::vector<Value>;
  using Object = std::vector<Field>;
  // A number as it was written, for a decimal keeps all its digits until somebody wants a double.
  struct Number {
    std::string text;
  };

  Value() = default;
  // Not inline: they need Field complete.
  explicit Value(bool value, Origin origin = {});
  explicit Value(Number value, Origin origin = {});
  explicit Value(std::string value, Origin origin = {});
  explicit Value(List value, Origin origin = {});
  explicit Value(Object value, Origin origin = {});
  static Value MakeNull(Origin origin);

  bool is_null() const { return std::holds_alternative<Null>(data_); }
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const Number* as_number() const { return std::get_if<Number>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const List* as_list() const { return std::get_if<List>(&data_); }
  const Object* as_object() const { return std::get_if<Object>(&data_); }
  std::string* as_string() { return std::get_if<std::string>(&data_); }
  List* as_list() { return std::get_if<List>(&data_); }
  Object* as_object() { return std::get_if<Object>(&data_); }

  const Origin& origin() const { return origin_; }
  std::string_view KindName() const;  // "a string", "an object"
  // Compact JSON; the text of strings alone when `bare`.
  std::string ToText(bool bare = true) const;

 private:
  std::variant<Null, bool, Number, std::string, List, Object> data_;
  Origin origin_;
};

struct Field {
  std::string key;
  Origin origin;  // of the key
  Value value;
};

// The field with exactly this key, or null. REQUIRES: `object` is an object.
const Field* FindField(const Value& object, std::string_view key);
// An option by its dotted name: the flat key first, else dots walk into nested objects.
const Field* FindOption(const Value& object, std::string_view dotted);

// The integer a number stands for when it is whole and fits 64 bits ("1e3", "1.0", "007").
bool ParseWhole(std::string_view text, int64_t& out);

}  // namespace sluice
