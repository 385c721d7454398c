// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <fmt/format.h>

namespace sluice {

ByteWriter& ByteWriter::U64(uint64_t value) {
  while (value >= 0x80U) {
    out_.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    value >>= 7U;
  }
  out_.push_back(static_cast<char>(value));
  return *this;
}

ByteWriter& ByteWriter::I64(int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  return U64((bits << 1U) ^ (value < 0 ? ~uint64_t{0} : 0));
}

ByteWriter& ByteWriter::Str(std::string_view value) {
  U64(value.size());
  out_.append(value);
  return *this;
}

uint64_t ByteReader::U64() {
  uint64_t value = 0;
  for (unsigned shift = 0; ok_ && shift < 64; shift += 7) {
    if (in_.empty()) break;
    const auto byte = static_cast<unsigned char>(in_.front());
    in_.remove_prefix(1);
    value |= uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  ok_ = false;
  return 0;
}

int64_t ByteReader::I64() {
  const uint64_t bits = U64();
  return static_cast<int64_t>((bits >> 1U) ^ (~(bits & 1U) + 1U));
}

std::string ByteReader::Str() {
  const uint64_t size = U64();
  if (!ok_ || size > in_.size()) {
    ok_ = false;
    return {};
  }
  std::string value(in_.substr(0, size));
  in_.remove_prefix(size);
  return value;
}

uint64_t ByteReader::Count() {
  const uint64_t count = U64();
  if (count > in_.size()) ok_ = false;
  return ok_ ? count : 0;
}

Status ByteReader::Finish(std::string_view what) const {
  if (ok_ && in_.empty()) return {};
  return {Code::kCorruption, fmt::format("{} is damaged or was written by another version", what)};
}

}  // namespace sluice
