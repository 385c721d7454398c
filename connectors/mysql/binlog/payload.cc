// SPDX-License-Identifier: Apache-2.0
// PayloadReader: the events inside a compressed transaction, one at a time.
#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>

#include "mysql/binlog/cursor.h"
#include "mysql/binlog/event.h"

namespace sluice::mysql {
namespace {

constexpr size_t kEventBytesMax = size_t{1} << 30U;  // the server's max_allowed_packet ends there
constexpr size_t kStep = size_t{1} << 16U;

struct FreeStream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

}  // namespace

struct PayloadReader::State {
  std::string_view input;
  std::unique_ptr<ZSTD_DStream, FreeStream> stream;  // null: stored, not compressed
  std::string event;
  EventParser parser;  // events inside have no checksum of their own

  // Adds up to `size` bytes to `event`; fewer only at the end of the payload.
  Status Fill(size_t size);
};

PayloadReader::PayloadReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
PayloadReader::PayloadReader(PayloadReader&&) noexcept = default;
PayloadReader& PayloadReader::operator=(PayloadReader&&) noexcept = default;
PayloadReader::~PayloadReader() = default;

Result<PayloadReader> PayloadReader::Open(const TransactionPayload& payload) {
  auto state = std::make_unique<State>();
  state->input = payload.payload;
  if (payload.compressed) {
    state->stream.reset(ZSTD_createDStream());
    if (state->stream == nullptr) return Fail(Code::kExhausted, "no memory for decompression");
  }
  return PayloadReader(std::move(state));
}

// Grows by steps, so that a false length cannot make it reserve what is not there.
Status PayloadReader::State::Fill(size_t size) {
  while (size > 0) {
    const size_t step = std::min(size, kStep);
    const size_t before = event.size();
    event.resize(before + step);
    size_t made = 0;
    if (stream == nullptr) {
      made = std::min(step, input.size());
      std::copy_n(input.data(), made, event.data() + before);
      input.remove_prefix(made);
    } else {
      ZSTD_outBuffer out{event.data() + before, step, 0};
      while (out.pos < out.size) {
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        const size_t produced = out.pos;
        const size_t hint = ZSTD_decompressStream(stream.get(), &out, &in);
        if (ZSTD_isError(hint) != 0) {
          return {Code::kCorruption,
                  fmt::format("a compressed transaction is damaged: {}", ZSTD_getErrorName(hint))};
        }
        input.remove_prefix(in.pos);
        if (in.pos == 0 && out.pos == produced) break;
      }
      made = out.pos;
    }
    event.resize(before + made);
    if (made < step) return {};
    size -= step;
  }
  return {};
}

Result<std::optional<LogEvent>> PayloadReader::Next() {
  State& state = *state_;
  state.event.clear();
  RETURN_IF_ERROR(state.Fill(kEventHeaderSize));
  if (state.event.empty()) return std::nullopt;
  Cursor header(state.event);
  header.Skip(9);  // the size field of the common header
  const uint32_t size = header.U32();
  RETURN_IF_ERROR(header.Check("a compressed transaction"));
  if (size < kEventHeaderSize || size > kEventBytesMax) {
    return Fail(Code::kCorruption, fmt::format("a compressed event says it has {} bytes", size));
  }
  RETURN_IF_ERROR(state.Fill(size - kEventHeaderSize));
  ASSIGN_OR_RETURN(LogEvent event, state.parser.Parse(state.event));
  if (std::holds_alternative<TransactionPayload>(event.body)) {
    return Fail(Code::kCorruption, "a compressed transaction holds another one");
  }
  return event;
}

}  // namespace sluice::mysql
