// SPDX-License-Identifier: Apache-2.0
#include "jdbc/custom_statement.h"

#include <fmt/format.h>

namespace sluice::jdbc {
namespace {

// Where what begins at `at` ends, if it is a quoted text, a name or a comment; else `at` itself.
// npos: it has no end.
size_t SkipQuoted(std::string_view text, size_t at) {
  const char c = text[at];
  if (c == '\'' || c == '"' || c == '`') {
    const size_t end = text.find(c, at + 1);
    return end == std::string_view::npos ? end : end + 1;  // a doubled one is two texts
  }
  const std::string_view two = text.substr(at, 2);
  if (two == "--") return std::min(text.find('\n', at), text.size());
  if (two == "/*") {
    const size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? end : end + 2;
  }
  return at;
}

}  // namespace

Result<CustomStatement> CustomStatement::Parse(std::string_view text) {
  CustomStatement out;
  out.pieces_.emplace_back();
  for (size_t at = 0; at < text.size();) {
    const size_t end = SkipQuoted(text, at);
    if (end == std::string_view::npos) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("a quote or comment is not closed: {}", text.substr(at, 40)));
    }
    if (end != at) {
      out.pieces_.back() += text.substr(at, end - at);
      at = end;
      continue;
    }
    if (text[at] == '?') {
      out.pieces_.emplace_back();
    } else {
      out.pieces_.back() += text[at];
    }
    ++at;
  }
  return out;
}

Result<std::string> CustomStatement::Fill(const Dialect& dialect, const Chunk& chunk,
                                          uint32_t row) const {
  std::string out = pieces_.front();
  for (size_t i = 0; i + 1 < pieces_.size(); ++i) {
    const std::optional<std::string> literal = dialect.Literal(chunk.column(i), row);
    if (!literal) {
      return Fail(
          Code::kSchemaMismatch,
          fmt::format("table {}, column {}, row {}: the target's server has no such value",
                      chunk.schema()->path.ToString(), chunk.schema()->columns[i].name, row));
    }
    // A minus in front would make a comment of "--".
    out += literal->starts_with('-') ? "(" + *literal + ")" : *literal;
    out += pieces_[i + 1];
  }
  return out;
}

}  // namespace sluice::jdbc
