// SPDX-License-Identifier: Apache-2.0
#include "kit/contents.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sluice::kit {
namespace {

constexpr size_t kShownMax = 3;

// The tables while rows are applied. A table with a key holds one row of each.
class Tables {
 public:
  explicit Tables(Fold how) : exact_(how == Fold::kExact) {}

  void Apply(const Chunk& chunk, uint32_t row) {
    const std::string table = chunk.schema()->path.ToString();
    const bool keyed = !chunk.schema()->primary_key.empty();
    if (keyed) {
      ApplyKeyed(table, KeyText(chunk, row), RowText(chunk, row), chunk.kind(row));
    } else {
      ApplyKeyless(table, RowText(chunk, row), chunk.kind(row));
    }
  }

  Folded Take() {
    Folded out{std::move(keyless_), std::move(problem_)};
    for (auto& [table, rows] : keyed_) {
      for (auto& [key, text] : rows) out.contents[table].insert(text);
    }
    std::erase_if(out.contents, [](const auto& entry) { return entry.second.empty(); });
    return out;
  }

 private:
  void ApplyKeyed(const std::string& table, const std::string& key, const std::string& text,
                  RowKind kind) {
    auto& rows = keyed_[table];
    const auto found = rows.find(key);
    const std::string held = found == rows.end() ? "no row" : found->second;
    const bool adds = kind == RowKind::kInsert;
    const bool fits =
        adds ? found == rows.end()
             : found != rows.end() && (kind == RowKind::kUpdateAfter || found->second == text);
    if (!fits) Misfit(table, kind, text, held);
    if (kind == RowKind::kDelete) {
      rows.erase(key);
    } else if (kind != RowKind::kUpdateBefore) {
      rows[key] = text;
    }
  }
  void ApplyKeyless(const std::string& table, const std::string& text, RowKind kind) {
    auto& rows = keyless_[table];
    if (kind == RowKind::kInsert || kind == RowKind::kUpdateAfter) {
      rows.insert(text);
      return;
    }
    const auto found = rows.find(text);
    if (found == rows.end()) return Misfit(table, kind, text, "no such row");
    rows.erase(found);
  }
  void Misfit(const std::string& table, RowKind kind, const std::string& text,
              const std::string& held) {
    if (exact_ && problem_.empty()) {
      problem_ = fmt::format("{} {}: {} does not fit what is there: {}", RowKindSign(kind), table,
                             text, held);
    }
  }

  const bool exact_;
  std::map<std::string, std::map<std::string, std::string>> keyed_;
  Contents keyless_;
  std::string problem_;
};

std::string Only(const Rows& in, const Rows& other, std::string_view where) {
  std::vector<std::string> only;
  std::ranges::set_difference(in, other, std::back_inserter(only));
  if (only.empty()) return "";
  std::string out = fmt::format(" {} only {}:", only.size(), where);
  for (size_t i = 0; i < std::min(only.size(), kShownMax); ++i) out += " [" + only[i] + "]";
  return out;
}

}  // namespace

std::string RowText(const Chunk& chunk, uint32_t row) {
  std::string out;
  for (size_t i = 0; i < chunk.column_count(); ++i) {
    if (i > 0) out += '|';
    out += ValueText(chunk.column(i), row);
  }
  return out;
}

std::string RowText(std::span<const std::optional<std::string>> row) {
  std::string out;
  for (size_t i = 0; i < row.size(); ++i) out += (i > 0 ? "|" : "") + row[i].value_or("null");
  return out;
}

std::string KeyText(const Chunk& chunk, uint32_t row) {
  const std::vector<uint32_t>& key = chunk.schema()->primary_key;
  if (key.empty()) return RowText(chunk, row);
  std::string out;
  for (const uint32_t column : key) out += ValueText(chunk.column(column), row) + "|";
  return out;
}

std::vector<std::string> RowLines(std::span<const Event> events) {
  std::vector<std::string> out;
  for (const Event& event : events) {
    const auto* chunk = std::get_if<ChunkPtr>(&event);
    if (chunk == nullptr) continue;
    for (uint32_t row = 0; row < (*chunk)->rows(); ++row) {
      out.push_back(fmt::format("{} {}: {}", RowKindSign((*chunk)->kind(row)),
                                (*chunk)->schema()->path.ToString(), RowText(**chunk, row)));
    }
  }
  return out;
}

size_t CountRows(std::span<const Event> events) {
  size_t rows = 0;
  for (const Event& event : events) {
    if (const auto* chunk = std::get_if<ChunkPtr>(&event)) rows += (*chunk)->rows();
  }
  return rows;
}

Folded FoldRows(std::span<const Event> events, Fold how) {
  Tables tables(how);
  for (const Event& event : events) {
    const auto* chunk = std::get_if<ChunkPtr>(&event);
    if (chunk == nullptr) continue;
    for (uint32_t row = 0; row < (*chunk)->rows(); ++row) tables.Apply(**chunk, row);
  }
  return tables.Take();
}

std::string Difference(const Contents& expected, const Contents& actual) {
  std::set<std::string> tables;
  for (const auto& [table, rows] : expected) tables.insert(table);
  for (const auto& [table, rows] : actual) tables.insert(table);
  static const Rows kNone;
  const auto rows_of = [](const Contents& contents, const std::string& table) -> const Rows& {
    const auto found = contents.find(table);
    return found == contents.end() ? kNone : found->second;
  };
  for (const std::string& table : tables) {
    const Rows& want = rows_of(expected, table);
    const Rows& have = rows_of(actual, table);
    if (want == have) continue;
    return fmt::format("table {} differs:{}{}", table, Only(want, have, "expected"),
                       Only(have, want, "there"));
  }
  return "";
}

std::vector<size_t> Spread(size_t count, size_t most) {
  std::vector<size_t> out;
  if (count == 0) return out;
  const size_t picks = std::min(count, most);
  for (size_t i = 0; i < picks; ++i) {
    out.push_back(picks == 1 ? 0 : i * (count - 1) / (picks - 1));
  }
  return out;
}

}  // namespace sluice::kit
