// SPDX-License-Identifier: Apache-2.0
#include "engine/transform_chain.h"

#include <fmt/format.h>

namespace sluice {

// Receives what transform `index - 1` emits and hands it to transform `index`, or to the end of the
// chain.
class TransformChain::Step final : public Emitter {
 public:
  Step(TransformChain& chain, size_t index) : chain_(chain), index_(index) {}
  void Emit(Event event) override { chain_.Run(index_, std::move(event)); }
  bool full() const override { return chain_.full(); }

 private:
  TransformChain& chain_;
  size_t index_;
};

TransformChain::TransformChain(std::vector<std::unique_ptr<Transform>> transforms, Emitter& out)
    : transforms_(std::move(transforms)), out_(out) {
  for (size_t i = 0; i <= transforms_.size(); ++i) {
    steps_.push_back(std::make_unique<Step>(*this, i));
  }
}

TransformChain::~TransformChain() = default;

void TransformChain::Emit(Event event) {
  const auto* change = std::get_if<SchemaChange>(&event);
  if (change == nullptr) return Run(0, std::move(event));
  if (!status_.ok()) return;
  auto rebound = Rebind(*change);
  if (!rebound) {
    status_ = rebound.error();
  } else if (rebound->before || rebound->after) {
    out_.Emit(std::move(*rebound));
  }
}

void TransformChain::Run(size_t step, Event event) {
  if (!status_.ok()) return;
  if (step == transforms_.size()) return out_.Emit(std::move(event));
  if (auto* chunk = std::get_if<ChunkPtr>(&event)) {
    const Status status = transforms_[step]->Apply(std::move(*chunk), *steps_[step + 1]);
    if (!status.ok()) status_ = status;
    return;
  }
  Run(step + 1, std::move(event));
}

Result<SchemaRef> TransformChain::Bind(SchemaRef schema) {
  for (auto& transform : transforms_) {
    if (!schema) break;
    ASSIGN_OR_RETURN(schema, transform->Bind(schema));
  }
  return schema;
}

Result<SchemaChange> TransformChain::Rebind(const SchemaChange& change) {
  SchemaChange out{nullptr, nullptr, change.ddl};
  ASSIGN_OR_RETURN(out.before, Bind(change.before));
  ASSIGN_OR_RETURN(out.after, Bind(change.after));
  if (out.after) RETURN_IF_ERROR(out.after->Check());
  const bool one_is_gone = (change.before && change.after) && (!out.before || !out.after);
  if (one_is_gone && (out.before || out.after)) {
    return Fail(Code::kSchemaMismatch,
                fmt::format("table {}: the transforms drop it {} the change ({}) and take it {}",
                            change.after->path.ToString(), out.before ? "after" : "before",
                            change.ddl, out.before ? "before" : "after"));
  }
  return out;
}

}  // namespace sluice
