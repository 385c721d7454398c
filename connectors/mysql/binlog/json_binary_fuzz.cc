// SPDX-License-Identifier: Apache-2.0
// Whatever a JSON column holds, its text is not much longer than its bytes, and is JSON.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "mysql/binlog/json_binary.h"

namespace {

bool Ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view binary(reinterpret_cast<const char*>(data), size);
  std::string text;
  const sluice::Status status = sluice::mysql::AppendJson(binary, text);
  CHECK(text.size() <= 16 * size + 128);
  // Strings are passed on as they are: whether they are UTF-8 is the server's business.
  if (status.ok() && Ascii(text)) CHECK(nlohmann::json::accept(text));
  return 0;
}
