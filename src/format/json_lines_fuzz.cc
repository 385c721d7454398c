// SPDX-License-Identifier: Apache-2.0
// Whatever stands in a file, decoded at once and in two pieces: the same rows, or the same refusal.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "format/json_lines.h"

namespace sluice {
namespace {

SchemaRef Table() {
  auto schema = std::make_shared<Schema>();
  schema->path = {"", "", "t"};
  schema->columns = {{.name = "a", .type = Of(TypeKind::kInt)},
                     {.name = "b", .type = Of(TypeKind::kString)},
                     {.name = "c", .type = {TypeKind::kTimestamp, 0, 6}}};
  return schema;
}

std::unique_ptr<RowDecoder> Decoder(const SchemaRef& schema) {
  const RowLayout layout{
      .schema = schema, .fields = {"a", "b", "c"}, .column_of = {0, 1, 2}, .constants = {}};
  return std::make_unique<JsonDecoder>("f", layout, "\n");
}

// Appends the rows as text; false: the rest is refused.
bool DecodePart(RowDecoder& decoder, std::string_view& text, bool last, const SchemaRef& schema,
                std::string& out) {
  while (true) {
    ChunkBuilder rows(schema);
    const auto taken = decoder.Decode(text, last, rows);
    const uint32_t whole = rows.rows();  // of one that was refused, some columns are filled
    if (whole > 0) {
      const ChunkPtr chunk = rows.Finish(0);
      if (taken) CHECK(chunk->Check().ok());
      for (uint32_t row = 0; row < whole; ++row) {
        for (size_t i = 0; i < 3; ++i) out += ValueText(chunk->column(i), row) + "|";
      }
    }
    if (!taken) return false;
    text.remove_prefix(*taken);
    if (*taken == 0 || text.empty()) return true;
  }
}

std::string Decode(std::string_view text, size_t cut) {
  const SchemaRef schema = Table();
  const auto decoder = Decoder(schema);
  std::string out;
  std::string_view first = text.substr(0, cut);
  if (!DecodePart(*decoder, first, false, schema, out)) return out + "!";
  text.remove_prefix(cut - first.size());
  return DecodePart(*decoder, text, true, schema, out) ? out : out + "!";
}

}  // namespace
}  // namespace sluice

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  CHECK(sluice::Decode(text, 0) == sluice::Decode(text, size * data[0] / 256));
  return 0;
}
