// SPDX-License-Identifier: Apache-2.0
#include "engine/transform_chain.h"

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
  Run(0, std::move(event));
}

void TransformChain::Run(size_t step, Event event) {
  if (!status_.ok()) return;
  if (step == transforms_.size()) return out_.Emit(std::move(event));
  if (auto* chunk = std::get_if<ChunkPtr>(&event)) {
    const Status status = transforms_[step]->Apply(std::move(*chunk), *steps_[step + 1]);
    if (!status.ok()) status_ = status;
    return;
  }
  if (const auto* change = std::get_if<SchemaChange>(&event)) {
    auto after = Rebind(step, *change);
    if (after) return Run(step + 1, std::move(*after));
    status_ = after.error();
    return;
  }
  Run(step + 1, std::move(event));
}

Result<SchemaChange> TransformChain::Rebind(size_t step, const SchemaChange& change) {
  SchemaChange out{nullptr, nullptr, change.ddl};
  if (change.before) {
    ASSIGN_OR_RETURN(out.before, transforms_[step]->Bind(change.before));
  }
  if (change.after) {
    ASSIGN_OR_RETURN(out.after, transforms_[step]->Bind(change.after));
  }
  return out;
}

}  // namespace sluice
