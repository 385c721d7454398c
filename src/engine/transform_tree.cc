// SPDX-License-Identifier: Apache-2.0
#include "engine/transform_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sluice {

// A transform, and where what it emits goes: to further transforms, and to the sinks whose ways end
// here. The root has no transform.
class TransformTree::Node final : public Emitter {
 public:
  Node(TransformTree& tree, std::unique_ptr<Transform> transform, std::string name)
      : tree_(tree), transform_(std::move(transform)), name_(std::move(name)) {}

  Result<Node*> Child(size_t transform, const Make& make, const Name& name) {
    auto& child = children_[transform];
    if (!child) {
      ASSIGN_OR_RETURN(auto made, make(transform));
      child = std::make_unique<Node>(tree_, std::move(made), name(transform));
    }
    return child.get();
  }
  void End(uint32_t sink, Emitter* out) {
    const std::pair<uint32_t, Emitter*> end(sink, out);
    if (std::ranges::find(ends_, end) == ends_.end()) ends_.push_back(end);
  }

  void Take(const ChunkPtr& chunk) {
    if (!tree_.status_.ok()) return;
    if (!transform_) return Emit(chunk);
    const Status status = transform_->Apply(chunk, *this);
    if (!status.ok() && tree_.status_.ok()) tree_.status_ = status;
  }
  // What the transform makes of rows.
  void Emit(Event event) override {
    if (!tree_.status_.ok()) return;
    const ChunkPtr& chunk = std::get<ChunkPtr>(event);
    for (auto& [transform, child] : children_) child->Take(chunk);
    for (auto& [sink, out] : ends_) {
      if (tree_.status_.ok()) out->Emit(chunk);
    }
  }
  bool full() const override { return tree_.full(); }

  Status Bind(SchemaRef schema) {
    ASSIGN_OR_RETURN(schema, Bound(schema));
    if (!schema) return {};
    for (auto& [transform, child] : children_) RETURN_IF_ERROR(child->Bind(schema));
    return {};
  }

  Status Rebind(const SchemaChange& change, std::vector<TargetChange>& out) {
    SchemaChange bound{nullptr, nullptr, change.ddl};
    ASSIGN_OR_RETURN(bound.before, Bound(change.before));
    auto after = Bound(change.after);
    if (!after) return CannotFollow(change, after.error());
    bound.after = std::move(*after);
    if (bound.after) RETURN_IF_ERROR(bound.after->Check());
    if (!bound.before && !bound.after) return {};
    const bool one_is_gone = (change.before && change.after) && (!bound.before || !bound.after);
    if (one_is_gone) {
      return {Code::kSchemaMismatch,
              fmt::format("table {}: the transforms drop it {} the change ({}) and take it {}",
                          change.after->path.ToString(), bound.before ? "after" : "before",
                          change.ddl, bound.before ? "before" : "after")};
    }
    for (auto& [transform, child] : children_) RETURN_IF_ERROR(child->Rebind(bound, out));
    for (const auto& [sink, emitter] : ends_) out.push_back({sink, bound});
    return {};
  }

 private:
  Result<SchemaRef> Bound(SchemaRef schema) {
    if (!transform_ || !schema) return schema;
    return transform_->Bind(schema);
  }
  // A start anew from the checkpoint before would bind to the schema of then: no other name in the
  // job file would do for both.
  Status CannotFollow(const SchemaChange& change, const Status& why) const {
    return {
        why.code(),
        fmt::format("transform '{}' cannot follow the change ({}): {}; to go on with the columns "
                    "as they were named, a dropped one being null, set drop-column or "
                    "rename-column = ignore in schema-changes.policy of the source",
                    name_, change.ddl, why.message())};
  }

  TransformTree& tree_;
  const std::unique_ptr<Transform> transform_;
  const std::string name_;
  std::map<size_t, std::unique_ptr<Node>> children_;
  std::vector<std::pair<uint32_t, Emitter*>> ends_;
};

TransformTree::TransformTree() : root_(std::make_unique<Node>(*this, nullptr, "")) {}
TransformTree::~TransformTree() = default;

Result<std::unique_ptr<TransformTree>> TransformTree::Build(std::span<const Way> ways,
                                                            const Make& make, const Name& name) {
  std::unique_ptr<TransformTree> tree(new TransformTree());
  for (const Way& way : ways) {
    Node* node = tree->root_.get();
    for (const size_t transform : way.transforms) {
      ASSIGN_OR_RETURN(node, node->Child(transform, make, name));
    }
    node->End(way.sink, way.out);
    const std::pair<uint32_t, Emitter*> sink(way.sink, way.out);
    if (std::ranges::find(tree->sinks_, sink) == tree->sinks_.end()) tree->sinks_.push_back(sink);
  }
  return tree;
}

Status TransformTree::Bind(const SchemaRef& table) {
  return root_->Bind(table);
}

void TransformTree::Emit(Event event) {
  if (!status_.ok()) return;
  if (const auto* chunk = std::get_if<ChunkPtr>(&event)) return root_->Take(*chunk);
  const auto* change = std::get_if<SchemaChange>(&event);
  if (change == nullptr) {
    for (auto& [sink, out] : sinks_) out->Emit(event);
    return;
  }
  auto rebound = Rebind(*change);
  if (!rebound) {
    status_ = rebound.error();
    return;
  }
  for (TargetChange& one : *rebound) {
    const auto of_sink = [&](const auto& sink) { return sink.first == one.sink; };
    std::ranges::find_if(sinks_, of_sink)->second->Emit(std::move(one.change));
  }
}

bool TransformTree::full() const {
  return std::ranges::any_of(sinks_, [](const auto& sink) { return sink.second->full(); });
}

Result<std::vector<TargetChange>> TransformTree::Rebind(const SchemaChange& change) {
  std::vector<TargetChange> out;
  RETURN_IF_ERROR(root_->Rebind(change, out));
  return out;
}

}  // namespace sluice
