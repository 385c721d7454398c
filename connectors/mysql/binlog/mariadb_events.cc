// SPDX-License-Identifier: Apache-2.0
// Formats: "GTID_EVENT" and "Compressing events to reduce size of the binary log" of MariaDB's
// documentation.
#include "mysql/binlog/mariadb_events.h"

#include <libdeflate.h>

#include <memory>

namespace sluice::mysql {
namespace {

constexpr uint64_t kInflatedMax = uint64_t{1} << 30U;  // the server's max_allowed_packet
constexpr uint64_t kGrowthMax = 1100;                  // deflate cannot make less of anything

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* one) const { libdeflate_free_decompressor(one); }
};

// A byte of flags, the size of what follows inflated, and a zlib stream.
Status Inflate(std::string_view& bytes, std::string& buffer) {
  constexpr unsigned kCompressed = 0x80;
  constexpr unsigned kAlgorithm = 0x70;  // 0: zlib, the only one there is
  Status damaged(Code::kCorruption, "a compressed event is damaged");
  Cursor in(bytes);
  const unsigned head = in.U8();
  const size_t width = head & 7U;
  if ((head & kCompressed) == 0 || (head & kAlgorithm) != 0 || width > 4) return damaged;
  const uint64_t size = in.UintBe(width);
  const std::string_view packed = in.Rest();
  if (!in.ok() || size > kInflatedMax || size > (packed.size() + 16) * kGrowthMax) return damaged;
  static thread_local const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> machine(
      libdeflate_alloc_decompressor());
  buffer.resize(size);
  if (machine == nullptr ||
      libdeflate_zlib_decompress(machine.get(), packed.data(), packed.size(), buffer.data(),
                                 buffer.size(), nullptr) != LIBDEFLATE_SUCCESS) {
    return damaged;
  }
  bytes = buffer;
  return {};
}

}  // namespace

EventType UncompressedType(EventType type) {
  switch (type) {
    case EventType::kQueryCompressed:
      return EventType::kQuery;
    case EventType::kWriteRowsCompressedV1:
      return EventType::kWriteRowsV1;
    case EventType::kUpdateRowsCompressedV1:
      return EventType::kUpdateRowsV1;
    case EventType::kDeleteRowsCompressedV1:
      return EventType::kDeleteRowsV1;
    case EventType::kWriteRowsCompressed:
      return EventType::kWriteRows;
    case EventType::kUpdateRowsCompressed:
      return EventType::kUpdateRows;
    case EventType::kDeleteRowsCompressed:
      return EventType::kDeleteRows;
    default:
      return type;
  }
}

Status InflateBody(EventBody& body, std::string& buffer) {
  if (auto* rows = std::get_if<RowsEvent>(&body)) return Inflate(rows->rows, buffer);
  if (auto* query = std::get_if<Query>(&body)) return Inflate(query->sql, buffer);
  return {Code::kInternal, "no such event is ever compressed"};
}

Gtid ParseMariadbGtid(Cursor& in) {
  constexpr unsigned kStandalone = 1;
  Gtid out;
  out.sequence = in.U64();
  out.domain = in.U32();
  out.standalone = (in.U8() & kStandalone) != 0;
  return out;  // a group's number, an XA name and the like follow
}

}  // namespace sluice::mysql
