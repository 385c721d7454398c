// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "format/delimited.h"
#include "format/json_lines.h"
#include "format/json_moments.h"
#include "format/json_text.h"

namespace sluice {
namespace {

// One value of an object, as written.
struct Slot {
  enum class Kind : uint8_t { kNull, kBoolean, kNumber, kText, kNested };
  Kind kind = Kind::kNull;
  std::string text;
};

// What nlohmann's parser tells; rows are handed on when their object closes.
class Handler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  using Names = std::unordered_map<std::string, size_t>;
  using EndRow = std::function<bool(const std::vector<Slot>&)>;

  Handler(const Names& names, FurtherKeys further, EndRow end_row)
      : names_(names), further_(further), end_row_(std::move(end_row)), slots_(names.size()) {}

  bool null() override { return Put(Slot::Kind::kNull, "null"); }
  bool boolean(bool value) override { return Put(Slot::Kind::kBoolean, value ? "true" : "false"); }
  bool number_integer(int64_t value) override {
    return Put(Slot::Kind::kNumber, std::to_string(value));
  }
  bool number_unsigned(uint64_t value) override {
    return Put(Slot::Kind::kNumber, std::to_string(value));
  }
  bool number_float(double /*value*/, const std::string& text) override {
    return Put(Slot::Kind::kNumber, text);
  }
  bool string(std::string& value) override { return Put(Slot::Kind::kText, value); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return false; }
  bool start_object(size_t /*size*/) override {
    if (IsRefused()) return false;
    if (depth_ == 0) {
      for (Slot& slot : slots_) slot = {};
    }
    if (depth_++ > 0) Open('{');
    return true;
  }
  bool end_object() override {
    if (--depth_ > 0) return Close('}');
    return end_row_(slots_);
  }
  bool start_array(size_t /*size*/) override {
    if (IsRefused()) return false;
    if (depth_ == 0) {
      if (std::exchange(in_list_, true)) return Misplaced("a list inside of a list");
      return true;
    }
    ++depth_;
    Open('[');
    return true;
  }
  bool end_array() override {
    if (depth_ == 0) return true;
    --depth_;
    return Close(']');
  }
  bool key(std::string& name) override {
    if (depth_ == 1) {
      const auto found = names_.find(name);
      slot_ = found == names_.end() ? nullptr : &slots_[found->second];
      if (slot_ == nullptr && further_ == FurtherKeys::kRefused) further_key_ = name;
      return true;
    }
    Separate();
    AppendJsonString(name, nested_);
    nested_ += ':';
    after_key_ = true;
    return true;
  }
  bool parse_error(size_t position, const std::string& token,
                   const nlohmann::json::exception& /*error*/) override {
    wrong_ = fmt::format("byte {} of the line: '{}' does not fit", position, Excerpt(token));
    return false;
  }
  const std::string& wrong() const { return wrong_; }
  // That was refused; empty: none.
  const std::string& refused() const { return refused_; }

 private:
  // Whether what begins is the value of a further key.
  bool IsRefused() {
    if (depth_ == 1 && slot_ == nullptr) refused_ = further_key_;
    return !refused_.empty();
  }
  bool Misplaced(const std::string& what) {
    wrong_ = what;
    return false;
  }
  bool Put(Slot::Kind kind, std::string text) {
    if (depth_ == 0) return Misplaced("a value outside of an object");
    if (kind != Slot::Kind::kNull && IsRefused()) return false;
    if (depth_ > 1) {
      Separate();
      if (kind == Slot::Kind::kText) {
        AppendJsonString(text, nested_);
      } else {
        nested_ += text;
      }
    } else if (slot_ != nullptr) {
      *slot_ = {kind, std::move(text)};
    }
    return true;
  }
  void Separate() {
    const char before = nested_.empty() ? '{' : nested_.back();
    if (!std::exchange(after_key_, false) && before != '{' && before != '[') nested_ += ',';
  }
  void Open(char bracket) {
    if (depth_ == 2) {
      nested_.clear();
    } else {
      Separate();
    }
    nested_ += bracket;
  }
  bool Close(char bracket) {
    nested_ += bracket;
    if (depth_ == 1 && slot_ != nullptr) *slot_ = {Slot::Kind::kNested, nested_};
    return true;
  }

  const Names& names_;
  const FurtherKeys further_;
  EndRow end_row_;
  std::vector<Slot> slots_;
  Slot* slot_ = nullptr;
  int depth_ = 0;  // of objects and lists, a list around all rows not counted
  bool in_list_ = false;
  bool after_key_ = false;
  std::string nested_;
  std::string further_key_;  // the last one, when they are refused
  std::string refused_;
  std::string wrong_;
};

// A fraction of a JSON number is cut off, of a text it is wrong.
std::string ReadWhole(const Slot& slot, const TextStyle& style, Column& out) {
  std::string expected = ReadValueText(slot.text, style, out);
  if (expected.empty() || slot.kind != Slot::Kind::kNumber) return expected;
  double real = 0;
  try {
    real = std::stod(slot.text);
  } catch (const std::out_of_range&) {
    return expected;
  }
  return std::abs(real) < 9e18
             ? ReadValueText(std::to_string(static_cast<int64_t>(real)), style, out)
             : expected;
}

// As Java's String.trim() has it: blanks and control characters.
std::string_view WithoutBlanks(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string ReadMoment(const std::string& text, Column& out) {
  int32_t days = 0;
  int64_t micros = 0;
  switch (out.type().kind) {
    case TypeKind::kDate:
      if (!ReadAnyDate(text, days)) return "a date such as 2024-02-29";
      out.Append(days);
      return "";
    case TypeKind::kTime:
      if (!ReadAnyTime(text, micros)) return "a time such as 23:59:59";
      break;
    default:
      if (!ReadAnyTimestamp(text, micros)) return "a time such as 2024-02-29T23:59:59";
      break;
  }
  out.Append(micros);
  return "";
}

// Returns what was expected instead, empty when the value was appended.
std::string ReadSlot(const Slot& slot, const TextStyle& style, Column& out) {
  const TypeKind kind = out.type().kind;
  if (kind == TypeKind::kString) {
    out.AppendText(slot.text);
    return "";
  }
  if (slot.kind == Slot::Kind::kNested) return "a value, not an object or list";
  switch (kind) {
    case TypeKind::kBoolean:
      if (slot.kind == Slot::Kind::kNumber) return "true or false";
      // As Java's Boolean.parseBoolean has it: whatever is not "true" is false.
      out.Append<uint8_t>(SameWord(WithoutBlanks(slot.text), "true") ? 1 : 0);
      return "";
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return ReadWhole(slot, style, out);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
      return ReadValueText(slot.text, style, out);
    case TypeKind::kBytes: {
      std::string bytes;
      if (slot.kind != Slot::Kind::kText || !ReadBase64(slot.text, bytes)) return "base64";
      out.AppendText(bytes);
      return "";
    }
    default:
      return ReadMoment(slot.text, out);
  }
}

}  // namespace

JsonDecoder::JsonDecoder(std::string file, RowLayout layout, std::string row_delimiter,
                         FurtherKeys further)
    : file_(std::move(file)),
      layout_(std::move(layout)),
      row_delimiter_(std::move(row_delimiter)),
      further_(further) {
  for (size_t i = 0; i < layout_.fields.size(); ++i) {
    if (layout_.column_of[i] != RowLayout::kLeftOut) fields_.emplace(layout_.fields[i], i);
  }
  // Slots are numbered through over the fields that are read.
  size_t next = 0;
  for (size_t i = 0; i < layout_.fields.size(); ++i) {
    if (const auto found = fields_.find(layout_.fields[i]); found != fields_.end()) {
      found->second = next++;
      columns_.push_back(static_cast<size_t>(layout_.column_of[i]));
    }
  }
}

Status JsonDecoder::Wrong(const std::string& what) const {
  return {Code::kSchemaMismatch, fmt::format("{}:{}: {}", file_, line_, what)};
}

Status JsonDecoder::DecodeLine(std::string_view line, ChunkBuilder& rows) {
  Status status;
  Handler handler(fields_, further_, [&](const std::vector<Slot>& slots) {
    for (size_t i = 0; i < slots.size() && status.ok(); ++i) {
      Column& column = rows.column(columns_[i]);
      const ColumnInfo& info = layout_.schema->columns[columns_[i]];
      if (slots[i].kind == Slot::Kind::kNull) {
        if (!info.nullable) {
          status =
              Wrong(fmt::format("column '{}': it is null or missing, but the schema says "
                                "that it never is",
                                info.name));
        }
        column.AppendNull();
        continue;
      }
      const std::string expected = ReadSlot(slots[i], style_, column);
      if (expected.empty()) continue;
      status = Wrong(fmt::format("column '{}': '{}', where {} is expected", info.name,
                                 Excerpt(slots[i].text), expected));
    }
    if (!status.ok()) return false;
    layout_.AppendConstants(rows);
    rows.EndRow(RowKind::kInsert);
    return true;
  });
  const bool whole = nlohmann::json::sax_parse(line.begin(), line.end(), &handler);
  RETURN_IF_ERROR(status);
  if (whole) return {};
  if (!handler.refused().empty()) {
    return Wrong(
        fmt::format("'{}' is no column of table {}: give its value to the column that it is "
                    "of, or remove it",
                    handler.refused(), layout_.schema->path.ToString()));
  }
  return Wrong(fmt::format("{}; one JSON object a line is expected", handler.wrong()));
}

Result<size_t> JsonDecoder::Decode(std::string_view text, bool last, ChunkBuilder& rows) {
  size_t done = 0;
  while (done < text.size() && !rows.full()) {
    const size_t end = text.find(row_delimiter_, done);
    if (end == std::string_view::npos && !last) {
      if (text.size() - done > kRowBytesMax) {
        return Fail(Wrong("a line of more than 64 MiB; one JSON object a line is expected"));
      }
      break;
    }
    const std::string_view line = text.substr(done, end - done);
    if (!IsBlank(line)) RETURN_IF_ERROR(DecodeLine(line, rows));
    ++line_;
    done = end == std::string_view::npos ? text.size() : end + row_delimiter_.size();
  }
  return done;
}

}  // namespace sluice
