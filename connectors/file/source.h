// SPDX-License-Identifier: Apache-2.0
// LocalFile, the source: the files that are there when the job begins, each a split.
//
// Files must stay as they are until the job has read them: one that changed ends the job, for the
// place up to which a checkpoint holds its rows would mean nothing in it.
#pragma once

#include "api/source.h"
#include "base/sync.h"
#include "file/reader.h"

namespace sluice::file {

class FileSource final : public Source {
 public:
  explicit FileSource(std::vector<TableConfig> tables) : configs_(std::move(tables)) {}

  Boundedness boundedness() const override { return Boundedness::kBounded; }
  Result<std::vector<SchemaRef>> Discover(Context& ctx) override;
  Result<std::vector<SchemaRef>> Restore(Context& ctx, const Bytes& saved) override;
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context& ctx,
                                                     std::optional<Bytes> saved) override;
  Result<std::unique_ptr<Reader>> Open(Context& ctx, Split split) override;
  std::string Identity() const override;

 private:
  const std::vector<TableConfig> configs_;
  Mutex mutex_;        // guards found_
  SourceState found_;  // by Discover, or restored
};

}  // namespace sluice::file
