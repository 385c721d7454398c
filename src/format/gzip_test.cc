// SPDX-License-Identifier: Apache-2.0
#include "format/gzip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace sluice {
namespace {

std::string Packed(std::string text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Status Unpack(std::string_view bytes, size_t step, std::string& out) {
  Gunzip gunzip("f.gz");
  for (size_t at = 0; at <= bytes.size(); at += step) {
    RETURN_IF_ERROR(gunzip.Inflate(bytes.substr(at, step), at + step > bytes.size(), out));
  }
  return {};
}

TEST(Gzip, MembersFollowOneAnotherWhereverTheyAreCut) {
  const std::string large(100'000, 'x');
  const std::string bytes = Packed("one ") + Packed("") + Packed("two") + Packed(large);
  for (size_t step = 1; step <= bytes.size(); ++step) {
    std::string out;
    ASSERT_TRUE(Unpack(bytes, step, out).ok()) << step;
    EXPECT_TRUE(out == "one two" + large) << step;
  }
}

TEST(Gzip, WhatIsCutShortOrNoGzipIsRefused) {
  const std::string bytes = Packed("some text that is long enough");
  for (size_t size = 1; size < bytes.size(); ++size) {
    std::string out;
    const Status status = Unpack(std::string_view(bytes).substr(0, size), size + 1, out);
    EXPECT_EQ(status.code(), Code::kCorruption) << size;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("f.gz"));
  }
  std::string out;
  EXPECT_EQ(Unpack("id,name\n1,a\n", 100, out).code(), Code::kCorruption);
}

}  // namespace
}  // namespace sluice
