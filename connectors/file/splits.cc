// SPDX-License-Identifier: Apache-2.0
#include "file/splits.h"

#include <fmt/format.h>

namespace sluice::file {
namespace {

constexpr uint64_t kVersion = 1;

void Put(const FileSplit& split, ByteWriter& out) {
  out.U64(split.number).U64(split.table).Str(split.file.path).U64(split.file.size);
  out.I64(split.file.modified_micros).U64(split.next.at).U64(split.next.row);
}

FileSplit Take(ByteReader& in) {
  FileSplit split;
  split.number = in.U64();
  split.table = in.U64();
  split.file.path = in.Str();
  split.file.size = in.U64();
  split.file.modified_micros = in.I64();
  split.next.at = in.U64();
  split.next.row = in.U64();
  return split;
}

}  // namespace

Split EncodeSplit(const FileSplit& split) {
  ByteWriter out;
  out.U64(kVersion);
  Put(split, out);
  return {fmt::format("file-{}", split.number), std::move(out).Take()};
}

Result<FileSplit> DecodeSplit(const Split& split) {
  ByteReader in(split.position);
  if (in.U64() != kVersion) in.Refuse();
  FileSplit out = Take(in);
  RETURN_IF_ERROR(in.Finish("a split of LocalFile"));
  return out;
}

Bytes EncodeState(const SourceState& state) {
  ByteWriter out;
  out.U64(kVersion).U64(state.tables.size());
  for (const FoundTable& table : state.tables) {
    Encode(*table.schema, out);
    out.U64(table.partition_keys.size());
    for (const std::string& key : table.partition_keys) out.Str(key);
  }
  out.U64(state.total).U64(state.finished).U64(state.files.size() - state.handed_out);
  for (size_t i = state.handed_out; i < state.files.size(); ++i) Put(state.files[i], out);
  return std::move(out).Take();
}

Result<SourceState> DecodeState(const Bytes& bytes) {
  ByteReader in(bytes);
  if (in.U64() != kVersion) in.Refuse();
  SourceState state;
  for (uint64_t n = in.Count(); n > 0; --n) {
    FoundTable table{std::make_shared<Schema>(DecodeSchema(in)), {}};
    for (uint64_t keys = in.Count(); keys > 0; --keys) table.partition_keys.push_back(in.Str());
    if (table.partition_keys.size() > table.schema->columns.size()) in.Refuse();
    state.tables.push_back(std::move(table));
  }
  state.total = in.U64();
  state.finished = in.U64();
  for (uint64_t n = in.Count(); n > 0; --n) state.files.push_back(Take(in));
  RETURN_IF_ERROR(in.Finish("the saved state of LocalFile"));
  for (const FileSplit& split : state.files) {
    if (split.table < state.tables.size()) continue;
    return Fail(Code::kCorruption, "the saved state of LocalFile names a table that there is not");
  }
  return state;
}

}  // namespace sluice::file
