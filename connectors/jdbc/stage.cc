// SPDX-License-Identifier: Apache-2.0
#include "jdbc/stage.h"

#include <fmt/format.h>

#include <charconv>

#include "base/checksum.h"

namespace sluice::jdbc {
namespace {

constexpr uint64_t kVersion = 1;
constexpr std::string_view kPrefix = "__sluice_";
constexpr size_t kJobDigits = 12;

// Takes `mark` and the number behind it off `rest`.
template <typename T>
bool TakeNumber(std::string_view& rest, std::string_view mark, T& out) {
  if (!rest.starts_with(mark)) return false;
  rest.remove_prefix(mark.size());
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), out);
  if (parsed.ec != std::errc()) return false;
  rest.remove_prefix(static_cast<size_t>(parsed.ptr - rest.data()));
  return true;
}

}  // namespace

std::string StageJob(std::string_view job_id) {
  return Hex64(Hash64(job_id)).substr(0, kJobDigits);
}

std::string StageLabel::Prefix(std::string_view job) {
  return fmt::format("{}{}_r", kPrefix, job);
}

std::string StageLabel::ToName() const {
  return fmt::format("{}{}_c{}_w{}_{}", Prefix(job), run, checkpoint, writer,
                     Hex64(Hash64(target)).substr(0, 8));
}

std::optional<StageLabel> StageLabel::Parse(std::string_view name) {
  StageLabel label;
  if (!name.starts_with(kPrefix) || name.size() < kPrefix.size() + kJobDigits) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  label.job = name.substr(0, kJobDigits);
  name.remove_prefix(kJobDigits);
  const bool whole =
      TakeNumber(name, "_r", label.run) && TakeNumber(name, "_c", label.checkpoint) &&
      TakeNumber(name, "_w", label.writer) && name.starts_with('_') && name.size() == 9;
  if (!whole) return std::nullopt;
  return label;
}

Prepared EncodeWork(const StagedWork& work) {
  if (work.tables.empty()) return {};
  ByteWriter out;
  out.U64(kVersion).U64(work.run).U64(work.writer).U64(work.tables.size());
  for (const StagedTable& table : work.tables) {
    out.Str(table.target).Str(table.schema).Str(table.stage).U64(table.rows);
    out.U64(table.merge.size());
    for (const std::string& statement : table.merge) out.Str(statement);
  }
  return std::move(out).Take();
}

Result<StagedWork> DecodeWork(std::string_view bytes) {
  ByteReader in(bytes);
  StagedWork work;
  if (in.U64() != kVersion) in.Refuse();
  work.run = in.U64();
  work.writer = static_cast<uint32_t>(in.U64());
  for (uint64_t n = in.Count(); n > 0; --n) {
    StagedTable& table = work.tables.emplace_back();
    table.target = in.Str();
    table.schema = in.Str();
    table.stage = in.Str();
    table.rows = in.U64();
    for (uint64_t m = in.Count(); m > 0; --m) table.merge.push_back(in.Str());
  }
  RETURN_IF_ERROR(in.Finish("prepared work of the Jdbc sink"));
  return work;
}

Result<std::vector<StagedWork>> DecodeAll(std::span<const Prepared> work) {
  std::vector<StagedWork> out;
  for (const Prepared& piece : work) {
    if (piece.empty()) continue;
    ASSIGN_OR_RETURN(StagedWork decoded, DecodeWork(piece));
    out.push_back(std::move(decoded));
  }
  return out;
}

}  // namespace sluice::jdbc
