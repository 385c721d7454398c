// SPDX-License-Identifier: Apache-2.0
// What a table must be: catalog_table_rule against its schema.
#pragma once

#include "assert/options.h"
#include "data/schema.h"

namespace sluice::asserts {

// kSchemaMismatch with everything that differs. Columns and unique keys are complete lists; an
// empty list is not compared.
Status CheckTable(const CatalogRule& rule, const Schema& table);

}  // namespace sluice::asserts
