// SPDX-License-Identifier: Apache-2.0
#include "config/jdbc_url.h"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(JdbcUrl, TakesAFullUrlApart) {
  const auto url = ParseJdbcUrl(
      "jdbc:mysql://a:3306,[fe80::1]:3307,b/my%2Fshop?useSSL=false&x=a%26b%3Dc&flag&&y=");
  ASSERT_TRUE(url) << url.error().ToString();
  EXPECT_EQ(url->subprotocol, "mysql");
  EXPECT_THAT(url->hosts,
              ElementsAre(JdbcHost{"a", 3306}, JdbcHost{"fe80::1", 3307}, JdbcHost{"b", 0}));
  EXPECT_EQ(url->database, "my/shop");
  EXPECT_THAT(url->parameters, ElementsAre(Pair("useSSL", "false"), Pair("x", "a&b=c"),
                                           Pair("flag", ""), Pair("y", "")));
}

TEST(JdbcUrl, TakesTheShortForms) {
  const auto bare = ParseJdbcUrl("jdbc:postgresql://h");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->database, "");
  const auto local = ParseJdbcUrl("jdbc:postgresql:shop?user=x");
  ASSERT_TRUE(local);
  EXPECT_THAT(local->hosts, ElementsAre(JdbcHost{"localhost", 0}));
  EXPECT_EQ(local->database, "shop");
  const auto root = ParseJdbcUrl("jdbc:postgresql:/");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->database, "");
  const auto balanced = ParseJdbcUrl("jdbc:mysql:loadbalance://a,b/x");
  ASSERT_TRUE(balanced);
  EXPECT_EQ(balanced->subprotocol, "mysql:loadbalance");
}

TEST(JdbcUrl, SaysWhatIsWrongWithoutRepeatingIt) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"mysql://a/b", "must look like"},
      {"jdbc:mysql", "must look like"},
      {"jdbc:://a", "must look like"},
      {"jdbc:mysql:///b", "names no host"},
      {"jdbc:mysql://:3306/b", "names no host"},
      {"jdbc:mysql://u:secret@a/b", "user and password"},
      {"jdbc:mysql://a:0/b", "port"},
      {"jdbc:mysql://a:70000/b", "port"},
      {"jdbc:mysql://a:33x/b", "port"},
      {"jdbc:mysql://[::1/b", "']'"},
      {"jdbc:mysql://[::1]x/b", "']'"},
      {"jdbc:mysql://::1/b", "brackets"},
      {"jdbc:mysql://(host=a,port=1)/b", "(key=value)"},
      {"jdbc:mysql://a/b?x=%4", "'%'"},
      {"jdbc:mysql://a/b?%zz=1", "'%'"},
      {"jdbc:mysql://a/%", "'%'"},
      {"jdbc:mysql://a/b?=secret", "without a name"},
  };
  for (const auto& [text, wrong] : cases) {
    const auto url = ParseJdbcUrl(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code(), Code::kInvalidConfig);
    EXPECT_THAT(std::string(url.error().message()), HasSubstr(wrong)) << text;
    EXPECT_THAT(std::string(url.error().message()), testing::Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace sluice
