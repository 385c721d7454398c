// SPDX-License-Identifier: Apache-2.0
#include "io/mysql_packets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sluice {
namespace {

constexpr size_t kPacketMax = 0xffffff;

std::string Packet(uint8_t number, std::string_view payload) {
  std::string out;
  for (unsigned shift = 0; shift < 24; shift += 8) {
    out += static_cast<char>(payload.size() >> shift & 0xffU);
  }
  out += static_cast<char>(number);
  return out.append(payload);
}

// Pieces of at most `step` bytes; every payload that came out, copied.
std::vector<std::string> Cut(PacketBuffer& buffer, std::string_view bytes, size_t step) {
  std::vector<std::string> out;
  while (!bytes.empty()) {
    const std::span<char> room = buffer.Room();
    EXPECT_FALSE(room.empty());
    const size_t count = std::min({step, room.size(), bytes.size()});
    std::copy_n(bytes.data(), count, room.data());
    buffer.Received(count);
    bytes.remove_prefix(count);
    while (true) {
      const bool whole = buffer.whole();
      const auto packet = buffer.Next();
      EXPECT_TRUE(packet);
      EXPECT_EQ(packet->has_value(), whole);
      if (!packet->has_value()) break;
      out.emplace_back(**packet);
    }
  }
  return out;
}

TEST(PacketBuffer, GivesWholePayloadsWhereverTheBytesAreCut) {
  const std::vector<std::string> payloads = {"one", "", std::string(300, 'x'), "last"};
  std::string bytes;
  for (size_t i = 0; i < payloads.size(); ++i) {
    bytes += Packet(static_cast<uint8_t>(254 + i), payloads[i]);  // past 255 it counts from 0
  }
  for (size_t step = 1; step <= bytes.size(); ++step) {
    PacketBuffer buffer;
    EXPECT_EQ(Cut(buffer, bytes, step), payloads) << step;
  }
}

TEST(PacketBuffer, JoinsWhatTheServerCut) {
  const std::string first(kPacketMax, 'a');
  const std::string second(kPacketMax, 'b');
  PacketBuffer buffer;
  const std::string bytes =
      Packet(1, first) + Packet(2, second) + Packet(3, "") + Packet(4, "after");
  const auto found = Cut(buffer, bytes, 100'000);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0] == first + second);
  EXPECT_EQ(found[1], "after");
}

TEST(PacketBuffer, GivesMemoryBackAfterALargePacket) {
  PacketBuffer buffer;
  EXPECT_EQ(Cut(buffer, Packet(1, std::string(8'000'000, 'a')), 1'000'000).size(), 1U);
  EXPECT_LT(buffer.Room().size(), 1'000'000U);
}

TEST(PacketBuffer, RefusesPacketsOutOfOrder) {
  PacketBuffer buffer;
  const std::string bytes = Packet(1, "a") + Packet(3, "c");
  std::ranges::copy(bytes, buffer.Room().begin());
  buffer.Received(bytes.size());
  ASSERT_TRUE(buffer.Next());
  const auto next = buffer.Next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace sluice
