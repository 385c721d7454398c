// SPDX-License-Identifier: Apache-2.0
// A table with a column of every type of MySQL, and for each the least and the greatest value, an
// empty or zero one and a null, with the text that a chunk must show for it.
#pragma once

#include <string>
#include <vector>

namespace sluice::mysql {

std::string CreateTypes(const std::string& table);
std::string InsertTypes(const std::string& table);  // all rows, one statement
std::vector<std::string> TypesAsText();             // the rows as kit::RowText shows them

}  // namespace sluice::mysql
