// SPDX-License-Identifier: Apache-2.0
// TransformChain: the transforms of one task as one emitter in front of another. One thread.
#pragma once

#include <memory>
#include <vector>

#include "api/transform.h"
#include "data/event.h"

namespace sluice {

class TransformChain final : public Emitter {
 public:
  // `transforms` are already bound to every table of the plan. `out` outlives this object.
  TransformChain(std::vector<std::unique_ptr<Transform>> transforms, Emitter& out);
  ~TransformChain() override;

  void Emit(Event event) override;
  bool full() const override { return out_.full(); }
  // Binds every transform to both schemas and returns the change as it leaves the chain; without
  // `before` and `after` when a transform drops the table. kSchemaMismatch when only one of them is
  // left, or when the new schema is none.
  Result<SchemaChange> Rebind(const SchemaChange& change);
  // The first failure of a transform; nothing was emitted after it.
  const Status& status() const { return status_; }

 private:
  class Step;
  void Run(size_t step, Event event);
  Result<SchemaRef> Bind(SchemaRef schema);

  std::vector<std::unique_ptr<Transform>> transforms_;
  std::vector<std::unique_ptr<Step>> steps_;
  Emitter& out_;
  Status status_;
};

}  // namespace sluice
