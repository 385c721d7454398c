// SPDX-License-Identifier: Apache-2.0
#include "engine/dead_letter_sink.h"

#include <fmt/ranges.h>

#include <map>

#include "api/forwarding_sink.h"
#include "base/check.h"
#include "base/logging.h"
#include "engine/dead_letter.h"
#include "io/file_transaction.h"

namespace sluice {
namespace {

constexpr uint64_t kVersion = 1;
constexpr char kUncommitted[] = "/.uncommitted";

// The work of the sink and the files of its letters.
struct Work {
  Prepared own;
  Prepared letters;
};

Prepared Encode(const Work& work) {
  if (work.own.empty() && work.letters.empty()) return {};
  ByteWriter out;
  out.U64(kVersion).Str(work.own).Str(work.letters);
  return std::move(out).Take();
}

Result<Work> Decode(const Prepared& prepared) {
  Work work;
  if (prepared.empty()) return work;
  ByteReader in(prepared);
  if (in.U64() != kVersion) in.Refuse();
  work.own = in.Str();
  work.letters = in.Str();
  RETURN_IF_ERROR(in.Finish("the prepared work of a sink"));
  return work;
}

class LetterWriter final : public ForwardingWriter {
 public:
  LetterWriter(Context& ctx, const DeadLetterOptions& options, uint32_t id,
               std::unique_ptr<Writer> sink)
      : ForwardingWriter(std::move(sink)),
        ctx_(ctx),
        options_(options),
        id_(id),
        next_id_(ctx.first_checkpoint),
        pool_("letters", 1) {}

  Status Write(const Chunk& chunk) override {
    const std::vector<RefusedRow> refused = Refused(chunk);
    if (refused.empty()) return ForwardingWriter::Write(chunk);
    if (options_.policy == BadRows::kFail) return Named(chunk, refused.front());
    RETURN_IF_ERROR(SetAside(chunk, refused));
    const ChunkPtr rest = Others(chunk, refused);
    rows_set_aside_ += chunk.rows() - (rest ? rest->rows() : 0);
    return rest ? ForwardingWriter::Write(*rest) : Status();
  }
  bool full() const override { return ForwardingWriter::full() || unsent_ > kUnsentBytesMax; }
  Status Seal(CheckpointId id) override {
    CHECK(id == next_id_);
    RETURN_IF_ERROR(ForwardingWriter::Seal(id));
    if (letters_) letters_->Prepare();
    sealed_[id] = {std::move(letters_), std::nullopt};
    letters_ = nullptr;
    last_schema_ = nullptr;
    next_id_ = id + 1;
    return {};
  }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override {
    const auto found = sealed_.find(id);
    CHECK(found != sealed_.end());
    Sealed& sealed = found->second;
    if (!sealed.own) {
      ASSIGN_OR_RETURN(sealed.own, ForwardingWriter::PollPrepared(id));
    }
    Work work;
    if (sealed.letters) {
      ASSIGN_OR_RETURN(const std::optional<PreparedFiles> files, sealed.letters->Poll());
      if (!files) return std::nullopt;
      work.letters = EncodeFiles({*files});
    }
    if (!sealed.own) return std::nullopt;
    work.own = std::move(*sealed.own);
    sealed_.erase(found);
    return std::optional<Prepared>(Encode(work));
  }
  uint64_t rows_set_aside() const override { return rows_set_aside_; }

 private:
  static constexpr size_t kUnsentBytesMax = size_t{8} << 20U;

  struct Sealed {
    std::shared_ptr<FileTransaction> letters;  // null: none
    std::optional<Prepared> own;
  };

  static Status Named(const Chunk& chunk, const RefusedRow& refused) {
    const std::string place = chunk.place ? fmt::format(" (read at {})", *chunk.place) : "";
    return {
        Code::kSchemaMismatch,
        fmt::format("table {}, {}, column {}: {}{}; mend the target or the row, or set bad_rows "
                    "= DEAD_LETTER in env to go on without such rows",
                    chunk.schema()->path.ToString(), KeyOf(chunk, refused.row), refused.column,
                    refused.reason, place)};
  }

  Status SetAside(const Chunk& chunk, const std::vector<RefusedRow>& refused) {
    if (letters_) {
      const auto polled = letters_->Poll();
      if (!polled) return polled.error();
    } else {
      Begin();
    }
    std::string text;
    if (chunk.schema() != last_schema_) AppendTableLine(options_.sink, *chunk.schema(), text);
    last_schema_ = chunk.schema();
    for (const RefusedRow& row : refused) AppendLetter(chunk, row, next_id_, text);
    letters_->Append(name_, std::move(text));
    return {};
  }
  void Begin() {
    const std::string folder = options_.folder + kUncommitted;
    const TransactionParts parts{ctx_.run, id_, next_id_};
    name_ = fmt::format("letters-{}-{}-{}.jsonl", next_id_, ctx_.run, id_);
    letters_ = std::make_shared<FileTransaction>(FileTransaction::Setup{
        .ctx = ctx_,
        .pool = pool_,
        .strand = next_id_,
        .unsent = unsent_,
        .transactions = folder,
        .checkpoint = next_id_,
        .visible_at_once = false,
        .work = {.table = "dead letters",
                 .from = fmt::format("{}/{}", folder, TransactionId(ctx_.job_id, parts)),
                 .to = options_.folder,
                 .files = {}}});
  }
  // Without the refused rows, and without the row before a refused update: the target keeps the row
  // as it was.
  static ChunkPtr Others(const Chunk& chunk, const std::vector<RefusedRow>& refused) {
    std::vector<bool> out(chunk.rows(), false);
    for (const RefusedRow& row : refused) {
      out[row.row] = true;
      const bool update = chunk.kind(row.row) == RowKind::kUpdateAfter && row.row > 0;
      if (update && chunk.kind(row.row - 1) == RowKind::kUpdateBefore) out[row.row - 1] = true;
    }
    ChunkBuilder rest(chunk.schema());
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      if (!out[row]) rest.CopyRow(chunk, row);
    }
    return rest.empty() ? nullptr : rest.Finish(chunk.source_micros, chunk.read_micros);
  }

  Context& ctx_;
  const DeadLetterOptions& options_;
  const uint32_t id_;
  CheckpointId next_id_;                      // that the letters of now will belong to
  std::shared_ptr<FileTransaction> letters_;  // of next_id_; null: none so far
  std::string name_;                          // of their file
  SchemaRef last_schema_;                     // that the file has told
  std::map<CheckpointId, Sealed> sealed_;
  uint64_t rows_set_aside_ = 0;
  std::atomic<size_t> unsent_ = 0;
  IoPool pool_;  // last: its jobs use everything above
};

class LetterCommitter final : public Committer {
 public:
  LetterCommitter(Context& ctx, const DeadLetterOptions& options, std::unique_ptr<Committer> sink,
                  bool sink_leaves_work)
      : env_(ctx.env),
        job_id_(ctx.job_id),
        options_(options),
        sink_(std::move(sink)),
        sink_leaves_work_(sink_leaves_work) {}

  Status Commit(CheckpointId id, std::span<const Prepared> work) override {
    std::vector<Prepared> own;
    for (const Prepared& piece : work) {
      ASSIGN_OR_RETURN(Work both, Decode(piece));
      ASSIGN_OR_RETURN(const std::vector<PreparedFiles> letters, DecodeFiles(both.letters));
      for (const PreparedFiles& files : letters) RETURN_IF_ERROR(CommitLetters(files));
      if (!both.own.empty()) own.push_back(std::move(both.own));
    }
    return sink_->Commit(id, own);
  }
  Status AbortOrphans(const OrphanRange& range) override {
    RETURN_IF_ERROR(AbortFiles(env_, options_.folder + kUncommitted, job_id_, range));
    return sink_leaves_work_ ? sink_->AbortOrphans(range) : Status();
  }
  Status Apply(const SchemaChange& change) override { return sink_->Apply(change); }

 private:
  // Visible letters belong to whoever reads them: they may be replayed or deleted before the sink
  // has committed too, and this is asked again. The folder that they waited in is gone by then, and
  // the one around it is not, unless all of it is out of reach: then nothing is known of them.
  Status CommitLetters(const PreparedFiles& letters) const {
    Status status = CommitFiles(env_, letters);
    if (status.code() != Code::kCommitLost || !env_.Exists(ParentOf(letters.from))) return status;
    if (env_.Exists(letters.from)) {
      return status.In(fmt::format("if the letters were taken, remove {}", letters.from));
    }
    LogWarn(fmt::format("dead letters were taken already: {}/{}", letters.to,
                        fmt::join(letters.files, ", ")));
    return {};
  }

  Env& env_;
  const std::string job_id_;
  const DeadLetterOptions& options_;
  const std::unique_ptr<Committer> sink_;
  const bool sink_leaves_work_;
};

class DeadLetterSink final : public ForwardingSink {
 public:
  DeadLetterSink(std::unique_ptr<Sink> sink, DeadLetterOptions options)
      : ForwardingSink(std::move(sink)), options_(std::move(options)) {}

  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override {
    if (options_.policy == BadRows::kDeadLetter) {
      RETURN_IF_ERROR(MakeDurableFolder(ctx.env, options_.folder + kUncommitted));
    }
    return ForwardingSink::Prepare(ctx, tables, fresh);
  }
  // Letters of a dead run, whatever the sink leaves.
  bool leaves_work() const override {
    return options_.policy == BadRows::kDeadLetter || ForwardingSink::leaves_work();
  }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    ASSIGN_OR_RETURN(auto own, ForwardingSink::Open(ctx, writer));
    return std::make_unique<LetterWriter>(ctx, options_, writer, std::move(own));
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override {
    ASSIGN_OR_RETURN(auto own, ForwardingSink::OpenCommitter(ctx));
    return std::make_unique<LetterCommitter>(ctx, options_, std::move(own),
                                             ForwardingSink::leaves_work());
  }

 private:
  const DeadLetterOptions options_;
};

}  // namespace

std::unique_ptr<Sink> WithDeadLetters(std::unique_ptr<Sink> sink, DeadLetterOptions options) {
  return std::make_unique<DeadLetterSink>(std::move(sink), std::move(options));
}

}  // namespace sluice
