// SPDX-License-Identifier: Apache-2.0
// Saved states of the LocalFile source and sink as a damaged checkpoint may hold them.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "file/splits.h"
#include "io/staged_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  const Bytes bytes(reinterpret_cast<const char*>(data), size);
  if (const auto split = file::DecodeSplit({"file-0", bytes})) {
    CHECK(*file::DecodeSplit(file::EncodeSplit(*split)) == *split);
  }
  if (const auto state = file::DecodeState(bytes)) {
    CHECK(file::DecodeState(file::EncodeState(*state)).has_value());
  }
  if (const auto work = DecodeFiles(bytes)) {
    CHECK(DecodeFiles(EncodeFiles(*work)).has_value());
  }
  return 0;
}
