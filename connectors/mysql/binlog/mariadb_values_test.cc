// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/mariadb_values.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace sluice::mysql {
namespace {

using namespace std::string_view_literals;

TEST(MariadbValues, ZerosAtTheEndAreLeftOut) {
  EXPECT_EQ(Inet4Text("\xc0\0\2"sv), "192.0.2.0");
  EXPECT_EQ(Inet4Text(""), "0.0.0.0");
  EXPECT_EQ(Inet6Text("\xfe\x80"sv), "fe80::");
  EXPECT_EQ(UuidText(""), "00000000-0000-0000-0000-000000000000");
}

TEST(MariadbValues, AddressesAreWrittenAsTheServerWritesThem) {
  EXPECT_EQ(Inet6Text(""), "::");
  EXPECT_EQ(Inet6Text("\0\1\0\0\0\2\0\3\0\4\0\5\0\6\0\7"sv), "1::2:3:4:5:6:7");
  EXPECT_EQ(Inet6Text("\0\1\0\0\0\0\0\2\0\0\0\0\0\0\0\3"sv), "1:0:0:2::3");
  EXPECT_EQ(Inet6Text("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2"sv), "::ffff:192.0.2.0");
  EXPECT_EQ(Inet6Text("\0\0\0\0\0\0\0\0\0\0\0\0\xc0\0\2\1"sv), "::192.0.2.1");
  EXPECT_EQ(Inet6Text("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\2"sv), "::102");
  EXPECT_EQ(Inet6Text("\0\1\0\2\0\3\0\4\0\5\0\6\0\7"sv), "1:2:3:4:5:6:7::");
}

TEST(MariadbValues, UuidsOfTheOldVersionsAreReversed) {
  EXPECT_EQ(UuidText("\x42\x66\x55\x44\x00\x00\x84\x56\x42\xd3\xe8\x9b\x12\x3e\x45\x67"sv),
            "123e4567-e89b-42d3-8456-426655440000");
  EXPECT_EQ(UuidText("\x01\x98\xc7\xa5\x7a\xb1\x7d\xef\x8a\xbc\x01\x23\x45\x67\x89\xab"sv),
            "0198c7a5-7ab1-7def-8abc-0123456789ab");
}

std::string Deflated(std::string_view text, bool raw) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, raw ? -MAX_WBITS : MAX_WBITS, 8, 0), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(MariadbValues, CompressedValuesComeBack) {
  const std::string text(700, 'x');
  EXPECT_EQ(*InflateColumn(""), "");
  EXPECT_EQ(*InflateColumn("\0plain"sv), "plain");
  EXPECT_EQ(*InflateColumn("\x8a\x02\xbc" + Deflated(text, true)), text);
  EXPECT_EQ(*InflateColumn("\x82\x02\xbc" + Deflated(text, false)), text);
}

TEST(MariadbValues, DamagedOnesAreRefused) {
  const std::string body = Deflated(std::string(700, 'x'), true);
  for (const std::string& bytes :
       {"\x8a\x02\xbd" + body, "\x8a\x02\xbb" + body, "\x7a\x02\xbc" + body, "\x82\x02\xbc" + body,
        "\x8f\x02\xbc" + body, std::string("\x8a\x02"),
        std::string("\x8c\xff\xff\xff\xff"
                    "x")}) {
    EXPECT_FALSE(InflateColumn(bytes));
  }
}

}  // namespace
}  // namespace sluice::mysql
