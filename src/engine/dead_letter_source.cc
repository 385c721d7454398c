// SPDX-License-Identifier: Apache-2.0
#include "engine/dead_letter_source.h"

#include <utility>

namespace sluice {
namespace {

// The only split: how many chunks were emitted.
Split SplitAt(uint64_t next) {
  ByteWriter out;
  out.U64(next);
  return {"letters", std::move(out).Take()};
}

class Enumerator final : public SplitEnumerator {
 public:
  explicit Enumerator(bool handed_out) : handed_out_(handed_out) {}
  Result<std::vector<Split>> Next(size_t want) override {
    if (want == 0 || std::exchange(handed_out_, true)) return std::vector<Split>();
    return std::vector<Split>{SplitAt(0)};
  }
  Status OnFinished(const Split& /*split*/, const Bytes& /*report*/) override { return {}; }
  Bytes Save() override { return std::move(ByteWriter().Bool(handed_out_)).Take(); }
  bool done() const override { return handed_out_; }

 private:
  bool handed_out_;
};

class LetterReader final : public Reader {
 public:
  LetterReader(const std::vector<ChunkPtr>& chunks, uint64_t next) : chunks_(chunks), next_(next) {}
  Result<Poll> Read(Emitter& out, Deadline /*until*/) override {
    if (next_ < chunks_.size()) out.Emit(chunks_[next_++]);
    return next_ < chunks_.size() ? Poll::kMore : Poll::kDone;
  }
  Status Flush(Emitter& /*out*/) override { return {}; }
  Split Save() const override { return SplitAt(next_); }

 private:
  const std::vector<ChunkPtr>& chunks_;
  uint64_t next_;
};

}  // namespace

Result<std::vector<SchemaRef>> LetterSource::Discover(Context& /*ctx*/) {
  std::vector<SchemaRef> out;
  for (const auto& [path, schema] : letters_.tables) out.push_back(schema);
  return out;
}

Result<std::unique_ptr<SplitEnumerator>> LetterSource::Enumerate(Context& /*ctx*/,
                                                                 std::optional<Bytes> saved) {
  bool handed_out = false;
  if (saved) {
    ByteReader in(*saved);
    handed_out = in.Bool();
    RETURN_IF_ERROR(in.Finish("the saved state of a replay"));
  }
  return std::make_unique<Enumerator>(handed_out);
}

Result<std::unique_ptr<Reader>> LetterSource::Open(Context& /*ctx*/, Split split) {
  ByteReader in(split.position);
  const uint64_t next = in.U64();
  RETURN_IF_ERROR(in.Finish("the saved place of a replay"));
  return std::make_unique<LetterReader>(letters_.chunks, next);
}

}  // namespace sluice
