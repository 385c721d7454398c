// SPDX-License-Identifier: Apache-2.0
// Saved state: whatever bytes come back from a checkpoint, they are refused or mean what is written
// again.
#include "base/check.h"
#include "jdbc/split_planner.h"
#include "jdbc/stage.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::jdbc;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto split = FromSplit(bytes)) {
    const auto again = FromSplit(ToSplit(*split).position);
    CHECK(again && *again == *split);
  }
  if (const auto plan = DecodePlan(sluice::Bytes(bytes))) {
    const auto encoded = EncodePlan(*plan);
    const auto again = DecodePlan(encoded);
    CHECK(again && EncodePlan(*again) == encoded);
  }
  // Work without tables is written as nothing.
  if (const auto work = DecodeWork(bytes); work && !work->tables.empty()) {
    const auto again = DecodeWork(EncodeWork(*work));
    CHECK(again && *again == *work);
  }
  return 0;
}
