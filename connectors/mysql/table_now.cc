// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_now.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/binlog/thin_rows.h"
#include "mysql/table_change.h"

namespace sluice::mysql {
namespace {

// Values of `now` as text are such of `def`, as far as they fit.
bool Readable(const ColumnDef& def, const ColumnDef& now) {
  const auto bytes = [](const ColumnDef& column) {
    return column.info.type.kind == TypeKind::kBytes || column.type == MysqlType::kBit;
  };
  if (bytes(def) != bytes(now)) return false;
  return FitOf(def, now) != ValueFit::kRewritten;
}

bool Changed(const ColumnDef& def, const ColumnDef& now) {
  return def.info.source_type != now.info.source_type || def.charset != now.charset ||
         def.info.nullable != now.info.nullable;
}

// Which column of `now` each of `def` is.
class Matching {
 public:
  Matching(const TableDef& def, const TableDef& now)
      : def_(def), now_(now), found_(def.columns.size()), taken_(now.columns.size()) {}

  Result<std::vector<std::optional<uint32_t>>> Run() {
    for (uint32_t i = 0; i < found_.size(); ++i) {
      const auto same = now_.schema->Find(def_.columns[i].info.name);
      if (!same) continue;
      if (!Readable(def_.columns[i], now_.columns[*same])) return Fail(Unreadable(i, *same));
      Take(i, *same);
    }
    PairWithinGaps();
    RETURN_IF_ERROR(PairLast());
    return found_;
  }

 private:
  void Take(uint32_t i, uint32_t of_now) {
    found_[i] = of_now;
    taken_[of_now] = true;
  }

  // Between two neighbours that kept their names as many columns came as are gone.
  void PairWithinGaps() {
    uint32_t after = 0;  // of now_, behind the neighbour before
    for (uint32_t i = 0; i < found_.size();) {
      uint32_t end = i;
      while (end < found_.size() && !found_[end]) ++end;
      const uint32_t upto =
          end < found_.size() ? *found_[end] : static_cast<uint32_t>(taken_.size());
      std::vector<uint32_t> came;
      for (uint32_t n = after; n < upto; ++n) {
        if (!taken_[n]) came.push_back(n);
      }
      bool pairs = came.size() == end - i;
      for (uint32_t n = 0; pairs && n < came.size(); ++n) {
        pairs = Readable(def_.columns[i + n], now_.columns[came[n]]);
      }
      for (uint32_t n = 0; pairs && n < came.size(); ++n) Take(i + n, came[n]);
      after = end < found_.size() ? *found_[end] + 1 : upto;
      i = end + 1;
    }
  }

  Status PairLast() {
    std::vector<uint32_t> gone;
    for (uint32_t i = 0; i < found_.size(); ++i) {
      if (!found_[i]) gone.push_back(i);
    }
    std::vector<uint32_t> came;
    for (uint32_t n = 0; n < taken_.size(); ++n) {
      const auto fits = [&](uint32_t i) { return Readable(def_.columns[i], now_.columns[n]); };
      if (!taken_[n] && std::ranges::any_of(gone, fits)) came.push_back(n);
    }
    if (gone.empty() || came.empty()) return {};
    if (gone.size() == 1 && came.size() == 1) {
      Take(gone[0], came[0]);
      return {};
    }
    return {
        Code::kSchemaMismatch,
        fmt::format("table {} has no column {} any more, and whether that was renamed cannot be "
                    "told from what it has; {}",
                    def_.path.ToString(), def_.columns[gone[0]].info.name, kRemedy)};
  }

  Status Unreadable(uint32_t i, uint32_t of_now) const {
    const ColumnInfo& before = def_.columns[i].info;
    return {Code::kSchemaMismatch,
            fmt::format("table {}: column {} became {} from {}, which does not say what its values "
                        "were; {}",
                        def_.path.ToString(), before.name, now_.columns[of_now].info.source_type,
                        before.source_type, kRemedy)};
  }

  static constexpr std::string_view kRemedy =
      "rows of before lack columns in the log: start again with --fresh to read the table anew";

  const TableDef& def_;
  const TableDef& now_;
  std::vector<std::optional<uint32_t>> found_;
  std::vector<bool> taken_;
};

}  // namespace

Result<TableNow> TableNow::Make(TableDefRef def, const TableDef& now) {
  ASSIGN_OR_RETURN(const auto found, Matching(*def, now).Run());
  TableNow made;
  TableDef read{now.path, {}, nullptr};
  for (size_t i = 0; i < found.size(); ++i) {
    auto& source = made.sources_.emplace_back();
    if (!found[i]) continue;
    const ColumnDef& column = now.columns[*found[i]];
    source = {read.columns.size(), column.info.name, Changed(def->columns[i], column)};
    read.columns.push_back(column);
  }
  made.select_ = fmt::format("SELECT {} FROM {}.{}", SelectList(read),
                             QuoteName(def->path.database), QuoteName(def->path.table));
  made.def_ = std::move(def);
  return made;
}

Result<std::vector<std::string>> TableNow::KeyNames(const TableKey& key) const {
  std::vector<std::string> names;
  for (const uint32_t index : key.columns) {
    if (!sources_[index]) {
      return Fail(Code::kSchemaMismatch,
                  fmt::format("table {}: column {} of its key is gone, and rows of before lack "
                              "columns in the log: start again with --fresh to read the table anew",
                              def_->path.ToString(), def_->columns[index].info.name));
    }
    names.push_back(sources_[index]->name);
  }
  return names;
}

Status TableNow::Append(SqlRow row, ChunkBuilder& out) const {
  for (size_t i = 0; i < sources_.size(); ++i) {
    const ColumnDef& column = def_->columns[i];
    const auto text = sources_[i] ? row[sources_[i]->field] : std::nullopt;
    if (!text) {
      AppendNeutral(column, out.column(i));
      continue;
    }
    const bool changed = sources_[i]->changed;
    const bool longer = changed && column.info.length &&
                        text->size() > static_cast<uint64_t>(*column.info.length) &&
                        FixedWidth(column.info.type.kind) == 0;
    const Status status = longer ? Status(Code::kSchemaMismatch, "longer than the column was")
                                 : AppendText(column, text, out.column(i));
    if (status.ok()) continue;
    if (!changed) return status.In("table " + def_->path.ToString());
    AppendNeutral(column, out.column(i));
  }
  return {};
}

Result<KeyBound> TableNow::KeyOf(SqlRow row, const TableKey& key, const TableDef& exact) const {
  KeyBound out;
  for (const uint32_t index : key.columns) {
    Column value(exact.columns[index].info.type);
    RETURN_IF_ERROR(AppendText(exact.columns[index], row[sources_[index]->field], value));
    AppendRowKey(value, 0, out);
  }
  return out;
}

}  // namespace sluice::mysql
