// SPDX-License-Identifier: Apache-2.0
// Saved state: whatever bytes come back from a checkpoint, they are refused or mean what is written
// again.
#include "base/check.h"
#include "mysql/enumerator.h"
#include "mysql/splits.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::mysql;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto split = DecodeSplit(bytes)) {
    const auto encoded = EncodeSplit(*split);
    const auto again = DecodeSplit(encoded);
    CHECK(again && EncodeSplit(*again) == encoded);
  }
  if (const auto report = DecodeReport(bytes)) {
    const auto encoded = EncodeReport(*report);
    const auto again = DecodeReport(encoded);
    CHECK(again && EncodeReport(*again) == encoded);
  }
  if (const auto state = DecodeState(bytes)) {
    const auto encoded = EncodeState(*state);
    const auto again = DecodeState(encoded);
    CHECK(again && EncodeState(*again) == encoded);
  }
  return 0;
}
