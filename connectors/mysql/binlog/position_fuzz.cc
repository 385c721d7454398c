// SPDX-License-Identifier: Apache-2.0
// GTID sets and positions: what is read is written the same way.
#include "base/check.h"
#include "mysql/binlog/position.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  using namespace sluice::mysql;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto set = GtidSet::Parse(bytes)) {
    const auto again = GtidSet::Parse(set->ToString());
    CHECK(again && *again == *set);
    const auto decoded = GtidSet::Decode(set->Encode());
    CHECK(decoded && *decoded == *set);
    CHECK(set->Contains(*set));
  }
  if (const auto set = GtidSet::Decode(bytes)) {
    const auto again = GtidSet::Parse(set->ToString());
    CHECK(again && *again == *set);
    GtidSet sum = *set;
    sum.AddAll(*again);
    CHECK(sum == *set);
  }
  ByteReader in(bytes);
  if (const auto position = DecodePosition(in)) {
    ByteWriter out;
    Encode(*position, out);
    const Bytes encoded = std::move(out).Take();
    ByteReader back(encoded);
    const auto again = DecodePosition(back);
    CHECK(again && *again == *position);
    CHECK(Compare(*again, *position) == std::strong_ordering::equal);
  }
  return 0;
}
