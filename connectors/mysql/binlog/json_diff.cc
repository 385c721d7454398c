// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/json_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "mysql/binlog/cursor.h"
#include "mysql/binlog/json_binary.h"

namespace sluice::mysql {
namespace {

constexpr uint8_t kReplace = 0;
constexpr uint8_t kInsert = 1;
constexpr uint8_t kRemove = 2;

struct Member;

// A document that can be changed. What is not an object or array stays the bytes it was.
struct Node {
  JsonPart part;  // of containers only its type
  std::vector<Member> members;
  std::vector<Node> cells;
};

struct Member {
  std::string name;
  Node value;
};

Status Corrupt(std::string_view what) {
  return {Code::kCorruption, fmt::format("a change of a JSON value {}", what)};
}

// `budget` bounds what damaged bytes, which name one value in many places, may grow to.
Result<Node> Load(const JsonPart& part, int depth, size_t& budget) {
  if (depth > kJsonDepthMax) return Fail(Code::kCorruption, "JSON nests too deeply");
  if (budget-- == 0) return Fail(Code::kCorruption, "JSON holds one value in many places");
  Node node{part, {}, {}};
  if (!part.object() && !part.array()) return node;
  ASSIGN_OR_RETURN(JsonEntries entries, JsonEntries::Open(part));
  while (entries.left() > 0) {
    ASSIGN_OR_RETURN(const JsonEntries::Entry entry, entries.Next());
    ASSIGN_OR_RETURN(Node value, Load(entry.value, depth + 1, budget));
    if (part.object()) {
      node.members.push_back({std::string(entry.key), std::move(value)});
    } else {
      node.cells.push_back(std::move(value));
    }
  }
  return node;
}

Result<Node> LoadWhole(std::string_view binary) {
  size_t budget = binary.size() + 1;
  return Load(WholeJson(binary), 0, budget);
}

// One step of a path: a member or a cell.
struct Leg {
  bool member = false;
  std::string name;
  size_t index = 0;
};

std::string Unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    static constexpr std::string_view kLetters = "bfnrt";
    static constexpr std::string_view kControls = "\b\f\n\r\t";
    const char c = text[++i];
    const size_t control = kLetters.find(c);
    uint8_t code = 0;
    const std::string_view digits = text.substr(std::min(i + 1, text.size())).substr(0, 4);
    const bool escaped =
        c == 'u' && digits.starts_with("00") && digits.size() == 4 &&
        std::from_chars(digits.data() + 2, digits.data() + 4, code, 16).ec == std::errc();
    if (escaped) i += 4;
    out += escaped ? static_cast<char>(code) : control < kControls.size() ? kControls[control] : c;
  }
  return out;
}

// `$[2]."a b".c`, as the server writes it: no wildcards.
Result<std::vector<Leg>> ParsePath(std::string_view path) {
  const auto wrong = [&] { return Fail(Corrupt(fmt::format("has the path {}", path))); };
  std::vector<Leg> legs;
  if (path.empty() || path.front() != '$') return wrong();
  size_t at = 1;
  while (at < path.size()) {
    Leg leg;
    leg.member = path[at] == '.';
    const char* const begin = path.data() + at + 1;
    const char* const end = path.data() + path.size();
    if (path[at] == '[') {
      const auto parsed = std::from_chars(begin, end, leg.index);
      if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != ']') return wrong();
      at = static_cast<size_t>(parsed.ptr - path.data()) + 1;
    } else if (leg.member && begin != end && *begin == '"') {
      size_t close = at + 2;
      while (close < path.size() && path[close] != '"') close += path[close] == '\\' ? 2 : 1;
      if (close >= path.size()) return wrong();
      leg.name = Unescaped(path.substr(at + 2, close - at - 2));
      at = close + 1;
    } else if (leg.member) {
      const size_t close = std::min(path.find_first_of(".[", at + 1), path.size());
      leg.name = path.substr(at + 1, close - at - 1);
      at = close;
    } else {
      return wrong();
    }
    legs.push_back(std::move(leg));
  }
  return legs;
}

// As the server orders keys.
bool KeyBefore(const Member& member, const std::string& name) {
  if (member.name.size() != name.size()) return member.name.size() < name.size();
  return member.name < name;
}

Node* Find(Node& node, const Leg& leg) {
  if (leg.member) {
    if (!node.part.object()) return nullptr;
    const auto at = std::ranges::find(node.members, leg.name, &Member::name);
    return at == node.members.end() ? nullptr : &at->value;
  }
  // A value that is no array stands for an array of itself.
  if (!node.part.array()) return leg.index == 0 ? &node : nullptr;
  return leg.index < node.cells.size() ? &node.cells[leg.index] : nullptr;
}

Status Insert(Node& parent, const Leg& leg, Node value) {
  if (leg.member && parent.part.object()) {
    const auto place =
        std::partition_point(parent.members.begin(), parent.members.end(),
                             [&](const auto& member) { return KeyBefore(member, leg.name); });
    if (place != parent.members.end() && place->name == leg.name) {
      return Corrupt("adds a member that is there");
    }
    parent.members.insert(place, {leg.name, std::move(value)});
    return {};
  }
  if (leg.member || !parent.part.array()) return Corrupt("adds to a value that takes no more");
  const size_t index = std::min(leg.index, parent.cells.size());
  parent.cells.insert(parent.cells.begin() + static_cast<std::ptrdiff_t>(index), std::move(value));
  return {};
}

Status Remove(Node& parent, const Leg& leg) {
  Node* const found = Find(parent, leg);
  if (found == nullptr || found == &parent) return Corrupt("removes what is not there");
  if (leg.member) {
    std::erase_if(parent.members, [&](const auto& member) { return &member.value == found; });
  } else {
    parent.cells.erase(parent.cells.begin() + (found - parent.cells.data()));
  }
  return {};
}

Status Apply(Node& root, uint8_t operation, const std::vector<Leg>& path, Node value) {
  if (path.empty()) {
    if (operation != kReplace) return Corrupt("adds or removes the whole value");
    root = std::move(value);
    return {};
  }
  Node* parent = &root;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    parent = Find(*parent, path[i]);
    if (parent == nullptr) return Corrupt("names a place that is not there");
  }
  if (operation == kInsert) return Insert(*parent, path.back(), std::move(value));
  if (operation == kRemove) return Remove(*parent, path.back());
  Node* const found = Find(*parent, path.back());
  if (found == nullptr) return Corrupt("replaces what is not there");
  *found = Node(std::move(value));
  return {};
}

Status Print(const Node& node, std::string& out) {
  if (!node.part.object() && !node.part.array()) return AppendJsonScalar(node.part, out);
  const char* between = "";
  out += node.part.object() ? '{' : '[';
  for (const auto& [name, value] : node.members) {
    out += std::exchange(between, ", ");
    AppendJsonString(name, out);
    out += ": ";
    RETURN_IF_ERROR(Print(value, out));
  }
  for (const Node& cell : node.cells) {
    out += std::exchange(between, ", ");
    RETURN_IF_ERROR(Print(cell, out));
  }
  out += node.part.object() ? '}' : ']';
  return {};
}

}  // namespace

Status AppendChangedJson(std::string_view before, std::string_view diffs, std::string& out) {
  ASSIGN_OR_RETURN(Node root, LoadWhole(before));
  Cursor in(diffs);
  while (!in.empty()) {
    const uint8_t operation = in.U8();
    const std::string_view path = in.Take(in.LenEnc());
    const std::string_view binary = operation == kRemove ? "" : in.Take(in.LenEnc());
    RETURN_IF_ERROR(in.Check("a change of a JSON value"));
    if (operation > kRemove) return Corrupt(fmt::format("has the number {}", operation));
    ASSIGN_OR_RETURN(const std::vector<Leg> legs, ParsePath(path));
    ASSIGN_OR_RETURN(Node value, LoadWhole(binary));
    RETURN_IF_ERROR(Apply(root, operation, legs, std::move(value)));
  }
  return Print(root, out);
}

}  // namespace sluice::mysql
