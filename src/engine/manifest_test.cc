// SPDX-License-Identifier: Apache-2.0
#include "engine/manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/checksum.h"

namespace sluice {
namespace {

Manifest SomeManifest() {
  Manifest manifest;
  manifest.id = 7;
  manifest.run = 3;
  manifest.wall_micros = 1'700'000'000'000'000;
  manifest.enumerator = "enumerator";
  manifest.splits = {{"log", "binlog.000001:4"}, {"orders-2", std::string("\0\xff", 2)}};
  manifest.pending = {{6, {"late"}}, {7, {"first", "second"}}};
  manifest.counters = {1000, 300'000, 999};
  return manifest;
}

JobRecord SomeRecord() {
  JobRecord record;
  record.version = 12;
  record.term = 2;
  record.job_id = "0123456789abcdef";
  record.identity = "mysql -> starrocks";
  record.run = 4;
  record.runs = {{3, 2, 1}, {4, 2, 0}};
  record.latest = {7, "checkpoint-7-run-3", 0x1122334455667788};
  record.confirmed = {6, "checkpoint-6-run-3", 99};
  record.previous = {5, "checkpoint-5-run-2", 98};
  record.finished = true;
  record.restored = 0x1234;
  return record;
}

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

Bytes Unhex(std::string_view hex) {
  Bytes out;
  for (size_t at = 0; at < hex.size(); at += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  }
  return out;
}

// State of every released version must stay readable: whoever changes these bytes raises the
// version in front and keeps reading the old one.
TEST(Manifest, BytesOfAManifestStayTheSame) {
  EXPECT_EQ(Hex(EncodeManifest(SomeManifest())),
            "0107038080f281838985060a656e756d657261746f7202036c6f670f62696e6c6f672e3030303030"
            "313a34086f72646572732d320200ff020601046c6174650702056669727374067365636f6e6403e8"
            "07e0a712e70765316139346663643466333833323231");
}

TEST(Manifest, BytesOfARecordStayTheSame) {
  EXPECT_EQ(Hex(EncodeJobRecord(SomeRecord())),
            "020c021030313233343536373839616263646566126d7973716c202d3e2073746172726f636b73"
            "04020302010402000712636865636b706f696e742d372d72756e2d3388ef99abc5e88c91110612"
            "636865636b706f696e742d362d72756e2d33630512636865636b706f696e742d352d72756e2d32"
            "6201b42439616430666537393635623863633664");
}

TEST(Manifest, ARecordOfTheFirstVersionIsReadAndWrittenWhereItSaysAll) {
  JobRecord record = SomeRecord();
  record.restored = 0;
  const std::string bytes =
      "010c021030313233343536373839616263646566126d7973716c202d3e2073746172726f636b7304"
      "020302010402000712636865636b706f696e742d372d72756e2d3388ef99abc5e88c911106126368"
      "65636b706f696e742d362d72756e2d33630512636865636b706f696e742d352d72756e2d32620130"
      "383639323663353730353361636133";
  EXPECT_EQ(*DecodeJobRecord(Unhex(bytes)), record);
  EXPECT_EQ(Hex(EncodeJobRecord(record)), bytes);
}

TEST(Manifest, WhatIsWrittenIsRead) {
  EXPECT_EQ(*DecodeManifest(EncodeManifest(SomeManifest())), SomeManifest());
  EXPECT_EQ(*DecodeManifest(EncodeManifest({})), Manifest());
  EXPECT_EQ(*DecodeJobRecord(EncodeJobRecord(SomeRecord())), SomeRecord());
  EXPECT_EQ(*DecodeJobRecord(EncodeJobRecord({})), JobRecord());
}

TEST(Manifest, EveryCutAndEveryFlippedBitIsCorruption) {
  const Bytes manifest = EncodeManifest(SomeManifest());
  const Bytes record = EncodeJobRecord(SomeRecord());
  const auto of_manifest = [](const Bytes& bytes) {
    const auto read = DecodeManifest(bytes);
    return read ? Code::kOk : read.error().code();
  };
  const auto of_record = [](const Bytes& bytes) {
    const auto read = DecodeJobRecord(bytes);
    return read ? Code::kOk : read.error().code();
  };
  const auto check = [](const Bytes& whole, const auto& code_of) {
    for (size_t at = 0; at < whole.size(); ++at) {
      EXPECT_EQ(code_of(whole.substr(0, at)), Code::kCorruption) << "cut at " << at;
      Bytes flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
      EXPECT_EQ(code_of(flipped), Code::kCorruption) << "flipped at " << at;
    }
    EXPECT_EQ(code_of(whole + "x"), Code::kCorruption);
  };
  check(manifest, of_manifest);
  check(record, of_record);
}

// Bytes with a right checksum that are of another version, or not what a version promises.
TEST(Manifest, AnotherVersionIsRefused) {
  ByteWriter out;
  out.U64(3).U64(7);
  Bytes body = std::move(out).Take();
  body += Hex64(Hash64(body));
  EXPECT_EQ(DecodeManifest(body).error().code(), Code::kCorruption);
  EXPECT_EQ(DecodeJobRecord(body).error().code(), Code::kCorruption);
}

TEST(Manifest, DamagedRecordsMayHaveRaisedRunsAndPublished) {
  JobRecord record;
  record.version = 10;
  record.run = 4;
  record.runs = {{3, 2, 0}};
  JobRecord same = record;
  PassDamaged(same, 0, 5);
  EXPECT_EQ(same, record);

  PassDamaged(record, 2, 5);
  EXPECT_EQ(record.version, 12U);
  EXPECT_EQ(record.run, 6U);
  const std::vector<RunRecord> runs = {{3, 2, 2}, {4, 5, 2}, {5, 5, 2}, {6, 5, 2}};
  EXPECT_EQ(record.runs, runs);
}

TEST(Manifest, ARunThatIsMarkedIsNotLookedForTwice) {
  JobRecord record;
  record.run = 4;
  record.runs = {{4, 2, 0}};
  PassDamaged(record, 1, 2);
  const std::vector<RunRecord> runs = {{4, 2, 1}, {5, 2, 1}};
  EXPECT_EQ(record.runs, runs);
}

}  // namespace
}  // namespace sluice
