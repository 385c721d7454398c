// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/row_decoder.h"

#include <gtest/gtest.h>

#include "mysql/binlog/log_case_for_tests.h"

namespace sluice::mysql {
namespace {

ChunkPtr SelectedRows(const CaseTable& table, const TableDef& def) {
  ChunkBuilder builder(def.schema);
  for (size_t row = 0; row < table.rows.size(); ++row) {
    for (size_t i = 0; i < def.columns.size(); ++i) {
      const auto& text = table.rows[row][i];
      const Status status =
          AppendText(def.columns[i], text ? std::optional<std::string_view>(*text) : std::nullopt,
                     builder.column(i));
      EXPECT_TRUE(status.ok()) << status.ToString();
      if (!status.ok()) return nullptr;
    }
    builder.EndRow(table.kinds[row]);
  }
  return builder.Finish(0);
}

void ExpectSameRows(const Chunk& logged, const Chunk& selected) {
  ASSERT_EQ(logged.rows(), selected.rows());
  for (uint32_t row = 0; row < logged.rows(); ++row) {
    EXPECT_EQ(logged.kind(row), selected.kind(row)) << "row " << row;
  }
  for (size_t i = 0; i < logged.column_count(); ++i) {
    const Column& a = logged.column(i);
    const Column& b = selected.column(i);
    for (uint32_t row = 0; row < logged.rows(); ++row) {
      EXPECT_EQ(ValueText(a, row), ValueText(b, row))
          << logged.schema()->columns[i].name << ", row " << row;
    }
    EXPECT_EQ(a.data(), b.data()) << logged.schema()->columns[i].name;
    EXPECT_EQ(a.offsets(), b.offsets()) << logged.schema()->columns[i].name;
    EXPECT_EQ(a.null_count(), b.null_count()) << logged.schema()->columns[i].name;
  }
}

class Law : public testing::TestWithParam<std::string> {
 protected:
  void Compare(const ConvertOptions& options) {
    const LogCase log_case(GetParam());
    std::vector<TableDefRef> defs;
    for (const CaseTable& table : log_case.tables) {
      auto def = MakeTable(table.facts, options);
      ASSERT_TRUE(def.has_value()) << def.error().ToString();
      EXPECT_EQ(SelectList(**def), table.select);
      defs.push_back(*def);
    }
    LogDecoder decoder(defs);
    const Status status = decoder.Run(log_case.log);
    ASSERT_TRUE(status.ok()) << status.ToString();
    for (size_t i = 0; i < defs.size(); ++i) {
      SCOPED_TRACE(log_case.tables[i].facts.path.table);
      ChunkBuilder& builder = decoder.builder(defs[i]->path.table);
      ASSERT_FALSE(builder.empty());
      const ChunkPtr logged = builder.Finish(0);
      const ChunkPtr selected = SelectedRows(log_case.tables[i], *defs[i]);
      ASSERT_NE(selected, nullptr);
      EXPECT_TRUE(logged->Check().ok()) << logged->Check().ToString();
      EXPECT_TRUE(selected->Check().ok()) << selected->Check().ToString();
      ExpectSameRows(*logged, *selected);
    }
  }
};

TEST_P(Law, ALogGivesWhatASelectGives) {
  Compare({});
}

TEST_P(Law, WideIntegersAndAZoneToo) {
  Compare({.int_type_narrowing = false,
           .zone = [](int64_t seconds) { return seconds < 1'000'000'000 ? -12'600 : 28'800; }});
}

INSTANTIATE_TEST_SUITE_P(Logs, Law, testing::ValuesIn(kLogCases),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace sluice::mysql
