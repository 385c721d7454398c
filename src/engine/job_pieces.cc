// SPDX-License-Identifier: Apache-2.0
#include "engine/job_pieces.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice {

Bytes JoinStates(std::span<const Bytes> states) {
  ByteWriter out;
  out.U64(states.size());
  for (const Bytes& state : states) out.Str(state);
  return std::move(out).Take();
}

Result<std::vector<Bytes>> PartStates(std::string_view joined, size_t sources) {
  ByteReader in(joined);
  std::vector<Bytes> states;
  for (uint64_t n = in.Count(); n > 0; --n) states.emplace_back(in.Str());
  RETURN_IF_ERROR(in.Finish("states of the sources"));
  if (states.size() == sources) return states;
  return Fail(Code::kInvalidConfig,
              fmt::format("the state directory holds an unfinished run of another job: it has {} "
                          "sources, and this one {}; use another --state DIR, or --fresh to "
                          "forget that run",
                          states.size(), sources));
}

Split OfSource(uint32_t source, Split split) {
  split.id = fmt::format("{}/{}", source, split.id);
  return split;
}

Result<OwnedSplit> OwnerOf(Split split, size_t sources) {
  OwnedSplit out;
  const char* end = split.id.data() + split.id.size();
  const auto parsed = std::from_chars(split.id.data(), end, out.source);
  const bool whole = parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == '/';
  if (!whole || out.source >= sources) {
    return Fail(Code::kCorruption, fmt::format("the saved split '{}' is of no source", split.id));
  }
  split.id.erase(0, static_cast<size_t>(parsed.ptr - split.id.data()) + 1);
  out.split = std::move(split);
  return out;
}

Prepared ForSink(uint32_t sink, Prepared work) {
  if (work.empty()) return work;
  ByteWriter out;
  out.U64(sink).Str(work);
  return std::move(out).Take();
}

Result<std::vector<std::vector<Prepared>>> BySink(std::span<const Prepared> work, size_t sinks) {
  std::vector<std::vector<Prepared>> out(sinks);
  for (const Prepared& piece : work) {
    ByteReader in(piece);
    const uint64_t sink = in.U64();
    Prepared own(in.Str());
    RETURN_IF_ERROR(in.Finish("prepared work"));
    if (sink >= sinks) {
      return Fail(Code::kCorruption,
                  fmt::format("prepared work of sink {}, and the job has {}", sink, sinks));
    }
    out[sink].push_back(std::move(own));
  }
  return out;
}

}  // namespace sluice
