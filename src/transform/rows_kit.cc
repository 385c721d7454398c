// SPDX-License-Identifier: Apache-2.0
// The transforms of rows and values before the laws.
#include "kit/transform_fixture.h"
#include "transform/filter_row_kind.h"
#include "transform/metadata.h"
#include "transform/replace.h"
#include "transform/row_kind_extractor.h"
#include "transform/split.h"

namespace sluice::kit {
namespace {

const bool kRegistered =
    RegisterTransform(
        "FilterRowKind",
        "exclude_kinds = [DELETE], table_transform = [{ table_path = "
        "\"kit.second\", include_kinds = [DELETE] }]",
        FilterRowKind::Make,
        {"+I kit.first: 1|a", "-U kit.first: 1|a", "+U kit.first: 1|null", "+I kit.first: 3|c"}) &&
    RegisterTransform("RowKindExtractor", "table_match_regex = \"kit.first\"",
                      RowKindExtractor::Make,
                      {"+I kit.first: 1|a|+I", "+I kit.first: 1|a|-U", "+I kit.first: 1|null|+U",
                       "+I kit.first: 1|null|-D", "+I kit.second: 2|b", "+I kit.first: 3|c|+I"},
                      {{"UpdatesStayWhole", "every row becomes an insert"}}) &&
    RegisterTransform(
        "Metadata",
        "metadata_fields { Database = d, Table = t, RowKind = k, EventTime = e, Delay = l }",
        Metadata::Make,
        {"+I kit.first: 1|a|kit|first|+I|null|null", "-U kit.first: 1|a|kit|first|-U|null|null",
         "+U kit.first: 1|null|kit|first|+U|null|null",
         "-D kit.first: 1|null|kit|first|-D|null|null",
         "+I kit.second: 2|b|kit|second|+I|null|null",
         "+I kit.first: 3|c|kit|first|+I|null|null"}) &&
    RegisterTransform(
        "Replace",
        "replace_field = name, pattern = \"(a|c)\", replacement = \"<$1>\", is_regex = "
        "true, replace_first = true",
        Replace::Make,
        {"+I kit.first: 1|<a>", "-U kit.first: 1|<a>", "+U kit.first: 1|null",
         "-D kit.first: 1|null", "+I kit.second: 2|b", "+I kit.first: 3|<c>"}) &&
    RegisterTransform(
        "Split", "separator = b, split_field = name, output_fields = [one, two]", SplitField::Make,
        {"+I kit.first: 1|a|a|null", "-U kit.first: 1|a|a|null", "+U kit.first: 1|null|null|null",
         "-D kit.first: 1|null|null|null", "+I kit.second: 2|b||", "+I kit.first: 3|c|c|null"});

}  // namespace
}  // namespace sluice::kit
