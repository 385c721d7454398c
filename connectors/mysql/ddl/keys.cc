// SPDX-License-Identifier: Apache-2.0
#include "mysql/ddl/keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::mysql {
namespace {

constexpr std::string_view kPrimary = "PRIMARY";

bool BeginsWith(const std::vector<std::string>& all, const std::vector<std::string>& first) {
  return all.size() >= first.size() &&
         std::equal(first.begin(), first.end(), all.begin(),
                    [](const auto& a, const auto& b) { return SameWord(a, b); });
}

}  // namespace

Status KeyList::Drop(const DropKey& drop) {
  if (SameWord(drop.name, kPrimary)) {
    primary_.clear();
    return {};
  }
  const auto erased = std::erase_if(
      indexes_, [&](const IndexFacts& index) { return SameWord(index.name, drop.name); });
  if (erased > 0 || drop.if_exists || drop.constraint) return {};
  return {Code::kUnsupported, fmt::format("there is no index {}", drop.name)};
}

Status KeyList::Rename(const RenameKey& rename) {
  for (IndexFacts& index : indexes_) {
    if (!SameWord(index.name, rename.from)) continue;
    index.name = rename.to;
    return {};
  }
  return {Code::kUnsupported, fmt::format("there is no index {}", rename.from)};
}

void KeyList::FollowColumns(const std::function<std::string(const std::string&)>& new_name) {
  const auto follow = [&](std::vector<std::string>& columns) {
    std::vector<std::string> out;
    for (const std::string& column : columns) {
      std::string name = column.empty() ? "" : new_name(column);
      if (!name.empty() || column.empty()) out.push_back(std::move(name));
    }
    columns = std::move(out);
  };
  follow(primary_);
  for (IndexFacts& index : indexes_) follow(index.columns);
  std::erase_if(indexes_, [](const IndexFacts& index) { return index.columns.empty(); });
}

bool KeyList::Has(const std::string& name) const {
  return std::ranges::any_of(indexes_,
                             [&](const IndexFacts& index) { return SameWord(index.name, name); });
}

bool KeyList::Covered(const std::vector<std::string>& columns) const {
  if (BeginsWith(primary_, columns)) return true;
  return std::ranges::any_of(
      indexes_, [&](const IndexFacts& index) { return BeginsWith(index.columns, columns); });
}

// As a server chooses it: the first column, then with a number.
std::string KeyList::NameFor(const std::vector<std::string>& columns) const {
  const std::string& first = columns.front();
  if (first.empty()) {
    std::string name = "functional_index";
    for (int i = 2; Has(name); ++i) name = fmt::format("functional_index_{}", i);
    return name;
  }
  if (!Has(first) && !SameWord(first, kPrimary)) return first;
  int number = 2;
  while (Has(fmt::format("{}_{}", first, number))) ++number;
  return fmt::format("{}_{}", first, number);
}

Status KeyList::Add(const KeySpec& key) {
  if (key.columns.empty()) return {Code::kUnsupported, "a key without columns"};
  if (key.kind == KeySpec::Kind::kPrimary) {
    if (!primary_.empty() && key.if_not_exists) return {};
    if (!primary_.empty()) return {Code::kUnsupported, "there is a primary key already"};
    primary_ = key.columns;
    return {};
  }
  if (key.kind == KeySpec::Kind::kForeign && Covered(key.columns)) return {};
  if (!key.name.empty() && Has(key.name)) {
    if (key.if_not_exists || key.kind == KeySpec::Kind::kForeign) return {};
    return {Code::kUnsupported, fmt::format("there is an index {} already", key.name)};
  }
  const bool unique = key.kind == KeySpec::Kind::kUnique;
  indexes_.push_back({key.name.empty() ? NameFor(key.columns) : key.name, unique, key.columns});
  return {};
}

Status KeyList::AddOf(const ColumnSpec& column) {
  KeySpec key;
  key.columns = {column.name};
  if (column.primary) {
    key.kind = KeySpec::Kind::kPrimary;
    RETURN_IF_ERROR(Add(key));
  }
  if (!column.unique) return {};
  key.kind = KeySpec::Kind::kUnique;
  return Add(key);
}

Status KeyList::Store(TableFacts& table) && {
  Status status;
  const auto resolve = [&](std::vector<std::string>& columns) {
    for (std::string& name : columns) {
      if (name.empty()) continue;  // an expression
      const auto found = std::ranges::find_if(
          table.columns, [&](const ColumnFacts& column) { return SameWord(column.name, name); });
      if (found != table.columns.end()) {
        name = found->name;
      } else if (status.ok()) {
        status = {Code::kUnsupported, fmt::format("a key names the column {}, which table {} does "
                                                  "not have",
                                                  name, table.path.ToString())};
      }
    }
  };
  resolve(primary_);
  for (IndexFacts& index : indexes_) resolve(index.columns);
  std::ranges::sort(indexes_, {}, &IndexFacts::name);
  table.primary_key = std::move(primary_);
  table.indexes = std::move(indexes_);
  return status;
}

}  // namespace sluice::mysql
