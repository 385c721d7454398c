// SPDX-License-Identifier: Apache-2.0
#include "config/hocon_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "config/hocon_scanner.h"

namespace sluice::hocon {
namespace {

// A chain of them is left, as it is resolved, by recursion.
constexpr int kPriorsMax = 1000;

bool Unresolved(const Node& node) {
  return node.as<Concat>() != nullptr || node.as<Reference>() != nullptr || node.prior != nullptr;
}

// SeaTunnel's order: the keys of the later object first, then what only the earlier one has.
NodePtr MergeObjects(NodePtr earlier, NodePtr later) {
  auto& old_members = earlier->as<ObjectNode>()->members;
  auto& [members, closed] = *later->as<ObjectNode>();
  closed = earlier->as<ObjectNode>()->closed;
  for (Member& old_member : old_members) {
    const auto same = std::ranges::find(members, old_member.key, &Member::key);
    if (same == members.end()) {
      members.push_back(std::move(old_member));
    } else {
      same->value = Merge(std::move(old_member.value), std::move(same->value));
    }
  }
  return later;
}

}  // namespace

NodePtr Merge(NodePtr earlier, NodePtr later) {
  const bool both = earlier->as<ObjectNode>() != nullptr && later->as<ObjectNode>() != nullptr;
  if (both && !Unresolved(*earlier) && !Unresolved(*later)) {
    if (later->as<ObjectNode>()->closed) return later;
    return MergeObjects(std::move(earlier), std::move(later));
  }
  if (!Unresolved(*later) && later->as<ObjectNode>() == nullptr) return later;
  if (!Unresolved(*later) && !Unresolved(*earlier)) {
    later->as<ObjectNode>()->closed = true;
    return later;
  }
  int priors = 1;
  for (const Node* at = earlier.get(); at->prior; at = at->prior.get()) ++priors;
  Node* oldest = later.get();
  for (; oldest->prior; ++priors) oldest = oldest->prior.get();
  if (priors > kPriorsMax) {
    Scanner::ThrowFatal(later->origin, fmt::format("more than {} definitions of one key build on "
                                                   "those before them",
                                                   kPriorsMax));
  }
  oldest->prior = std::move(earlier);
  return later;
}

void SetPath(Node& into, const std::vector<std::pair<std::string, Origin>>& path, NodePtr value) {
  for (size_t i = path.size() - 1; i > 0; --i) {
    auto outer = std::make_unique<Node>(Node{ObjectNode{}, path[i].second, nullptr});
    outer->as<ObjectNode>()->members.push_back({path[i].first, path[i].second, std::move(value)});
    value = std::move(outer);
  }
  auto& members = into.as<ObjectNode>()->members;
  const auto& [key, origin] = path.front();
  const auto same = std::ranges::find(members, key, &Member::key);
  if (same == members.end()) {
    members.push_back({key, origin, std::move(value)});
    return;
  }
  same->value = Merge(std::move(same->value), std::move(value));
  same->origin = origin;
}

}  // namespace sluice::hocon
