// SPDX-License-Identifier: Apache-2.0
// Types as the catalogs of MySQL and PostgreSQL spell them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::jdbc {

// "decimal(10,2) unsigned zerofill": name, numbers and the rest.
struct TypeText {
  std::string name;
  std::vector<int> numbers;
  std::string rest;

  int number(size_t i, int otherwise) const { return i < numbers.size() ? numbers[i] : otherwise; }
  bool is_unsigned() const { return rest.find("unsigned") != std::string::npos; }
};
// What MySQL puts behind a type ("text CHARACTER SET utf8mb4 COLLATE ...") is not looked at.
TypeText ReadType(std::string_view type);

}  // namespace sluice::jdbc
