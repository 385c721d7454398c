// SPDX-License-Identifier: Apache-2.0
#include "file/file_rows.h"

#include <fmt/format.h>

#include "file/text_feed.h"
#include "format/delimited.h"
#include "format/json_lines.h"
#include "format/parquet.h"

namespace sluice::file {
namespace {

constexpr size_t kPiece = size_t{256} << 10U;

DelimitedStyle StyleOf(const TableConfig& config) {
  DelimitedStyle style;
  style.quotes = config.options.format == Format::kCsv;
  style.field_delimiter = config.style.field_delimiter;
  style.row_delimiter = config.style.row_delimiter;
  style.values = config.style.values;
  if (!config.schema) {  // the whole line is the one field, as it is written
    style.quotes = false;
    style.field_delimiter.clear();
    style.blank_is_null = false;
  }
  return style;
}

// The lines of text, csv and json.
class TextRows final : public FileRows {
 public:
  TextRows(Env& env, const TableConfig& config, const FileSplit& split)
      : env_(env), config_(config), path_(split.file.path) {}

  Status Begin(const FoundTable& table, const Place& next) {
    const SourceOptions& options = config_.options;
    std::vector<std::string> fields = FieldsOf(config_);
    std::string header;
    uint64_t line = 1;
    RETURN_IF_ERROR(Seek(0));
    // Every line of json is a row, as SeaTunnel has it.
    const bool has_header = options.format != Format::kJson;
    if (has_header && (next.at == 0 || options.csv_use_header_line)) {
      for (int64_t i = 0; i < options.skip_header_rows; ++i, ++line) {
        ASSIGN_OR_RETURN(header, TakeLine());
      }
    }
    if (options.csv_use_header_line) {
      ASSIGN_OR_RETURN(header, TakeLine());
      ++line;
      fields = SplitHeader(header, StyleOf(config_));
    }
    if (next.at > 0) {
      RETURN_IF_ERROR(Seek(next.at));
      line = next.row;
    }
    ASSIGN_OR_RETURN(RowLayout layout, LayoutOf(table, path_, std::move(fields)));
    if (options.format == Format::kJson && config_.schema) {
      decoder_ =
          std::make_unique<JsonDecoder>(path_, std::move(layout), config_.style.row_delimiter);
    } else {
      decoder_ = std::make_unique<DelimitedDecoder>(path_, std::move(layout), StyleOf(config_));
    }
    decoder_->SetLine(line);
    return {};
  }

  Result<bool> Next(ChunkBuilder& rows) override {
    while (true) {
      ASSIGN_OR_RETURN(const size_t taken,
                       decoder_->Decode(std::string_view(text_).substr(begin_), ended_, rows));
      Pass(taken);
      if (rows.full()) return true;
      if (ended_) return false;
      RETURN_IF_ERROR(Fill());
    }
  }
  Place place() const override { return {at_, decoder_->line()}; }

 private:
  Status Seek(uint64_t place) {
    ASSIGN_OR_RETURN(feed_, TextFeed::Open(env_, path_, config_.options.encoding,
                                           config_.options.archive_codec == Archive::kGz, place));
    text_.clear();
    begin_ = 0;
    at_ = place;
    ended_ = false;
    return {};
  }
  Status Fill() {
    text_.erase(0, begin_);
    begin_ = 0;
    ASSIGN_OR_RETURN(const bool more, feed_->Next(kPiece, text_));
    ended_ = !more;
    return {};
  }
  void Pass(size_t bytes) {
    begin_ += bytes;
    at_ += bytes;
  }
  // The next line, without its end; empty at the end of the file.
  Result<std::string> TakeLine() {
    const std::string& delimiter = config_.style.row_delimiter;
    size_t end = text_.find(delimiter, begin_);
    while (end == std::string::npos && !ended_) {
      RETURN_IF_ERROR(Fill());
      end = text_.find(delimiter, begin_);
    }
    std::string line = text_.substr(begin_, end - begin_);
    Pass(end == std::string::npos ? line.size() : line.size() + delimiter.size());
    return line;
  }

  Env& env_;
  const TableConfig& config_;
  const std::string path_;
  std::unique_ptr<TextFeed> feed_;
  std::unique_ptr<RowDecoder> decoder_;
  std::string text_;  // read and not decoded: from begin_ on
  size_t begin_ = 0;
  uint64_t at_ = 0;  // the place of begin_ in the text of the file
  bool ended_ = false;
};

class ParquetRows final : public FileRows {
 public:
  Status Begin(Env& env, const FoundTable& table, const FileSplit& split) {
    ASSIGN_OR_RETURN(auto file, env.OpenForRead(split.file.path));
    ASSIGN_OR_RETURN(reader_,
                     ParquetReader::Open(split.file.path, std::move(file), split.file.size));
    std::vector<std::string> fields;
    for (const auto& column : reader_->columns()) fields.push_back(column.info.name);
    ASSIGN_OR_RETURN(RowLayout layout, LayoutOf(table, split.file.path, std::move(fields)));
    return reader_->Begin(std::move(layout), split.next.at, split.next.row);
  }
  Result<bool> Next(ChunkBuilder& rows) override { return reader_->Next(rows); }
  Place place() const override { return {reader_->group(), reader_->row()}; }

 private:
  std::unique_ptr<ParquetReader> reader_;
};

}  // namespace

Result<std::unique_ptr<FileRows>> FileRows::Open(Env& env, const TableConfig& config,
                                                 const FoundTable& table, const FileSplit& split) {
  if (config.options.format == Format::kParquet) {
    auto rows = std::make_unique<ParquetRows>();
    RETURN_IF_ERROR(rows->Begin(env, table, split));
    return rows;
  }
  auto rows = std::make_unique<TextRows>(env, config, split);
  RETURN_IF_ERROR(rows->Begin(table, split.next));
  return rows;
}

}  // namespace sluice::file
