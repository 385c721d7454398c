// SPDX-License-Identifier: Apache-2.0
#include "config/placeholders.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

Schema Table(const TablePath& path) {
  Schema schema;
  schema.path = path;
  for (const char* name : {"id", "region", "email"}) schema.columns.push_back({.name = name});
  schema.primary_key = {1, 0};
  schema.unique_keys = {{2}, {0, 2}};
  return schema;
}

TEST(Placeholders, NameTheTableAndItsParts) {
  const Schema table = Table({"shop", "public", "orders"});
  EXPECT_EQ(ResolveForTable("${database_name}|${schema_name}|${table_name}", table),
            "shop|public|orders");
  EXPECT_EQ(ResolveForTable("${schema_full_name}|${table_full_name}", table),
            "shop.public|shop.public.orders");
}

TEST(Placeholders, PartsThatTheTableLacksAreEmptyOrTheirDefault) {
  const Schema table = Table({"shop", "", "orders"});
  EXPECT_EQ(ResolveForTable("[${schema_name}]", table), "[]");
  EXPECT_EQ(ResolveForTable("[${schema_name:dbo}]", table), "[dbo]");
  EXPECT_EQ(ResolveForTable("${schema_full_name}|${table_full_name}", table), "shop|shop.orders");
}

TEST(Placeholders, KeysAreJoinedInTheirOwnOrder) {
  const Schema table = Table({"", "", "t"});
  EXPECT_EQ(ResolveForTable("${primary_key};${unique_key};${field_names}", table),
            "region,id;email;id,region,email");
}

TEST(Placeholders, KeysThatTheTableLacksStayAsTextOrTakeTheirDefault) {
  Schema table = Table({"", "", "t"});
  table.primary_key.clear();
  table.unique_keys.clear();
  EXPECT_EQ(ResolveForTable("${primary_key} ${unique_key:id}", table), "${primary_key} id");
}

TEST(Placeholders, OtherTextIsLeftAlone) {
  const Schema table = Table({"", "", "t"});
  EXPECT_EQ(ResolveForTable("${other} $x {y} ${ ${table_name", table),
            "${other} $x {y} ${ ${table_name");
  EXPECT_EQ(ResolveForTable("${${table_name}}", table), "${t}");
  EXPECT_EQ(ResolveForTable("a${table_name}b${table_name}c", table), "atbtc");
}

}  // namespace
}  // namespace sluice
