// SPDX-License-Identifier: Apache-2.0
// The seam between sluice and Apache Arrow. What is behind it is a shared library of its own,
// loaded with the first parquet file, because Arrow's libraries cost every start tens of
// milliseconds and megabytes. It is linked to nothing of sluice, so failures are texts here; empty
// texts are success. Objects are used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct ArrowArray;
struct ArrowSchema;

namespace sluice::parquet_module {

// A file's bytes, brought by the caller.
class Input {
 public:
  virtual ~Input() = default;
  virtual uint64_t size() const = 0;
  // Fewer than `size` at the end only; negative when it failed.
  virtual int64_t ReadAt(uint64_t offset, char* out, uint64_t size) = 0;
};

// Appends the bytes of a file to a string.
class Writer {
 public:
  virtual ~Writer() = default;
  // Takes the rows, and releases them.
  virtual std::string Write(ArrowArray* rows) = 0;
  virtual std::string EndGroup(std::string& out) = 0;  // of rows
  virtual std::string Finish(std::string& out) = 0;
};

class Reader {
 public:
  virtual ~Reader() = default;
  // Timestamps that are instants have a zone there, those in the old forms too, which name none.
  virtual std::string GetSchema(ArrowSchema* out) const = 0;
  virtual int groups() const = 0;  // of rows
  // From the beginning of a group, these columns, as numbered in the schema.
  virtual std::string Begin(int group, const std::vector<int>& columns) = 0;
  // The next rows; `out->release` is null behind the last.
  virtual std::string Next(ArrowArray* out) = 0;
};

struct WriteOptions {
  const char* compression = "uncompressed";  // as Arrow names it
  bool int96 = false;
};

class Module {
 public:
  virtual ~Module() = default;
  // Takes `schema`, and releases it. `input` outlives the reader.
  virtual std::string OpenWriter(ArrowSchema* schema, const WriteOptions& options,
                                 std::unique_ptr<Writer>& out) const = 0;
  virtual std::string OpenReader(Input& input, std::unique_ptr<Reader>& out) const = 0;
};

inline constexpr char kLibrary[] = "sluice_parquet.so";
inline constexpr char kSymbol[] = "SluiceParquetModule";

}  // namespace sluice::parquet_module

extern "C" const sluice::parquet_module::Module* SluiceParquetModule();
