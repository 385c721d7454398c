// SPDX-License-Identifier: Apache-2.0
#include "engine/dead_letter.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <set>

#include "data/text.h"
#include "format/json_lines.h"
#include "format/json_text.h"

namespace sluice {
namespace {

// What is read of a line; the others are for people.
constexpr size_t kSink = 0;
constexpr size_t kSchema = 1;
constexpr size_t kKind = 2;
constexpr size_t kRow = 3;
constexpr size_t kCheckpoint = 4;

void AppendMember(std::string_view name, std::string_view text, std::string& out) {
  out += fmt::format("{}\"{}\":", out.ends_with('{') ? "" : ",", name);
  AppendJsonString(text, out);
}

std::vector<EncodedColumn> AllColumns(const Schema& schema) {
  std::vector<EncodedColumn> columns;
  for (uint32_t i = 0; i < schema.columns.size(); ++i)
    columns.push_back({i, schema.columns[i].name});
  return columns;
}

SchemaRef LineSchema() {
  static const SchemaRef schema = [] {
    auto made = std::make_shared<Schema>();
    for (const char* name : {"sink", "schema", "kind", "row", "checkpoint"}) {
      made->columns.push_back({.name = name, .type = Of(TypeKind::kString)});
    }
    return made;
  }();
  return schema;
}

RowLayout LayoutOf(const SchemaRef& schema) {
  RowLayout layout{.schema = schema, .fields = {}, .column_of = {}, .constants = {}};
  for (size_t i = 0; i < schema->columns.size(); ++i) {
    layout.fields.push_back(schema->columns[i].name);
    layout.column_of.push_back(static_cast<int>(i));
  }
  return layout;
}

// One line, by the names of LineSchema.
struct Line {
  const Chunk& lines;
  uint32_t row;
  std::string where;  // "file:line"

  bool has(size_t column) const { return !lines.column(column).is_null(row); }
  std::string_view text(size_t column) const { return lines.column(column).text(row); }
};
using TakeLine = std::function<Status(const Line&)>;

Status ForEachLine(const LetterFile& file, const TakeLine& take) {
  JsonDecoder decoder(file.name, LayoutOf(LineSchema()), "\n");
  ChunkBuilder lines(LineSchema());
  std::string_view rest = file.text;
  uint64_t number = 0;
  while (!rest.empty()) {
    ASSIGN_OR_RETURN(const size_t taken, decoder.Decode(rest, true, lines));
    rest.remove_prefix(taken);
    if (lines.empty()) break;
    const ChunkPtr chunk = lines.Finish(0);
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      RETURN_IF_ERROR(take({*chunk, row, fmt::format("{}:{}", file.name, ++number)}));
    }
  }
  return {};
}

template <typename T>
bool ReadNumber(std::string_view text, T& number) {
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

struct TableLine {
  uint32_t sink = 0;
  SchemaRef schema;
};

Result<TableLine> ReadTableLine(const Line& line) {
  TableLine out;
  const bool number = ReadNumber(line.text(kSink), out.sink);
  std::string bytes;
  if (!number || !line.has(kSchema) || !ReadBase64(line.text(kSchema), bytes)) {
    return Fail(Code::kCorruption, line.where + ": it is no line about a table");
  }
  ByteReader in(bytes);
  out.schema = std::make_shared<Schema>(DecodeSchema(in));
  RETURN_IF_ERROR(in.Finish(line.where));
  return out;
}

// Turns the letters of one sink into rows. The order of checkpoints is that of the changes: an
// older letter of a row must not overwrite a newer one, in whatever order the files come. Letters
// of one checkpoint to one key are in one file.
class LetterReader {
 public:
  explicit LetterReader(uint32_t sink) : sink_(sink) {}

  Status FindTables(const Line& line) {
    if (!line.has(kSink)) return {};
    ASSIGN_OR_RETURN(const TableLine table, ReadTableLine(line));
    if (table.sink != sink_) return {};
    SchemaRef& known = letters.tables[table.schema->path];
    if (!known || known->version < table.schema->version) known = table.schema;
    return {};
  }
  Status TakeRow(const Line& line) {
    if (line.has(kSink)) {
      ASSIGN_OR_RETURN(const TableLine table, ReadTableLine(line));
      Close();
      if (table.sink == sink_) builder_.emplace(letters.tables[table.schema->path]);
      skips_ = table.sink != sink_;
      return {};
    }
    if (skips_) return {};
    if (!builder_ || !line.has(kRow)) {
      return {Code::kCorruption, line.where + ": no line about a table stands before this row"};
    }
    CheckpointId checkpoint = 0;
    if (!line.has(kCheckpoint) || !ReadNumber(line.text(kCheckpoint), checkpoint)) {
      return {Code::kCorruption, line.where + ": the number of its checkpoint is gone"};
    }
    if (checkpoint != checkpoint_) EndChunk();
    checkpoint_ = checkpoint;
    return Decode(line);
  }
  void Close() {
    EndChunk();
    builder_.reset();
  }
  ReadLetters Take() {
    for (auto& [checkpoint, chunk] : chunks_) letters.chunks.push_back(std::move(chunk));
    return std::move(letters);
  }

  ReadLetters letters;

 private:
  void EndChunk() {
    if (!builder_ || builder_->empty()) return;
    chunks_.emplace(checkpoint_, builder_->Finish(0));
  }
  Status Decode(const Line& line) {
    JsonDecoder decoder(line.where, LayoutOf(builder_->schema()), "\n", FurtherKeys::kRefused);
    ChunkBuilder one(builder_->schema());
    ASSIGN_OR_RETURN(const size_t taken, decoder.Decode(line.text(kRow), true, one));
    if (taken == 0 || one.rows() != 1) return {Code::kCorruption, line.where + ": it holds no row"};
    const std::string_view kind = line.has(kKind) ? line.text(kKind) : "";
    // The row before an update is refused for its key, and the row after it may have another.
    const bool deletes =
        kind == RowKindSign(RowKind::kDelete) || kind == RowKindSign(RowKind::kUpdateBefore);
    builder_->CopyRow(*one.Finish(0), 0, deletes ? RowKind::kDelete : RowKind::kInsert);
    if (builder_->full()) EndChunk();
    return {};
  }

  const uint32_t sink_;
  std::optional<ChunkBuilder> builder_;
  CheckpointId checkpoint_ = 0;                   // of the rows in it
  std::multimap<CheckpointId, ChunkPtr> chunks_;  // of one, as they came
  bool skips_ = false;
};

}  // namespace

std::string KeyOf(const Chunk& chunk, uint32_t row) {
  std::string key;
  for (const uint32_t i : chunk.schema()->primary_key) {
    key += fmt::format("{}{} = {}", key.empty() ? "" : ", ", chunk.schema()->columns[i].name,
                       ValueText(chunk.column(i), row));
  }
  return key.empty() ? fmt::format("row {}", row) : key;
}

void AppendTableLine(uint32_t sink, const Schema& schema, std::string& out) {
  out += fmt::format("{{\"sink\":{}", sink);
  AppendMember("table", schema.path.ToString(), out);
  out += ",\"columns\":[";
  for (size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    if (i > 0) out += ',';
    AppendJsonString(fmt::format("{} {}", column.name, column.type.ToString()), out);
  }
  out += "],\"schema\":\"";
  ByteWriter bytes;
  Encode(schema, bytes);
  AppendBase64(std::move(bytes).Take(), out);
  out += "\"}\n";
}

void AppendLetter(const Chunk& chunk, const RefusedRow& refused, CheckpointId checkpoint,
                  std::string& out) {
  std::string line = "{";
  AppendMember("reason", refused.reason, line);
  AppendMember("column", refused.column, line);
  AppendMember("key", KeyOf(chunk, refused.row), line);
  AppendMember("kind", RowKindSign(chunk.kind(refused.row)), line);
  AppendMember("place", chunk.place ? *chunk.place : "snapshot", line);
  if (const int64_t committed = chunk.commit_micros(refused.row); committed != 0) {
    std::string time;
    AppendTimestamp(committed, 6, time);
    AppendMember("committed", time, line);
  }
  line += fmt::format(",\"checkpoint\":{},\"row\":", checkpoint);
  JsonEncoder encoder(AllColumns(*chunk.schema()), "\n");
  const uint32_t rows[] = {refused.row};
  // JSON has a form for every value.
  CHECK(encoder.Append(chunk, rows, line).ok());
  out += line + "}\n";
}

Result<ReadLetters> DecodeLetters(const std::vector<LetterFile>& files, uint32_t sink) {
  LetterReader reader(sink);
  for (const LetterFile& file : files) {
    RETURN_IF_ERROR(ForEachLine(file, [&](const Line& line) { return reader.FindTables(line); }));
  }
  for (const LetterFile& file : files) {
    RETURN_IF_ERROR(ForEachLine(file, [&](const Line& line) { return reader.TakeRow(line); }));
    reader.Close();
  }
  return reader.Take();
}

Result<std::vector<uint32_t>> SinksOf(const std::vector<LetterFile>& files) {
  std::set<uint32_t> sinks;
  for (const LetterFile& file : files) {
    RETURN_IF_ERROR(ForEachLine(file, [&](const Line& line) -> Status {
      if (!line.has(kSink)) return {};
      ASSIGN_OR_RETURN(const TableLine table, ReadTableLine(line));
      sinks.insert(table.sink);
      return {};
    }));
  }
  return std::vector<uint32_t>(sinks.begin(), sinks.end());
}

}  // namespace sluice
