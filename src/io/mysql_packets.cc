// SPDX-License-Identifier: Apache-2.0
#include "io/mysql_packets.h"

#include <algorithm>
#include <cstring>

namespace sluice {
namespace {

// Small enough to stay in the processor's cache until it is decoded.
constexpr size_t kSize = size_t{256} << 10U;
constexpr size_t kHeader = 4;             // three bytes of length, one that counts
constexpr size_t kPayloadMax = 0xffffff;  // of one packet; another follows it

}  // namespace

size_t PacketBuffer::PayloadOf(size_t header) const {
  uint32_t word = 0;
  std::memcpy(&word, bytes_.get() + header, sizeof word);
  return word & kPayloadMax;
}

size_t PacketBuffer::Whole(size_t begin, size_t end) const {
  size_t at = begin;
  while (end - at >= kHeader) {
    const size_t payload = PayloadOf(at);
    if (end - at - kHeader < payload) return 0;
    at += kHeader + payload;
    if (payload < kPayloadMax) return at - begin;
  }
  return 0;
}

std::span<char> PacketBuffer::Room() {
  const size_t rest = end_ - begin_;
  // Twice what is there: a length that a broken server sends is not believed.
  const size_t wanted = std::max(kSize, rest * 2);
  if (wanted > size_ || (size_ > wanted * 4)) {
    auto bytes = std::make_unique_for_overwrite<char[]>(wanted);
    if (rest > 0) std::memcpy(bytes.get(), bytes_.get() + begin_, rest);
    bytes_ = std::move(bytes);
    size_ = wanted;
  } else if (begin_ > 0 && rest > 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, rest);
  }
  begin_ = 0;
  end_ = rest;
  return {bytes_.get() + end_, size_ - end_};
}

Result<std::optional<std::string_view>> PacketBuffer::Next() {
  const size_t all = Whole(begin_, end_);
  if (all == 0) return std::nullopt;
  char* const out = bytes_.get() + begin_ + kHeader;
  size_t size = 0;
  for (size_t at = begin_; at < begin_ + all;) {
    const auto number = static_cast<uint8_t>(bytes_[at + 3]);
    if (number_ && number != static_cast<uint8_t>(*number_ + 1)) {
      return Fail(Code::kUnavailable, "the server's packets came out of order");
    }
    number_ = number;
    const size_t payload = PayloadOf(at);
    if (size > 0) std::memmove(out + size, bytes_.get() + at + kHeader, payload);
    size += payload;
    at += kHeader + payload;
  }
  begin_ += all;
  return std::string_view(out, size);
}

}  // namespace sluice
