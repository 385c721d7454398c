// SPDX-License-Identifier: Apache-2.0
// Dead letters: rows that a target must refuse, as lines of JSON in a file that people read and
// mend.
//
// A line about a table comes before its rows and again when its schema changes:
//   {"sink":0,"table":"shop.orders","columns":["id BIGINT",...],"schema":"<base64>"}
// and a line is a row:
//   {"reason":"31 bytes, where the target takes 30","column":"name","key":"id = 7","kind":"+U",
//    "place":"binlog.000003:1234","committed":"2026-11-25 12:00:01.123","checkpoint":7,
//    "row":{"id":7,"name":"..."}}
// Whoever mends a row changes what is behind "row". Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/sink.h"

namespace sluice {

void AppendTableLine(uint32_t sink, const Schema& schema, std::string& out);
void AppendLetter(const Chunk& chunk, const RefusedRow& refused, CheckpointId checkpoint,
                  std::string& out);

// The rows of the letters to one sink, by table, each with the newest schema among its letters, in
// the order of their checkpoints and then of the files. A column that a mended row leaves out is
// null, a value of what is no column is refused; deletes and rows before an update are deletes, all
// others become inserts.
struct ReadLetters {
  std::map<TablePath, SchemaRef> tables;
  std::vector<ChunkPtr> chunks;
};
struct LetterFile {
  std::string name;  // in messages
  std::string text;
};
// kCorruption or kSchemaMismatch naming file and line.
Result<ReadLetters> DecodeLetters(const std::vector<LetterFile>& files, uint32_t sink);
// The sinks that the letters are to.
Result<std::vector<uint32_t>> SinksOf(const std::vector<LetterFile>& files);

// "id = 7, part = a"; "row 3" without a key.
std::string KeyOf(const Chunk& chunk, uint32_t row);

}  // namespace sluice
