// SPDX-License-Identifier: Apache-2.0
#include "io/target_scan.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "io/cancel_watch.h"

namespace sluice {
namespace {

// Rows of the server become chunks.
class Scanner {
 public:
  Scanner(const Context& ctx, const SchemaRef& rows, const AppendShownFn& append,
          const ScanFn& each)
      : ctx_(ctx),
        rows_(rows),
        append_(append),
        each_(each),
        builder_(rows),
        key_(rows->columns.size(), false) {
    for (const uint32_t column : rows->primary_key) key_[column] = true;
  }

  Status Add(SqlRow row) {
    bool unlike = false;
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i] && append_(i, *row[i], builder_.column(i))) continue;
      if (row[i] && key_[i]) return Unreadable(i);
      unlike = unlike || row[i];
      builder_.column(i).AppendNull();
    }
    if (unlike) unlike_.push_back(builder_.rows());
    builder_.EndRow(RowKind::kInsert);
    return builder_.full() ? Flush() : Status();
  }
  Status Flush() {
    RETURN_IF_ERROR(ctx_.cancel.Check());
    if (builder_.empty()) return {};
    return each_({builder_.Finish(0), std::exchange(unlike_, {})});
  }

 private:
  Status Unreadable(size_t column) const {
    const ColumnInfo& info = rows_->columns[column];
    return {Code::kSchemaMismatch,
            fmt::format("the target of {} holds a key in {} that is no {}", rows_->path.ToString(),
                        info.name, info.type.ToString())};
  }

  const Context& ctx_;
  const SchemaRef& rows_;
  const AppendShownFn& append_;
  const ScanFn& each_;
  ChunkBuilder builder_;
  std::vector<bool> key_;
  std::vector<uint32_t> unlike_;
};

}  // namespace

Status ScanSelect(Context& ctx, SqlSession& session, const std::string& select,
                  const SchemaRef& rows, const AppendShownFn& append, const ScanFn& each) {
  const CancelWatch watch(ctx.cancel, session);
  Scanner scanner(ctx, rows, append, each);
  Status outcome;
  const Status status = session.Stream(select, [&](SqlRow row) {
    outcome = scanner.Add(row);
    return outcome.ok();
  });
  RETURN_IF_ERROR(outcome);
  RETURN_IF_ERROR(ctx.cancel.Check());
  RETURN_IF_ERROR(status);
  return scanner.Flush();
}

}  // namespace sluice
