// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "mysql/binlog/file_reader.h"
#include "mysql/binlog/log_case_for_tests.h"
#include "mysql/log_writer_for_tests.h"

namespace sluice::mysql {
namespace {

std::string EventOf(EventType type, const std::string& body) {
  std::string event(kEventHeaderSize, '\0');
  event[4] = static_cast<char>(type);
  const auto size = static_cast<uint32_t>(event.size() + body.size());
  std::memcpy(event.data() + 9, &size, sizeof(size));
  return event + body;
}

TransactionPayload Stored(std::string_view events) {
  return {.compressed = false, .uncompressed_size = events.size(), .payload = events};
}

TEST(PayloadReader, GivesTheEventsInside) {
  LogWriter log;
  log.Query("BEGIN");
  log.Xid();
  const std::string inside = log.events()[1] + log.events()[2];
  const TransactionPayload payload = Stored(inside);
  auto reader = PayloadReader::Open(payload);
  ASSERT_TRUE(reader.has_value());
  const auto first = reader->Next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(std::get<Query>((*first)->body).sql, "BEGIN");
  const auto second = reader->Next();
  ASSERT_TRUE(second && *second);
  EXPECT_TRUE(std::holds_alternative<Xid>((*second)->body));
  const auto end = reader->Next();
  ASSERT_TRUE(end.has_value());
  EXPECT_FALSE(end->has_value());
}

// Its bytes would be gone when the events of the inner one are read.
TEST(PayloadReader, APayloadInsideAPayloadIsRefused) {
  const std::string inner = EventOf(EventType::kTransactionPayload, std::string(1, '\0'));
  const TransactionPayload payload = Stored(inner);
  auto reader = PayloadReader::Open(payload);
  ASSERT_TRUE(reader.has_value());
  const auto event = reader->Next();
  ASSERT_FALSE(event.has_value());
  EXPECT_EQ(event.error().code(), Code::kCorruption);
}

TEST(PayloadReader, AFalseLengthTakesNoMemoryAndIsCorruption) {
  std::string event = EventOf(EventType::kXid, std::string(8, '\0'));
  const uint32_t huge = 1U << 29U;
  std::memcpy(event.data() + 9, &huge, sizeof(huge));
  const TransactionPayload payload = Stored(event);
  auto reader = PayloadReader::Open(payload);
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->Next().error().code(), Code::kCorruption);
}

TEST(EventParser, EveryFlippedByteOfALogWithChecksumsIsFound) {
  const std::string log = ReadTestFile("integers.binlog");
  for (size_t at = 4; at < log.size(); at += 7) {
    std::string damaged = log;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_FALSE(EachEvent(damaged, [](const LogEvent&) { return Status(); }).ok()) << at;
  }
}

TEST(EventParser, AFileThatIsBeingWrittenSaysSoOutsideItsChecksum) {
  std::string log = ReadTestFile("integers.binlog");
  log[4 + 17] = static_cast<char>(log[4 + 17] | 1);
  EXPECT_TRUE(EachEvent(log, [](const LogEvent&) { return Status(); }).ok());
}

TEST(EventParser, UnknownEventsAreRefusedUnlessTheyMayBeIgnored) {
  EventParser parser;
  std::string event = EventOf(static_cast<EventType>(99), "x");
  EXPECT_EQ(parser.Parse(event).error().code(), Code::kUnsupported);
  event[17] = static_cast<char>(0x80);
  const auto ignored = parser.Parse(event);
  ASSERT_TRUE(ignored.has_value());
  EXPECT_TRUE(std::holds_alternative<IgnoredEvent>(ignored->body));
}

TEST(EventParser, ATransactionOfANumberThatNoServerGivesIsCorruption) {
  const auto parse = [](EventType type, uint64_t sequence) {
    std::string body(17, '\7');
    body.append(reinterpret_cast<const char*>(&sequence), sizeof(sequence));
    const std::string raw = EventOf(type, body);
    const auto event = EventParser().Parse(raw);
    return event ? Code::kOk : event.error().code();
  };
  for (const uint64_t wrong : {uint64_t{0}, kGtidSequenceMax + 1, UINT64_MAX}) {
    EXPECT_EQ(parse(EventType::kGtid, wrong), Code::kCorruption) << wrong;
  }
  EXPECT_EQ(parse(EventType::kGtid, 1), Code::kOk);
  EXPECT_EQ(parse(EventType::kGtid, kGtidSequenceMax), Code::kOk);
  EXPECT_EQ(parse(EventType::kAnonymousGtid, 0), Code::kOk);
}

TEST(LogFile, ACutFileGivesItsWholeEventsAndThenAnError) {
  const std::string log = ReadTestFile("integers.binlog");
  size_t whole = 0;
  const Status status =
      EachEvent(std::string_view(log).substr(0, log.size() - 5), [&](const LogEvent&) {
        ++whole;
        return Status();
      });
  EXPECT_EQ(status.code(), Code::kCorruption);
  EXPECT_GT(whole, 3U);
}

}  // namespace
}  // namespace sluice::mysql
