// SPDX-License-Identifier: Apache-2.0
// FakeSource: makes up rows. Splits are numbered; a reader may be resumed at any row of one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/source.h"
#include "config/job_file.h"
#include "fake/generator.h"
#include "fake/literal_rows.h"

namespace sluice::fake {

// One table with its rows.
struct FakeTable {
  SchemaRef schema;
  std::unique_ptr<Generator> generator;
  std::unique_ptr<LiteralRows> literals;  // null: rows are generated
  uint64_t rows = 0;                      // of one reader
  uint64_t splits = 1;                    // of one reader
  Duration rest{};                        // before each split
  uint32_t chunk_rows = kChunkRowsMax;
};

// A split, decoded. Rows count from 0 over all splits of a table; literal rows within the split.
struct Range {
  uint64_t table = 0;
  uint64_t number = 0;  // of the split within the source
  uint64_t next = 0;
  uint64_t end = 0;
  int64_t now_micros = 0;  // when the job began: the same after every restart
  bool begun = false;
};
Split EncodeRange(const Range& range);
Result<Range> DecodeRange(const Split& split);

class FakeSource : public Source {
 public:
  // Null after a mistake, which goes to `diagnostics`.
  static std::unique_ptr<Source> Make(const PluginConfig& config, const EnvOptions& env,
                                      Diagnostics& diagnostics);

  Boundedness boundedness() const override { return boundedness_; }
  Result<std::vector<SchemaRef>> Discover(Context& ctx) override;
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context& ctx,
                                                     std::optional<Bytes> saved) override;
  Result<std::unique_ptr<Reader>> Open(Context& ctx, Split split) override;
  std::string Identity() const override { return identity_; }

 private:
  FakeSource(std::vector<FakeTable> tables, uint64_t readers, Boundedness boundedness,
             std::string identity);

  std::vector<FakeTable> tables_;
  uint64_t readers_;
  Boundedness boundedness_;
  std::string identity_;
};

}  // namespace sluice::fake
