// SPDX-License-Identifier: Apache-2.0
// TableRename before the laws.
#include "kit/transform_fixture.h"
#include "transform/table_rename.h"

namespace sluice::kit {
namespace {

constexpr char kOptions[] = R"conf(
convert_case = "UPPER"
prefix = "ods_"
table_match_regex = "kit\\.first"
replacements_with_regex = [{ replace_from = "(ir)", replace_to = "-", is_regex = true }]
)conf";

const bool kRegistered =
    RegisterTransform("TableRename", kOptions, TableRename::Make,
                      {"+I KIT.ods_F-ST: 1|a", "-U KIT.ods_F-ST: 1|a", "+U KIT.ods_F-ST: 1|null",
                       "-D KIT.ods_F-ST: 1|null", "+I kit.second: 2|b", "+I KIT.ods_F-ST: 3|c"});

}  // namespace
}  // namespace sluice::kit
