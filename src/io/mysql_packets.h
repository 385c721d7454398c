// SPDX-License-Identifier: Apache-2.0
// PacketBuffer: cuts what a MySQL server sends into packets, many of one read of the socket.
// Internal to the room. Source: MySQL internals, "Protocol: basic packets".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/status.h"

namespace sluice {

class PacketBuffer {
 public:
  // Where to put the bytes that come next, never empty; Received says how many they were. Ends the
  // life of every view that Next gave.
  std::span<char> Room();
  void Received(size_t bytes) { end_ += bytes; }

  // The payload of the next packet, in one piece even when the server cut it (from 16 MiB on);
  // nothing: more bytes are needed. Valid until Room. kUnavailable: the packets are out of order.
  Result<std::optional<std::string_view>> Next();
  // Whether Next has a packet, or a failure to tell.
  bool whole() const { return Whole(begin_, end_) != 0; }

 private:
  // Behind the packet's last byte, counted from `begin`; 0: it is not all there.
  size_t Whole(size_t begin, size_t end) const;
  size_t PayloadOf(size_t header) const;

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;                // of bytes_
  size_t begin_ = 0;               // of what Next has not given yet
  size_t end_ = 0;                 // of what was received
  std::optional<uint8_t> number_;  // of the last packet; they count up, modulo 256
};

}  // namespace sluice
