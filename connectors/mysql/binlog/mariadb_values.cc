// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/mariadb_values.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <memory>

namespace sluice::mysql {
namespace {

template <size_t N>
std::array<unsigned char, N> Filled(std::string_view bytes) {
  std::array<unsigned char, N> out{};
  for (size_t i = 0; i < std::min(N, bytes.size()); ++i) {
    out[i] = static_cast<unsigned char>(bytes[i]);
  }
  return out;
}

}  // namespace

std::string Inet4Text(std::string_view bytes) {
  const auto b = Filled<kInet4Size>(bytes);
  return fmt::format("{}.{}.{}.{}", b[0], b[1], b[2], b[3]);
}

// The first of the longest runs of zeros is "::", even if it is one word; an IPv4 address at the
// end is written as one. Unlike inet_ntop, which writes a single zero.
std::string Inet6Text(std::string_view bytes) {
  constexpr size_t kWords = kInet6Size / 2;
  const auto b = Filled<kInet6Size>(bytes);
  std::array<unsigned, kWords> words{};
  for (size_t i = 0; i < kWords; ++i) words[i] = b[2 * i] * 256U + b[2 * i + 1];
  size_t gap = kWords;
  size_t length = 0;
  for (size_t i = 0; i < kWords; ++i) {
    size_t end = i;
    while (end < kWords && words[end] == 0) ++end;
    if (end - i > length) {
      gap = i;
      length = end - i;
    }
    i = std::max(i, end);
  }
  const bool ipv4 = gap == 0 && (length == 6 || (length == 5 && words[5] == 0xffff));
  std::string out;
  for (size_t i = 0; i < kWords; ++i) {
    if (i == gap) {
      out += "::";
      i += length - 1;
      continue;
    }
    if (!out.empty() && !out.ends_with(':')) out += ':';
    if (ipv4 && i == 6) return out + Inet4Text(bytes.substr(std::min<size_t>(12, bytes.size())));
    fmt::format_to(std::back_inserter(out), "{:x}", words[i]);
  }
  return out;
}

std::string UuidText(std::string_view bytes) {
  const auto stored = Filled<kUuidValueSize>(bytes);
  auto uuid = stored;
  // In a reversed one the variant comes before the version.
  const bool reversed = (stored[6] & 0x80U) != 0 && stored[8] > 0 && stored[8] < 0x60;
  if (reversed) {
    static constexpr size_t kFrom[kUuidValueSize] = {12, 13, 14, 15, 10, 11, 8, 9,
                                                     6,  7,  0,  1,  2,  3,  4, 5};
    for (size_t i = 0; i < kUuidValueSize; ++i) uuid[i] = stored[kFrom[i]];
  }
  std::string out;
  for (size_t i = 0; i < kUuidValueSize; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    fmt::format_to(std::back_inserter(out), "{:02x}", uuid[i]);
  }
  return out;
}

// A byte of method, frame and the size of the length that follows, most significant byte first.
Result<std::string> InflateColumn(std::string_view bytes) {
  constexpr unsigned kZlib = 8;
  constexpr unsigned kRaw = 8;  // without zlib's frame
  const auto corrupt = [] { return Fail(Code::kCorruption, "a compressed value is damaged"); };
  if (bytes.empty()) return std::string();
  const auto head = static_cast<unsigned char>(bytes[0]);
  if (head == 0) return std::string(bytes.substr(1));
  const unsigned size_bytes = head & 7U;
  if (head >> 4U != kZlib || size_bytes > 4 || bytes.size() < 1 + size_bytes) return corrupt();
  uint64_t size = 0;
  for (unsigned i = 1; i <= size_bytes; ++i) size = size << 8U | static_cast<uint8_t>(bytes[i]);
  const std::string_view body = bytes.substr(1 + size_bytes);
  // Deflate makes at most 1,032 bytes of one.
  if (size > body.size() * 1032) return corrupt();
  std::string out(size, '\0');
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflate(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  const auto run = (head & kRaw) == 0 ? libdeflate_zlib_decompress : libdeflate_deflate_decompress;
  size_t made = 0;
  const auto result = run(inflate.get(), body.data(), body.size(), out.data(), out.size(), &made);
  if (result != LIBDEFLATE_SUCCESS || made != size) return corrupt();
  return out;
}

}  // namespace sluice::mysql
