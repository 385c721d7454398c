// SPDX-License-Identifier: Apache-2.0
// Checkpoint files: whatever bytes come back from storage, they are refused or mean what is written
// again.
#include "base/check.h"
#include "engine/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = DecodeManifest(bytes)) {
    const Bytes encoded = EncodeManifest(*manifest);
    const auto again = DecodeManifest(encoded);
    CHECK(again && *again == *manifest);
  }
  if (const auto record = DecodeJobRecord(bytes)) {
    const Bytes encoded = EncodeJobRecord(*record);
    const auto again = DecodeJobRecord(encoded);
    CHECK(again && *again == *record);
  }
  return 0;
}
