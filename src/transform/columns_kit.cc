// SPDX-License-Identifier: Apache-2.0
// The transforms of columns before the laws.
#include "kit/transform_fixture.h"
#include "transform/copy.h"
#include "transform/field_mapper.h"
#include "transform/field_rename.h"
#include "transform/filter.h"

namespace sluice::kit {
namespace {

const bool kRegistered =
    RegisterTransform("Copy",
                      "fields { again = name }, table_transform = [{ table_path = \"kit.second\", "
                      "src_field = id, dest_field = name }]",
                      Copy::Make,
                      {"+I kit.first: 1|a|a", "-U kit.first: 1|a|a", "+U kit.first: 1|null|null",
                       "-D kit.first: 1|null|null", "+I kit.second: 2|2", "+I kit.first: 3|c|c"}) &&
    RegisterTransform("Filter",
                      "include_fields = [name, id], table_transform = [{ table_path = "
                      "\"kit.second\", exclude_fields = [name] }]",
                      Filter::Make,
                      {"+I kit.first: a|1", "-U kit.first: a|1", "+U kit.first: null|1",
                       "-D kit.first: null|1", "+I kit.second: 2", "+I kit.first: c|3"}) &&
    RegisterTransform("FieldMapper",
                      "field_mapper { name = who, id = id }, table_match_regex = \"kit.first\"",
                      FieldMapper::Make,
                      {"+I kit.first: a|1", "-U kit.first: a|1", "+U kit.first: null|1",
                       "-D kit.first: null|1", "+I kit.second: 2|b", "+I kit.first: c|3"}) &&
    RegisterTransform("FieldRename",
                      "convert_case = UPPER, prefix = p_, specific = [{ field_name = id, "
                      "target_name = key }]",
                      FieldRename::Make,
                      {"+I kit.first: 1|a", "-U kit.first: 1|a", "+U kit.first: 1|null",
                       "-D kit.first: 1|null", "+I kit.second: 2|b", "+I kit.first: 3|c"});

}  // namespace
}  // namespace sluice::kit
