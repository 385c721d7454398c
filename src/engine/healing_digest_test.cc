// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_digest.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "engine/healing_hash.h"
#include "engine/healing_marks.h"

namespace sluice {
namespace {

Hash128 HashOf(uint64_t number) {
  return Hash128Of(std::string_view(reinterpret_cast<const char*>(&number), sizeof(number)));
}

class HealingDigestTest : public testing::Test {
 protected:
  HealingDigestTest() {
    std::string pattern = testing::TempDir() + "/digest-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~HealingDigestTest() override { std::filesystem::remove_all(dir_); }

  std::shared_ptr<TableDigest> Make(uint64_t rows, size_t in_memory, size_t kept) {
    DigestBuilder builder(Env::Default(), dir_ + "/digest", in_memory);
    for (uint64_t i = 0; i < rows; ++i) {
      EXPECT_TRUE(builder.Add({HashOf(i), HashOf(i + 1'000'000)}).ok());
    }
    auto digest = builder.Finish(kept);
    EXPECT_TRUE(digest.has_value());
    return digest.value_or(nullptr);
  }
  size_t Files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(dir_), {}));
  }
  static void ExpectRows(const std::shared_ptr<TableDigest>& digest, uint64_t rows) {
    ASSERT_EQ(digest->rows(), rows);
    DigestReader reader(digest);
    std::vector<bool> places(rows, false);
    for (uint64_t i = 0; i < rows; ++i) {
      const auto found = reader.Find(HashOf(i));
      ASSERT_TRUE(found.has_value() && found->has_value()) << i;
      EXPECT_EQ((*found)->row, HashOf(i + 1'000'000));
      ASSERT_LT((*found)->place, rows);
      EXPECT_FALSE(places[(*found)->place]);
      places[(*found)->place] = true;
    }
    for (uint64_t i = rows; i < rows + 1000; ++i) {
      const auto found = reader.Find(HashOf(i));
      ASSERT_TRUE(found.has_value());
      EXPECT_FALSE(found->has_value());
    }
  }

  std::string dir_;
};

TEST_F(HealingDigestTest, SmallTablesStayInMemory) {
  for (const uint64_t rows : {0U, 1U, 1000U}) {
    const auto digest = Make(rows, 2000, 2000);
    EXPECT_FALSE(digest->in_file());
    ExpectRows(digest, rows);
  }
  EXPECT_EQ(Files(), 0U);
}

TEST_F(HealingDigestTest, LargeTablesAreSortedIntoAFile) {
  for (const uint64_t rows : {1U, 127U, 128U, 129U, 70'000U}) {
    const auto digest = Make(rows, 999, 0);
    EXPECT_TRUE(digest->in_file());
    EXPECT_EQ(Files(), 1U);  // the runs are gone
    ExpectRows(digest, rows);
  }
  EXPECT_EQ(Files(), 0U);
}

TEST_F(HealingDigestTest, AKeyThatComesTwiceEqualsNoRow) {
  for (const size_t kept : {100U, 0U}) {
    DigestBuilder builder(Env::Default(), dir_ + "/digest", 2);
    for (int times = 0; times < 3; ++times) {
      ASSERT_TRUE(builder.Add({HashOf(7), HashOf(8)}).ok());
      ASSERT_TRUE(builder.Add({HashOf(100 + static_cast<uint64_t>(times)), HashOf(8)}).ok());
    }
    const auto digest = builder.Finish(kept);
    ASSERT_TRUE(digest.has_value());
    EXPECT_EQ((*digest)->rows(), 4U);
    DigestReader reader(*digest);
    EXPECT_EQ((*reader.Find(HashOf(7)))->row, kUnlike);
    EXPECT_EQ((*reader.Find(HashOf(101)))->row, HashOf(8));
  }
}

TEST_F(HealingDigestTest, MarksBehindACheckpointAreTakenBack) {
  const auto digest = Make(200, 1000, 1000);
  HealingMarks marks;
  EXPECT_FALSE(marks.Add(digest, 3));
  EXPECT_TRUE(marks.Add(digest, 3));
  marks.Seal(1);
  EXPECT_FALSE(marks.Add(digest, 64));
  marks.Seal(2);
  EXPECT_FALSE(marks.Add(digest, 199));
  EXPECT_EQ(marks.size(), 3U);
  marks.Undo(1);
  EXPECT_TRUE(digest->seen(3));
  EXPECT_FALSE(digest->seen(64));
  EXPECT_FALSE(digest->seen(199));
  EXPECT_FALSE(digest->seen(65));
  EXPECT_EQ(marks.size(), 0U);
  EXPECT_FALSE(marks.Add(digest, 64));
  marks.Seal(3);
  marks.Forget(3);
  marks.Undo(3);
  EXPECT_TRUE(digest->seen(64));
}

TEST(HealingHash, ValuesAreToldFromOneAnother) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"db", "", "t"};
  schema->columns = {
      {"k", Of(TypeKind::kBigInt)}, {"a", Of(TypeKind::kString)}, {"b", Of(TypeKind::kString)}};
  schema->primary_key = {0};
  ChunkBuilder builder(schema);
  const auto add = [&](int64_t key, const char* a, const char* b) {
    builder.column(0).Append(key);
    for (const auto& [i, text] : {std::pair{1U, a}, std::pair{2U, b}}) {
      text == nullptr ? builder.column(i).AppendNull() : builder.column(i).AppendText(text);
    }
    builder.EndRow(RowKind::kInsert);
  };
  add(1, "xy", "");
  add(1, "x", "y");
  add(1, nullptr, "xy");
  add(1, "", "xy");
  add(1, "xy", "");
  add(2, "xy", "");
  const ChunkPtr chunk = builder.Finish(0);
  RowHasher hasher;
  for (uint32_t row = 1; row < 6; ++row) {
    EXPECT_EQ(hasher.Row(*chunk, 0) == hasher.Row(*chunk, row), row == 4) << row;
    EXPECT_EQ(hasher.Key(*chunk, 0) == hasher.Key(*chunk, row), row != 5) << row;
  }
}

}  // namespace
}  // namespace sluice
