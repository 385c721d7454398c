// SPDX-License-Identifier: Apache-2.0
// A HOCON document as it was written, before references are resolved. Internal to the room.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "config/value.h"

namespace sluice::hocon {

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Member {
  std::string key;
  Origin origin;
  NodePtr value;
};

// ${path} or ${?path}.
struct Reference {
  std::vector<std::string> path;
  // Where the file it stands in was included: what it means is looked for there first.
  std::vector<std::string> base;
  std::string text;  // as written, for what stays unresolved
  bool optional = false;
  bool self = false;  // of `+=`: the value this key had before
};

struct Scalar {
  Value value;
  bool blanks = false;  // between two pieces
};
struct ObjectNode {
  std::vector<Member> members;
  // It replaced what is no object: objects from before that do not show through.
  bool closed = false;
};
struct ListNode {
  std::vector<NodePtr> elements;
  bool of_plugins = false;  // made of the object of source, transform or sink
};
// Several pieces side by side: text is joined, lists are appended, objects merged.
struct Concat {
  std::vector<NodePtr> pieces;
};

struct Node {
  std::variant<Scalar, ObjectNode, ListNode, Concat, Reference> data;
  Origin origin;
  // What the key held before, when that cannot be merged before references are resolved.
  NodePtr prior;

  template <typename T>
  T* as() {
    return std::get_if<T>(&data);
  }
  template <typename T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
};

// Both throw a fatal ParseError for a key whose definitions build on too many before them.
// Sets the member at `path`, as a later definition of it. `into` is an object.
void SetPath(Node& into, const std::vector<std::pair<std::string, Origin>>& path, NodePtr value);
// `later` over `earlier`: objects merge, anything else replaces.
NodePtr Merge(NodePtr earlier, NodePtr later);

}  // namespace sluice::hocon
