// SPDX-License-Identifier: Apache-2.0
#include "console/sink.h"

#include <fmt/format.h>

#include <iterator>

namespace sluice::console {
namespace {

std::string RowTypeLine(const Schema& schema) {
  std::string out = "output rowType: ";
  for (size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    out += fmt::format("{}{}<{}>", i == 0 ? "" : ", ", column.name, column.type.ToString());
  }
  return out + "\n";
}

class ConsoleWriter : public Writer {
 public:
  ConsoleWriter(const Options& options, LineWriter& lines, Context& ctx, uint32_t number)
      : options_(options), lines_(lines), env_(ctx.env), number_(number) {}

  Status Write(const Chunk& chunk) override {
    const Schema& schema = *chunk.schema();
    std::string text;
    if (tables_.insert(schema.path).second) text += RowTypeLine(schema);
    if (options_.print) {
      for (uint32_t row = 0; row < chunk.rows(); ++row) AppendRow(chunk, row, text);
    }
    bytes_ += text.size();
    // Sleeping here would hold back barriers; a full writer rests as long and holds back nobody.
    rest_until_ = env_.Now() + std::chrono::milliseconds(options_.delay_ms * chunk.rows());
    return lines_.Write(text);
  }
  bool full() const override { return options_.delay_ms > 0 && env_.Now() < rest_until_; }

  Status Rebind(const SchemaChange& change) override {
    if (change.before) tables_.erase(change.before->path);
    const SchemaRef& table = change.after ? change.after : change.before;
    return lines_.Write(
        fmt::format("schema change of {}: {}\n", table->path.ToString(), change.ddl));
  }
  Status Seal(CheckpointId /*id*/) override { return lines_.Flush(); }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId /*id*/) override { return Prepared(); }
  uint64_t bytes_written() const override { return bytes_; }

 private:
  void AppendRow(const Chunk& chunk, uint32_t row, std::string& text) {
    fmt::format_to(std::back_inserter(text),
                   "subtaskIndex={}  rowIndex={}:  SeaTunnelRow#tableId={} SeaTunnelRow#kind={} : ",
                   number_, ++rows_, chunk.schema()->path.ToString(), RowKindName(chunk.kind(row)));
    for (size_t i = 0; i < chunk.column_count(); ++i) {
      if (i > 0) text += ", ";
      text += ValueText(chunk.column(i), row);
    }
    text += '\n';
  }

  Options options_;
  LineWriter& lines_;
  Env& env_;
  uint32_t number_;
  std::set<TablePath> tables_;  // whose row type was printed
  TimePoint rest_until_;
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
};

// What is printed is visible; there is nothing to commit.
class NothingToCommit : public Committer {
 public:
  Status Apply(const SchemaChange& /*change*/) override { return {}; }
  Status Commit(CheckpointId /*id*/, std::span<const Prepared> /*work*/) override { return {}; }
  Status AbortOrphans(const OrphanRange& /*range*/) override { return {}; }
};

}  // namespace

const OptionSpec<Options>& Spec() {
  static const OptionSpec<Options> spec =
      OptionSpec<Options>("Prints rows to standard output.")
          .Optional("log.print.data", &Options::print, "Whether to print the rows.")
          .Optional("log.print.delay.ms", &Options::delay_ms,
                    "Milliseconds of rest for each row; taken after a chunk of rows.", AtLeast(0));
  return spec;
}

std::unique_ptr<Sink> ConsoleSink::Make(const PluginConfig& config, const EnvOptions& /*env*/,
                                        Diagnostics& diagnostics) {
  const auto options = Spec().Parse(config, diagnostics);
  if (!options) return nullptr;
  return std::make_unique<ConsoleSink>(*options, StandardOutput());
}

Status ConsoleSink::Prepare(Context& /*ctx*/, std::span<const SchemaRef> /*tables*/,
                            bool /*fresh*/) {
  return {};
}

bool ConsoleSink::replay_converges(std::string* why) const {
  if (why != nullptr) *why = "what was printed cannot be taken back";
  return false;
}

Result<std::unique_ptr<Writer>> ConsoleSink::Open(Context& ctx, uint32_t writer) {
  return std::make_unique<ConsoleWriter>(options_, lines_, ctx, writer);
}

Result<std::unique_ptr<Committer>> ConsoleSink::OpenCommitter(Context& /*ctx*/) {
  return std::make_unique<NothingToCommit>();
}

}  // namespace sluice::console
