// SPDX-License-Identifier: Apache-2.0
// TransformTree: the ways that the rows of one source take through transforms to sinks, as one
// emitter in front of several. Ways that begin with the same transforms share them. One thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/transform.h"
#include "data/event.h"

namespace sluice {

// A change of schema as one way leaves it to its sink.
struct TargetChange {
  uint32_t sink = 0;  // in JobPlan::sinks
  SchemaChange change;
};

class TransformTree final : public Emitter {
 public:
  struct Way {
    std::vector<size_t> transforms;  // what Make makes, upstream first
    uint32_t sink = 0;
    Emitter* out = nullptr;  // of the sink; outlives the tree
  };
  using Make = std::function<Result<std::unique_ptr<Transform>>(size_t transform)>;
  using Name = std::function<std::string(size_t transform)>;  // in messages
  static Result<std::unique_ptr<TransformTree>> Build(std::span<const Way> ways, const Make& make,
                                                      const Name& name);
  ~TransformTree() override;

  // Before the first row of a table: every transform on its way gets to know its schema.
  Status Bind(const SchemaRef& table);
  // Rows take every way. A barrier, or what else is of no table, reaches each sink once, behind the
  // rows before it. A change of schema reaches the sinks as Rebind says.
  void Emit(Event event) override;
  bool full() const override;
  // Binds every transform to both schemas and returns the change as it leaves each way; nothing for
  // those on which a transform drops the table. kSchemaMismatch when only one of the two schemas is
  // left, or when the new one is none. Errors name the transform that cannot take the change, and
  // the remedy.
  Result<std::vector<TargetChange>> Rebind(const SchemaChange& change);
  // The first failure of a transform; nothing was emitted after it.
  const Status& status() const { return status_; }

 private:
  class Node;
  TransformTree();

  std::unique_ptr<Node> root_;
  std::vector<std::pair<uint32_t, Emitter*>> sinks_;  // each once
  Status status_;
};

}  // namespace sluice
