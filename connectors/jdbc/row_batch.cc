// SPDX-License-Identifier: Apache-2.0
#include "jdbc/row_batch.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::jdbc {
namespace {

constexpr size_t kExcerpt = 200;

void AppendKey(const Column& column, uint32_t row, std::string& out) {
  const size_t width = FixedWidth(column.type().kind);
  if (width > 0) {
    out.append(column.data(), row * width, width);
    return;
  }
  const std::string_view text = column.text(row);
  const auto size = static_cast<uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof(size));
  out.append(text);
}

}  // namespace

std::string RowText::Excerpt(size_t number) const {
  if (number == 0 || number > ends.size()) return "";
  const size_t begin = number == 1 ? 0 : ends[number - 2];
  return text.substr(begin, std::min(ends[number - 1] - begin, kExcerpt));
}

RowBatch::RowBatch(const Dialect& dialect, const TargetTable& target, bool staged)
    : dialect_(dialect), target_(target), staged_(staged) {}

Status RowBatch::Add(const Chunk& chunk, uint32_t row, uint64_t seq) {
  const RowKind kind = chunk.kind(row);
  const bool keyed = target_.merge != Merge::kAppend;
  const bool deletes = keyed && (kind == RowKind::kDelete || kind == RowKind::kUpdateBefore);
  const RowForm& form = dialect_.form();
  const size_t begin = text_.size();
  text_ += form.before_row;
  if (staged_) {
    fmt::format_to(std::back_inserter(text_), "{}{}{}", seq, form.between_values,
                   deletes ? form.remove : form.upsert);
  }
  if (Status status = AddColumns(chunk, row, deletes); !status.ok()) {
    text_.resize(begin);
    return status;
  }
  text_ += form.after_row;
  pieces_.push_back({begin, text_.size(), deletes, true});
  ++live_;
  if (keyed) Replace(chunk, row);
  return {};
}

Status RowBatch::AddColumns(const Chunk& chunk, uint32_t row, bool deletes) {
  const RowForm& form = dialect_.form();
  for (uint32_t i = 0; i < target_.columns.size(); ++i) {
    const Column& column = chunk.column(i);
    const TargetColumn& target = target_.columns[i];
    if (staged_ || i > 0) text_ += form.between_values;
    const bool key = std::ranges::find(target_.key, i) != target_.key.end();
    if (column.is_null(row) && key) {
      return Unfit(chunk, row, i, "the key is null, so the row cannot be found again");
    }
    if (deletes && !key) {
      text_ += form.null;
    } else if (column.is_null(row)) {
      // Staged rows would be refused only when their checkpoint is committed.
      if (!target.nullable) return Unfit(chunk, row, i, "null, which the target does not take");
      text_ += form.null;
    } else if (!dialect_.AppendValue(target, column, row, text_)) {
      return Unfit(chunk, row, i, "a value that the target's server does not have");
    }
  }
  return {};
}

Status RowBatch::Unfit(const Chunk& chunk, uint32_t row, uint32_t column,
                       std::string_view why) const {
  std::string key;
  for (const uint32_t i : chunk.schema()->primary_key) {
    key += fmt::format("{}{} = {}", key.empty() ? "" : ", ", chunk.schema()->columns[i].name,
                       ValueText(chunk.column(i), row));
  }
  return {Code::kSchemaMismatch,
          fmt::format("table {}, column {}, row {}: {}", target_.path.ToString(),
                      target_.columns[column].name, key.empty() ? std::to_string(row) : key, why)};
}

void RowBatch::Replace(const Chunk& chunk, uint32_t row) {
  std::string key;
  for (const uint32_t i : target_.key) AppendKey(chunk.column(i), row, key);
  const auto [at, fresh] = by_key_.try_emplace(std::move(key), pieces_.size() - 1);
  if (fresh) return;
  pieces_[at->second].live = false;
  --live_;
  at->second = pieces_.size() - 1;
}

RowText RowBatch::Take() {
  RowText out;
  const bool all = live_ == pieces_.size();
  for (const Piece& piece : pieces_) {
    if (!piece.live) continue;
    if (!all) out.text.append(text_, piece.begin, piece.end - piece.begin);
    out.ends.push_back(all ? piece.end : out.text.size());
    (piece.deletes ? out.deletes : out.upserts) = true;
  }
  if (all) out.text = std::move(text_);
  text_ = {};
  pieces_.clear();
  by_key_.clear();
  live_ = 0;
  return out;
}

}  // namespace sluice::jdbc
