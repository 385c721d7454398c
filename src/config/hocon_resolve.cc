// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/hocon_parser.h"

namespace sluice {
namespace hocon {
namespace {

// Beyond these a few lines could ask for more memory than there is, or for more stack.
constexpr int kDepthMax = 1000;
constexpr int kNodesMax = 100000;

struct ResolveError {
  Remark remark;
};

class Resolver {
 public:
  Resolver(const Node& root, const HoconOptions& options) : root_(root), options_(options) {}

  // Nothing: an optional reference to what is not there.
  std::optional<Value> Resolved(const Node& node) {
    if (!busy_.insert(&node).second) {
      throw ResolveError{{node.origin, "this reference leads back to itself"}};
    }
    if (++depth_ > kDepthMax || ++nodes_ > kNodesMax) {
      throw ResolveError{{node.origin, "references grow beyond all bounds here"}};
    }
    std::optional<Value> value = Own(node);
    busy_.erase(&node);
    if (node.prior && (!value || value->as_object() != nullptr)) {
      value = OverPrior(std::move(value), *node.prior);
    }
    --depth_;
    return value;
  }

 private:
  std::optional<Value> OverPrior(std::optional<Value> value, const Node& earlier) {
    std::optional<Value> prior = Resolved(earlier);
    if (!value) return prior;
    if (!prior || prior->as_object() == nullptr) return value;
    return Merged(std::move(*prior), std::move(*value));
  }

  std::optional<Value> Own(const Node& node) {
    if (const auto* scalar = node.as<Scalar>()) return scalar->value;
    if (const auto* object = node.as<ObjectNode>()) return Object(*object, node.origin);
    if (const auto* list = node.as<ListNode>()) return List(*list, node.origin);
    if (const auto* concat = node.as<Concat>()) return Joined(*concat, node);
    return Referred(*node.as<Reference>(), node);
  }

  Value Object(const ObjectNode& object, const Origin& origin) {
    Value::Object out;
    for (const Member& member : object.members) {
      const Node* before = std::exchange(member_, member.value.get());
      auto value = Resolved(*member.value);
      member_ = before;
      if (value) out.push_back({member.key, member.origin, std::move(*value)});
    }
    return Value(std::move(out), origin);
  }

  Value List(const ListNode& list, const Origin& origin) {
    Value::List out;
    for (const NodePtr& element : list.elements) {
      if (auto value = Resolved(*element)) out.push_back(std::move(*value));
    }
    return Value(std::move(out), origin);
  }

  static Value Merged(Value earlier, Value later) {
    Value::Object out = std::move(*later.as_object());
    for (Field& field : *earlier.as_object()) {
      const auto same = std::ranges::find(out, field.key, &Field::key);
      if (same == out.end()) {
        out.push_back(std::move(field));
      } else if (same->value.as_object() != nullptr && field.value.as_object() != nullptr) {
        same->value = Merged(std::move(field.value), std::move(same->value));
      }
    }
    return Value(std::move(out), later.origin());
  }

  std::optional<Value> Joined(const Concat& concat, const Node& node) {
    std::vector<Value> pieces;
    bool text = false;
    for (const NodePtr& piece : concat.pieces) {
      auto value = Resolved(*piece);
      if (!value) continue;
      const auto* scalar = piece->as<Scalar>();
      const bool blanks = scalar != nullptr && scalar->blanks;
      text = text || (value->as_list() == nullptr && value->as_object() == nullptr && !blanks);
      pieces.push_back(std::move(*value));
    }
    const auto is_text = [](const Value& piece) { return piece.as_string() != nullptr; };
    const bool only_blanks = !pieces.empty() && std::ranges::all_of(pieces, is_text);
    if (text || only_blanks) return Text(pieces, node);
    std::optional<Value> out;
    for (Value& piece : pieces) {
      if (piece.as_string() != nullptr) continue;  // blanks between lists or objects
      if (!out) {
        out = std::move(piece);
      } else if (out->as_list() != nullptr && piece.as_list() != nullptr) {
        for (Value& element : *piece.as_list()) out->as_list()->push_back(std::move(element));
      } else if (out->as_object() != nullptr && piece.as_object() != nullptr) {
        out = Merged(std::move(*out), std::move(piece));
      } else {
        throw ResolveError{{node.origin, "a list and an object cannot be joined"}};
      }
    }
    return out;
  }

  static Value Text(const std::vector<Value>& pieces, const Node& node) {
    std::string out;
    for (const Value& piece : pieces) {
      if (piece.as_list() != nullptr || piece.as_object() != nullptr) {
        throw ResolveError{{piece.origin(), fmt::format("{} cannot be joined with text; is a comma "
                                                        "or a line end missing?",
                                                        piece.KindName())}};
      }
      const auto* number = piece.as_number();
      out += number != nullptr ? number->text : piece.ToText();
    }
    return Value(std::move(out), node.origin);
  }

  std::optional<Value> Referred(const Reference& reference, const Node& node) {
    if (reference.self) {
      if (member_ == nullptr || !member_->prior) return std::nullopt;
      // The value before may have been appended to another one before it.
      const Node* member = std::exchange(member_, member_->prior.get());
      auto value = Resolved(*member_);
      member_ = member;
      return value;
    }
    const Node* found = Find(reference);
    // A reference to the key being defined means what the key held before.
    if (found != nullptr && busy_.contains(found)) {
      const Node* prior = found->prior.get();
      while (prior != nullptr && busy_.contains(prior)) prior = prior->prior.get();
      if (prior == nullptr) {
        if (reference.optional) return std::nullopt;
        throw ResolveError{{node.origin, "this reference leads back to itself"}};
      }
      found = prior;
    }
    if (found != nullptr) {
      auto value = Resolved(*found);
      if (value || reference.optional) return value;
    }
    if (reference.path.size() == 1 && options_.lookup) {
      if (auto given = options_.lookup(reference.path[0])) return Value(*given, node.origin);
    }
    if (reference.optional) return std::nullopt;
    return Value(reference.text, node.origin);
  }

  const Node* Find(const Reference& reference) const {
    const Node* base = reference.base.empty() ? nullptr : At(root_, reference.base);
    const Node* found = base == nullptr ? nullptr : At(*base, reference.path);
    return found != nullptr ? found : At(root_, reference.path);
  }

  static const Node* At(const Node& root, const std::vector<std::string>& path) {
    const Node* at = &root;
    for (const std::string& key : path) {
      const auto* object = at->as<ObjectNode>();
      if (object == nullptr) return nullptr;
      const auto member = std::ranges::find(object->members, key, &Member::key);
      if (member == object->members.end()) return nullptr;
      at = member->value.get();
    }
    return at;
  }

  const Node& root_;
  const HoconOptions& options_;
  const Node* member_ = nullptr;  // whose value is being resolved
  std::set<const Node*> busy_;
  int depth_ = 0;
  int nodes_ = 0;
};

}  // namespace

std::optional<Value> Resolve(const Node& root, const HoconOptions& options, Remark& mistake) {
  try {
    return Resolver(root, options).Resolved(root);
  } catch (ResolveError& error) {
    mistake = std::move(error.remark);
    return std::nullopt;
  }
}

}  // namespace hocon

std::optional<Value> ParseHocon(const std::string& text, const std::string& file,
                                const HoconOptions& options, Diagnostics& diagnostics) {
  const hocon::NodePtr root = hocon::ParseDocument(text, file, options, diagnostics);
  if (!root) return std::nullopt;
  Remark mistake;
  std::optional<Value> value = hocon::Resolve(*root, options, mistake);
  if (!value) diagnostics.Error(mistake.origin, mistake.text);
  return value;
}

}  // namespace sluice
