// SPDX-License-Identifier: Apache-2.0
#include "format/parquet_module/module.h"

#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/status.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>
#include <parquet/types.h>

#include <functional>
#include <optional>

namespace sluice::parquet_module {
namespace {

constexpr int64_t kBatchRows = 4096;
// The caller ends groups; this is only Arrow's own limit out of the way.
constexpr int64_t kGroupRowsMax = int64_t{1} << 40;

std::string Message(const arrow::Status& status) {
  return status.ok() ? std::string() : status.message();
}

// Arrow's Parquet code throws below its statuses.
std::string Guarded(const std::function<arrow::Status()>& step) {
  try {
    return Message(step());
  } catch (const std::exception& error) {
    return error.what();
  }
}

class InputFile final : public arrow::io::RandomAccessFile {
 public:
  explicit InputFile(Input& input) : input_(input) {}

  arrow::Status Close() override { return arrow::Status::OK(); }
  bool closed() const override { return false; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return static_cast<int64_t>(input_.size()); }
  arrow::Result<int64_t> Read(int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t done, ReadAt(position_, size, out));
    position_ += done;
    return done;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size));
    position_ += buffer->size();
    return buffer;
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t size, void* out) override {
    if (position < 0 || size < 0) return arrow::Status::Invalid("a place outside of the file");
    const int64_t done = input_.ReadAt(static_cast<uint64_t>(position), static_cast<char*>(out),
                                       static_cast<uint64_t>(size));
    if (done < 0) return arrow::Status::IOError("the file cannot be read");
    return done;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t size) override {
    // A damaged file may ask for more than there is.
    const auto rest = static_cast<int64_t>(input_.size()) - position;
    if (position < 0 || size < 0 || size > rest) {
      return arrow::Status::Invalid("a place outside of the file");
    }
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
    ARROW_ASSIGN_OR_RAISE(const int64_t done, ReadAt(position, size, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(done));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  Input& input_;
  int64_t position_ = 0;
};

class StringSink final : public arrow::io::OutputStream {
 public:
  arrow::Status Close() override { return arrow::Status::OK(); }
  bool closed() const override { return false; }
  arrow::Result<int64_t> Tell() const override { return written_; }
  arrow::Status Write(const void* data, int64_t size) override {
    bytes_.append(static_cast<const char*>(data), static_cast<size_t>(size));
    written_ += size;
    return arrow::Status::OK();
  }
  void MoveTo(std::string& out) {
    out += bytes_;
    bytes_.clear();
  }

 private:
  std::string bytes_;
  int64_t written_ = 0;
};

class ArrowWriter final : public Writer {
 public:
  std::string Open(ArrowSchema* schema, const WriteOptions& options) {
    return Guarded([&] {
      ARROW_ASSIGN_OR_RAISE(schema_, arrow::ImportSchema(schema));
      ARROW_ASSIGN_OR_RAISE(const auto codec,
                            arrow::util::Codec::GetCompressionType(options.compression));
      auto properties = parquet::WriterProperties::Builder()
                            .compression(codec)
                            ->max_row_group_length(kGroupRowsMax)
                            ->build();
      parquet::ArrowWriterProperties::Builder arrow_properties;
      if (options.int96) arrow_properties.enable_deprecated_int96_timestamps();
      sink_ = std::make_shared<StringSink>();
      ARROW_ASSIGN_OR_RAISE(
          writer_, parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(), sink_,
                                                    properties, arrow_properties.build()));
      return arrow::Status::OK();
    });
  }
  std::string Write(ArrowArray* rows) override {
    return Guarded([&]() -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(const auto batch, arrow::ImportRecordBatch(rows, schema_));
      if (!grouped_) ARROW_RETURN_NOT_OK(writer_->NewBufferedRowGroup());
      grouped_ = true;
      return writer_->WriteRecordBatch(*batch);
    });
  }
  std::string EndGroup(std::string& out) override {
    // A group is written when the next one begins; one without rows is not made.
    std::string wrong = Guarded([&]() -> arrow::Status {
      return grouped_ ? writer_->NewBufferedRowGroup() : arrow::Status::OK();
    });
    sink_->MoveTo(out);
    return wrong;
  }
  std::string Finish(std::string& out) override {
    std::string wrong = Guarded([&] { return writer_->Close(); });
    sink_->MoveTo(out);
    return wrong;
  }

 private:
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<StringSink> sink_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  bool grouped_ = false;
};

class ArrowReader final : public Reader {
 public:
  std::string Open(Input& input) {
    return Guarded([&]() -> arrow::Status {
      parquet::ReaderProperties properties(arrow::default_memory_pool());
      properties.enable_buffered_stream();  // a group of rows need not fit into memory
      parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
      arrow_properties.set_batch_size(kBatchRows);
      arrow_properties.set_pre_buffer(false);
      arrow_properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
      parquet::arrow::FileReaderBuilder builder;
      ARROW_RETURN_NOT_OK(builder.Open(std::make_shared<InputFile>(input), properties));
      builder.properties(arrow_properties);
      ARROW_ASSIGN_OR_RAISE(reader_, builder.Build());
      ARROW_RETURN_NOT_OK(reader_->GetSchema(&schema_));
      return NameZones();
    });
  }
  std::string GetSchema(ArrowSchema* out) const override {
    return Guarded([&] { return arrow::ExportSchema(*schema_, out); });
  }
  int groups() const override { return reader_->num_row_groups(); }
  std::string Begin(int group, const std::vector<int>& columns) override {
    return Guarded([&]() -> arrow::Status {
      batches_.reset();
      std::vector<int> leaves;
      for (const int column : columns) {
        leaves.push_back(
            reader_->manifest().schema_fields[static_cast<size_t>(column)].column_index);
      }
      ARROW_ASSIGN_OR_RAISE(batches_, reader_->GetRecordBatchReader({group}, leaves));
      return arrow::Status::OK();
    });
  }
  std::string Next(ArrowArray* out) override {
    return Guarded([&]() -> arrow::Status {
      std::shared_ptr<arrow::RecordBatch> batch;
      ARROW_RETURN_NOT_OK(batches_->ReadNext(&batch));
      if (!batch) return arrow::Status::OK();
      ARROW_RETURN_NOT_OK(batch->Validate());
      return arrow::ExportRecordBatch(*batch, out);
    });
  }

 private:
  // Of 96 bits, or marked as timestamp in the way of old: instants, as the format has it.
  static bool IsOldInstant(const parquet::ColumnDescriptor& leaf) {
    if (leaf.physical_type() == parquet::Type::INT96) return true;
    const auto& type = leaf.logical_type();
    return type->is_timestamp() &&
           static_cast<const parquet::TimestampLogicalType&>(*type).is_from_converted_type();
  }
  arrow::Status NameZones() {
    const parquet::SchemaDescriptor& leaves = *reader_->parquet_reader()->metadata()->schema();
    for (int i = 0; i < schema_->num_fields(); ++i) {
      const auto& field = schema_->field(i);
      const int leaf = reader_->manifest().schema_fields[static_cast<size_t>(i)].column_index;
      if (field->type()->id() != arrow::Type::TIMESTAMP || leaf < 0) continue;
      if (!IsOldInstant(*leaves.Column(leaf))) continue;
      const auto unit = static_cast<const arrow::TimestampType&>(*field->type()).unit();
      ARROW_ASSIGN_OR_RAISE(schema_,
                            schema_->SetField(i, field->WithType(arrow::timestamp(unit, "UTC"))));
    }
    return arrow::Status::OK();
  }

  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
};

class ArrowModule final : public Module {
 public:
  std::string OpenWriter(ArrowSchema* schema, const WriteOptions& options,
                         std::unique_ptr<Writer>& out) const override {
    auto writer = std::make_unique<ArrowWriter>();
    std::string wrong = writer->Open(schema, options);
    out = std::move(writer);
    return wrong;
  }
  std::string OpenReader(Input& input, std::unique_ptr<Reader>& out) const override {
    auto reader = std::make_unique<ArrowReader>();
    std::string wrong = reader->Open(input);
    out = std::move(reader);
    return wrong;
  }
};

}  // namespace
}  // namespace sluice::parquet_module

const sluice::parquet_module::Module* SluiceParquetModule() {
  static const sluice::parquet_module::ArrowModule module;
  return &module;
}
