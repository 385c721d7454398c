// SPDX-License-Identifier: Apache-2.0
// Whatever people made of a file of dead letters.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "engine/dead_letter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<sluice::LetterFile> files = {{"f", text}};
  static_cast<void>(sluice::SinksOf(files));
  if (const auto read = sluice::DecodeLetters(files, 0)) {
    for (const auto& chunk : read->chunks) CHECK(chunk->Check().ok());
  }
  return 0;
}
