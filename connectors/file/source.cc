// SPDX-License-Identifier: Apache-2.0
#include "file/source.h"

#include <fmt/format.h>

namespace sluice::file {
namespace {

class Enumerator final : public SplitEnumerator {
 public:
  explicit Enumerator(SourceState state) : state_(std::move(state)) {}

  Result<std::vector<Split>> Next(size_t want) override {
    std::vector<Split> out;
    while (out.size() < want && !done()) {
      out.push_back(EncodeSplit(state_.files[state_.handed_out++]));
    }
    return out;
  }
  Status OnFinished(const Split& /*split*/, const Bytes& /*report*/) override {
    ++state_.finished;
    return {};
  }
  Bytes Save() override { return EncodeState(state_); }
  bool done() const override { return state_.handed_out == state_.files.size(); }
  double progress() const override {
    if (state_.total == 0) return 1;
    return static_cast<double>(state_.finished) / static_cast<double>(state_.total);
  }

 private:
  SourceState state_;
};

std::vector<SchemaRef> SchemasOf(const SourceState& state) {
  std::vector<SchemaRef> out;
  for (const FoundTable& table : state.tables) out.push_back(table.schema);
  return out;
}

}  // namespace

Result<std::vector<SchemaRef>> FileSource::Discover(Context& ctx) {
  SourceState found;
  for (const TableConfig& config : configs_) {
    RETURN_IF_ERROR(ctx.cancel.Check());
    ASSIGN_OR_RETURN(std::vector<FileEntry> files, ListFiles(ctx.env, config.options));
    ASSIGN_OR_RETURN(FoundTable table, FindTable(ctx.env, config, files));
    for (FileEntry& file : files) {
      found.files.push_back(
          {.number = found.total++, .table = found.tables.size(), .file = std::move(file)});
    }
    found.tables.push_back(std::move(table));
  }
  const std::lock_guard lock(mutex_);
  found_ = std::move(found);
  return SchemasOf(found_);
}

Result<std::vector<SchemaRef>> FileSource::Restore(Context& /*ctx*/, const Bytes& saved) {
  ASSIGN_OR_RETURN(SourceState state, DecodeState(saved));
  if (state.tables.size() != configs_.size()) {
    return Fail(Code::kCorruption, "the saved state of LocalFile is of other tables");
  }
  const std::lock_guard lock(mutex_);
  found_ = std::move(state);
  return SchemasOf(found_);
}

Result<std::unique_ptr<SplitEnumerator>> FileSource::Enumerate(Context& ctx,
                                                               std::optional<Bytes> saved) {
  if (saved) {
    ASSIGN_OR_RETURN(const auto schemas, Restore(ctx, *saved));
  }
  const std::lock_guard lock(mutex_);
  return std::make_unique<Enumerator>(found_);
}

Result<std::unique_ptr<Reader>> FileSource::Open(Context& ctx, Split split) {
  ASSIGN_OR_RETURN(FileSplit decoded, DecodeSplit(split));
  const std::lock_guard lock(mutex_);
  if (decoded.table >= found_.tables.size()) {
    return Fail(Code::kCorruption, "a saved split of LocalFile is of a table that there is not");
  }
  const TableConfig& config = configs_[decoded.table];
  FoundTable table = found_.tables[decoded.table];
  return std::make_unique<FileReader>(ctx, config, std::move(table), std::move(decoded));
}

std::string FileSource::Identity() const {
  std::string tables;
  for (const TableConfig& config : configs_) {
    tables += fmt::format("; {} {} as {}", FormatName(config.options.format), config.options.path,
                          config.path.ToString());
  }
  return "LocalFile" + tables;
}

}  // namespace sluice::file
