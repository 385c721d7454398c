// SPDX-License-Identifier: Apache-2.0
#include "api/save_mode.h"

#include <gmock/gmock.h>

#include <vector>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Table final : public SaveModeTable {
 public:
  std::string name() const override { return "db.t"; }
  Result<bool> Exists() override { return exists; }
  Status Create() override { return Note("create"); }
  Status Drop() override { return Note("drop"); }
  Status Truncate() override { return Note("truncate"); }
  Result<bool> HasRows() override { return has_rows; }
  Status Custom() override { return Note("custom"); }

  bool exists = false;
  bool has_rows = false;
  std::vector<std::string> done;

 private:
  Status Note(const char* what) {
    done.emplace_back(what);
    return {};
  }
};

TEST(SaveModes, SchemaBeforeData) {
  Table table;
  EXPECT_TRUE(ApplySaveModes(SchemaSaveMode::kRecreate, DataSaveMode::kCustom, table).ok());
  EXPECT_THAT(table.done, ElementsAre("drop", "create", "custom"));
}

TEST(SaveModes, CreatesWhatIsMissingOnly) {
  Table table;
  EXPECT_TRUE(
      ApplySaveModes(SchemaSaveMode::kCreateWhenMissing, DataSaveMode::kAppend, table).ok());
  EXPECT_THAT(table.done, ElementsAre("create"));
  Table there;
  there.exists = true;
  EXPECT_TRUE(ApplySaveModes(SchemaSaveMode::kCreateWhenMissing, DataSaveMode::kDrop, there).ok());
  EXPECT_THAT(there.done, ElementsAre("truncate"));
}

TEST(SaveModes, RefusesByName) {
  Table table;
  const Status missing =
      ApplySaveModes(SchemaSaveMode::kErrorWhenMissing, DataSaveMode::kAppend, table);
  EXPECT_THAT(missing.ToString(), HasSubstr("db.t"));
  table.exists = table.has_rows = true;
  const Status full = ApplySaveModes(SchemaSaveMode::kIgnore, DataSaveMode::kErrorWhenData, table);
  EXPECT_THAT(full.ToString(), HasSubstr("already has data: db.t"));
  EXPECT_THAT(table.done, IsEmpty());
}

}  // namespace
}  // namespace sluice
