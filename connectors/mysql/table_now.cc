// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_now.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/binlog/thin_rows.h"
#include "mysql/changed_value.h"

namespace sluice::mysql {
namespace {

constexpr std::string_view kRemedy = "start again with --fresh to read the table anew";

// Which column of `now` each of `def` is.
class Matching {
 public:
  Matching(const TableDef& def, const TableDef& now)
      : def_(def), now_(now), found_(def.columns.size()), taken_(now.columns.size()) {}

  Result<std::vector<std::optional<uint32_t>>> Run(const std::optional<TableNow::Names>& names) {
    for (uint32_t i = 0; i < found_.size(); ++i) {
      const auto same = now_.schema->Find(names ? (*names)[i] : def_.columns[i].info.name);
      if (!same) continue;
      if (!Readable(def_.columns[i], now_.columns[*same])) return Fail(Unreadable(i, *same));
      Take(i, *same);
    }
    if (names) return found_;
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

  const TableDef& def_;
  const TableDef& now_;
  std::vector<std::optional<uint32_t>> found_;
  std::vector<bool> taken_;
};

}  // namespace

Result<TableNow> TableNow::Make(TableDefRef def, TableDefRef now, Misfit misfit,
                                const std::optional<Names>& names) {
  ASSIGN_OR_RETURN(const auto found, Matching(*def, *now).Run(names));
  TableNow made;
  made.def_ = std::move(def);
  made.now_ = std::move(now);
  made.Read(found, misfit);
  made.Describe();
  return made;
}

void TableNow::Read(const std::vector<std::optional<uint32_t>>& found, Misfit misfit) {
  TableDef read{now_->path, {}, nullptr};
  for (size_t i = 0; i < found.size(); ++i) {
    auto& source = sources_.emplace_back();
    if (!found[i]) continue;
    const ColumnDef& was = def_->columns[i];
    const ColumnDef& column = now_->columns[*found[i]];
    source = {read.columns.size(), *found[i], Changed(was, column)};
    // Else the statement is not passed on.
    const bool passed = was.info.type != column.info.type ||
                        was.info.length != column.info.length ||
                        was.info.nullable != column.info.nullable;
    source->neutral = misfit == Misfit::kNeutral ||
                      (misfit == Misfit::kRepeated && passed && Widened(was, column));
    moved_ = moved_ || *found[i] != i;
    read.columns.push_back(column);
  }
  const bool all = read.columns.size() == found.size() && found.size() == now_->columns.size();
  same_ = all && !moved_ && Changes().empty() &&
          std::ranges::none_of(sources_, [](const auto& source) { return source->changed; });
  select_ = fmt::format("SELECT {} FROM {}.{}", SelectList(read), QuoteName(def_->path.database),
                        QuoteName(def_->path.table));
}

// Makes named_ and image_.
void TableNow::Describe() {
  const auto shown = [](TableDef& table) {
    auto schema = std::make_shared<Schema>(*table.schema);
    for (size_t i = 0; i < table.columns.size(); ++i) schema->columns[i] = table.columns[i].info;
    table.schema = std::move(schema);
  };
  auto named = std::make_shared<TableDef>(*def_);
  auto image = std::make_shared<TableDef>(*now_);
  for (ColumnDef& column : image->columns) column = ExactColumn(std::move(column));
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (!sources_[i]) continue;
    const auto& [field, index, changed, neutral] = *sources_[i];
    named->columns[i].info.name = now_->columns[index].info.name;
    if (!changed) image->columns[index] = named->columns[i];
  }
  shown(*named);
  shown(*image);
  named_ = std::move(named);
  image_ = std::move(image);
}

Result<std::vector<std::string>> TableNow::KeyNames(const TableKey& key) const {
  std::vector<std::string> names;
  for (const uint32_t index : key.columns) {
    if (!sources_[index]) {
      return Fail(Code::kSchemaMismatch,
                  fmt::format("table {}: column {} of its key is gone; {}", def_->path.ToString(),
                              def_->columns[index].info.name, kRemedy));
    }
    names.push_back(now_->columns[sources_[index]->index].info.name);
  }
  return names;
}

Status TableNow::CheckKey(const TableKey& key) const {
  const auto names = KeyNames(key);
  if (!names) return names.error();
  for (const uint32_t index : key.columns) {
    const ColumnDef& was = def_->columns[index];
    const ColumnDef& now = now_->columns[sources_[index]->index];
    if (was.info.type == now.info.type && was.charset == now.charset) continue;
    return {
        Code::kSchemaMismatch,
        fmt::format("table {}: column {} of its key became {} from {}; {}", def_->path.ToString(),
                    was.info.name, now.info.source_type, was.info.source_type, kRemedy)};
  }
  return {};
}

std::vector<uint32_t> TableNow::Gone() const {
  std::vector<uint32_t> gone;
  for (uint32_t i = 0; i < sources_.size(); ++i) {
    if (!sources_[i]) gone.push_back(i);
  }
  return gone;
}

std::string TableNow::Changes() const {
  std::string text;
  const auto add = [&](const std::string& one) { text += (text.empty() ? "" : ", ") + one; };
  for (size_t i = 0; i < sources_.size(); ++i) {
    const ColumnInfo& was = def_->columns[i].info;
    if (!sources_[i]) {
      add(fmt::format("column {} is gone", was.name));
      continue;
    }
    const ColumnInfo& now = now_->columns[sources_[i]->index].info;
    if (now.name != was.name) add(fmt::format("column {} is read as {}", was.name, now.name));
    if (now.source_type != was.source_type) {
      add(fmt::format("column {} became {} from {}", was.name, now.source_type, was.source_type));
    }
  }
  return text;
}

Status TableNow::Append(SqlRow row, ChunkBuilder& out) const {
  for (size_t i = 0; i < sources_.size(); ++i) {
    const auto& source = sources_[i];
    Column& column = out.column(i);
    if (!source) {
      AppendNeutral(def_->columns[i], column);
      continue;
    }
    const auto text = row[source->field];
    const Status status = source->changed ? AppendChanged(i, text, column)
                                          : AppendText(def_->columns[i], text, column);
    if (!status.ok()) return status.In("table " + def_->path.ToString());
  }
  return {};
}

Status TableNow::AppendImage(const Chunk& from, uint32_t row, ChunkBuilder& out) const {
  for (size_t i = 0; i < sources_.size(); ++i) {
    const auto& source = sources_[i];
    Column& column = out.column(i);
    if (!source) {
      AppendNeutral(def_->columns[i], column);
    } else if (source->changed) {
      const ColumnDef& image = image_->columns[source->index];
      const auto text = AnswerText(image, from.column(source->index), row);
      // A date that is none is no null on the server.
      const bool no_date = !text && !now_->columns[source->index].info.nullable;
      if (no_date) {
        AppendNeutral(def_->columns[i], column);
      } else {
        RETURN_IF_ERROR(AppendChanged(i, text, column).In("table " + def_->path.ToString()));
      }
    } else {
      column.AppendFrom(from.column(source->index), row);
    }
  }
  return {};
}

Status TableNow::AppendChanged(size_t i, std::optional<std::string_view> text, Column& out) const {
  const ColumnDef& was = def_->columns[i];
  const ColumnDef& now = now_->columns[sources_[i]->index];
  if (AppendFitting(was, text, out)) return {};
  if (sources_[i]->neutral) {
    AppendNeutral(was, out);
    return {};
  }
  if (was.info.type == now.info.type) return AppendText(was, text, out);
  return {
      Code::kSchemaMismatch,
      fmt::format("table {}: column {} became {} from {}, and the value {} does not fit that; "
                  "{}",
                  def_->path.ToString(), was.info.name, now.info.source_type, was.info.source_type,
                  text ? fmt::format("'{}'", text->substr(0, 100)) : "NULL", kRemedy)};
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

KeyBound TableNow::BoundOf(SqlRow row, const TableKey& key) const {
  KeyBound out;
  for (const uint32_t index : key.columns) {
    AppendKeyText(def_->columns[index], row[sources_[index]->field].value_or(""), out);
  }
  return out;
}

}  // namespace sluice::mysql
