// SPDX-License-Identifier: Apache-2.0
#include "format/parquet.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/shared_library.h"
#include "format/arrow_arrays.h"
#include "format/parquet_module/module.h"

namespace sluice {
namespace {

using parquet_module::Module;

constexpr size_t kGroupBytes = size_t{32} << 20U;  // of rows as chunks hold them
constexpr int64_t kRowsAtOnce = 64;  // at most, between looks at whether a chunk is full

Result<const Module*> Load() {
  auto symbol = LoadSymbol(parquet_module::kLibrary, parquet_module::kSymbol);
  if (!symbol) return Fail(symbol.error().In("loading Apache Arrow for parquet"));
  return reinterpret_cast<decltype(&SluiceParquetModule)>(*symbol)();
}

const char* NameOf(ParquetCompression compression) {
  switch (compression) {
    case ParquetCompression::kNone:
      return "uncompressed";
    case ParquetCompression::kSnappy:
      return "snappy";
    case ParquetCompression::kLz4:
      return "lz4_raw";  // the one that the format still recommends
    case ParquetCompression::kGzip:
      return "gzip";
    case ParquetCompression::kBrotli:
      return "brotli";
    case ParquetCompression::kZstd:
      return "zstd";
  }
  return "";
}

class ParquetEncoder final : public RowEncoder {
 public:
  ParquetEncoder(std::string table, std::vector<EncodedColumn> columns, const LocalZone& zone,
                 std::unique_ptr<parquet_module::Writer> writer)
      : table_(std::move(table)),
        columns_(std::move(columns)),
        zone_(zone),
        writer_(std::move(writer)) {}

  Status Append(const Chunk& chunk, std::span<const uint32_t> rows, std::string& out) override {
    if (rows.size() == chunk.rows()) {
      RETURN_IF_ERROR(AppendAll(chunk));
    } else {
      ChunkBuilder some(chunk.schema());
      for (const uint32_t row : rows) some.CopyRow(chunk, row);
      RETURN_IF_ERROR(AppendAll(*some.Finish(0)));
    }
    return held_ < kGroupBytes ? Status() : Flush(out);
  }
  Status Finish(std::string& out) override { return Outcome(writer_->Finish(out)); }
  size_t held() const override { return held_; }
  Status Flush(std::string& out) override {
    if (held_ == 0) return {};
    held_ = 0;
    return Outcome(writer_->EndGroup(out));
  }

 private:
  Status AppendAll(const Chunk& chunk) {
    ArrowArray rows{};
    RETURN_IF_ERROR(ExportRows(chunk, columns_, zone_, &rows));
    held_ += chunk.bytes();
    return Outcome(writer_->Write(&rows));
  }
  Status Outcome(const std::string& wrong) const {
    if (wrong.empty()) return {};
    return {Code::kSchemaMismatch, fmt::format("table {}: parquet: {}", table_, wrong)};
  }

  const std::string table_;
  const std::vector<EncodedColumn> columns_;
  const LocalZone& zone_;
  std::unique_ptr<parquet_module::Writer> writer_;
  size_t held_ = 0;
};

// The file under Arrow, keeping its failures, which Arrow would make texts of.
class FileInput final : public parquet_module::Input {
 public:
  FileInput(std::unique_ptr<ReadableFile> file, uint64_t size)
      : file_(std::move(file)), size_(size) {}
  uint64_t size() const override { return size_; }
  int64_t ReadAt(uint64_t offset, char* out, uint64_t size) override {
    const auto done = file_->ReadAt(offset, {out, size});
    if (done) return static_cast<int64_t>(*done);
    failure_ = done.error();
    return -1;
  }
  const Status& failure() const { return failure_; }

 private:
  std::unique_ptr<ReadableFile> file_;
  const uint64_t size_;
  Status failure_;
};

// Released when it goes.
template <typename T>
struct Owned : T {
  Owned() : T{} {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { Release(); }
  void Release() {
    if (this->release != nullptr) this->release(this);
    this->release = nullptr;
  }
};

class ArrowParquetReader final : public ParquetReader {
 public:
  ArrowParquetReader(std::string name, std::unique_ptr<ReadableFile> file, uint64_t size,
                     const LocalZone& zone)
      : name_(std::move(name)), zone_(zone), input_(std::move(file), size) {}

  Status Open() {
    ASSIGN_OR_RETURN(const Module* const module, Load());
    RETURN_IF_ERROR(Outcome(module->OpenReader(input_, reader_), "it is no parquet file"));
    RETURN_IF_ERROR(Outcome(reader_->GetSchema(&type_), "its schema"));
    for (int64_t i = 0; i < type_.n_children; ++i) {
      auto info = ImportColumn(*type_.children[i]);
      if (info) {
        columns_.push_back({std::move(*info), ""});
      } else {
        columns_.push_back(
            {{.name = type_.children[i]->name}, std::string(info.error().message())});
      }
    }
    return {};
  }
  const std::vector<FileColumn>& columns() const override { return columns_; }

  Status Begin(RowLayout layout, uint64_t group, uint64_t row) override {
    layout_ = std::move(layout);
    fields_.clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (layout_.column_of[i] == RowLayout::kLeftOut) continue;
      RETURN_IF_ERROR(CheckField(i));
      fields_.push_back(static_cast<int>(i));
    }
    group_ = group;
    RETURN_IF_ERROR(BeginGroup());
    // To the row within the group.
    while (row_ < row) {
      if (at_ >= batch_.length) {
        ASSIGN_OR_RETURN(const bool more, Fetch());
        if (!more) return {Code::kPositionLost, fmt::format("{}: it has fewer rows now", name_)};
      }
      const auto step = std::min<uint64_t>(row - row_, static_cast<uint64_t>(batch_.length - at_));
      at_ += static_cast<int64_t>(step);
      row_ += step;
    }
    return {};
  }

  Result<bool> Next(ChunkBuilder& rows) override {
    while (!rows.full()) {
      if (at_ < batch_.length) {
        RETURN_IF_ERROR(Copy(rows));
        continue;
      }
      if (!begun_) return false;
      ASSIGN_OR_RETURN(const bool more, Fetch());
      if (more) continue;
      ++group_;
      RETURN_IF_ERROR(BeginGroup());
    }
    return true;
  }
  uint64_t group() const override { return group_; }
  uint64_t row() const override { return row_; }

 private:
  Status Outcome(const std::string& wrong, std::string_view where) const {
    if (!input_.failure().ok()) return input_.failure();
    if (wrong.empty()) return {};
    return {Code::kCorruption, fmt::format("{}: {}: {}", name_, where, wrong)};
  }
  Status CheckField(size_t field) const {
    const FileColumn& column = columns_[field];
    if (!column.unsupported.empty()) {
      return {Code::kUnsupported,
              fmt::format("{}: {}, which is not read: leave it out with read_columns", name_,
                          column.unsupported)};
    }
    const Type& wanted =
        layout_.schema->columns[static_cast<size_t>(layout_.column_of[field])].type;
    if (wanted == column.info.type) return {};
    return {Code::kSchemaMismatch,
            fmt::format("{}: column '{}' is {}, where {} is expected", name_, column.info.name,
                        column.info.type.ToString(), wanted.ToString())};
  }
  Status BeginGroup() {
    batch_.Release();
    batch_.length = at_ = 0;
    row_ = 0;
    begun_ = group_ < static_cast<uint64_t>(reader_->groups());
    if (!begun_) return {};
    return Outcome(reader_->Begin(static_cast<int>(group_), fields_),
                   fmt::format("group {}", group_));
  }
  Result<bool> Fetch() {
    batch_.Release();
    at_ = batch_.length = 0;
    RETURN_IF_ERROR(Outcome(reader_->Next(&batch_), fmt::format("group {}, row {}", group_, row_)));
    if (batch_.release == nullptr) return false;
    return true;
  }
  // Of text, of the rows from at_ to `end`.
  size_t TextUpTo(int64_t end) const {
    size_t bytes = 0;
    for (size_t i = 0; i < fields_.size(); ++i) {
      const ArrowSchema& type = *type_.children[static_cast<size_t>(fields_[i])];
      bytes += TextBytes(type, *batch_.children[i], at_, end);
    }
    return bytes;
  }
  Status Copy(ChunkBuilder& rows) {
    int64_t end = std::min(at_ + kRowsAtOnce, batch_.length);
    while (end - at_ > 1 && TextUpTo(end) > kChunkBytesMax) end = at_ + (end - at_) / 2;
    for (size_t i = 0; i < fields_.size(); ++i) {
      const auto field = static_cast<size_t>(fields_[i]);
      const auto column = static_cast<size_t>(layout_.column_of[field]);
      const Status status = ImportValues(*type_.children[field], *batch_.children[i], at_, end,
                                         zone_, rows.column(column));
      if (!status.ok()) return status.In(name_);
    }
    for (; at_ < end; ++at_) {
      layout_.AppendConstants(rows);
      rows.EndRow(RowKind::kInsert);
      ++row_;
    }
    return {};
  }

  const std::string name_;
  const LocalZone& zone_;
  FileInput input_;
  std::unique_ptr<parquet_module::Reader> reader_;
  Owned<ArrowSchema> type_;
  std::vector<FileColumn> columns_;
  RowLayout layout_;
  std::vector<int> fields_;  // that are read
  Owned<ArrowArray> batch_;
  int64_t at_ = 0;  // the next row of the batch
  uint64_t group_ = 0;
  uint64_t row_ = 0;
  bool begun_ = false;  // the group is there
};

}  // namespace

Result<std::unique_ptr<RowEncoder>> MakeParquetEncoder(const Schema& schema,
                                                       std::vector<EncodedColumn> columns,
                                                       const ParquetStyle& style,
                                                       const LocalZone& zone) {
  ASSIGN_OR_RETURN(const Module* const module, Load());
  Owned<ArrowSchema> type;
  ExportSchema(schema, columns, &type);
  std::unique_ptr<parquet_module::Writer> writer;
  const std::string wrong =
      module->OpenWriter(&type, {NameOf(style.compression), style.int96}, writer);
  if (!wrong.empty()) {
    return Fail(Code::kInvalidConfig,
                fmt::format("table {}: parquet: {}", schema.path.ToString(), wrong));
  }
  return std::make_unique<ParquetEncoder>(schema.path.ToString(), std::move(columns), zone,
                                          std::move(writer));
}

Result<std::unique_ptr<ParquetReader>> ParquetReader::Open(std::string name,
                                                           std::unique_ptr<ReadableFile> file,
                                                           uint64_t size, const LocalZone& zone) {
  auto reader = std::make_unique<ArrowParquetReader>(std::move(name), std::move(file), size, zone);
  RETURN_IF_ERROR(reader->Open());
  return reader;
}

}  // namespace sluice
