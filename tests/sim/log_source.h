// SPDX-License-Identifier: Apache-2.0
// LogSource: the simulated source as a plugin of the engine. It keeps the contracts of
// api/source.h, at a pace and with failures of the seed.
//
// With Scenario::snapshots it reads as connectors/mysql does: first the rows of each split as they
// are, which is done or not done and finds other rows when it is done again. When a checkpoint that
// holds all of them is committed, the log of each from there on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/source.h"
#include "engine/manifest.h"
#include "sim/sim_source.h"

namespace sluice::sim {

// Where the source stands according to a checkpoint.
Positions PositionsOf(const SimSource& source, const Manifest& manifest);
// The changes of schema that a checkpoint lies behind, of the splits that it names.
std::vector<Alteration> PassedChanges(const SimSource& source, const Manifest& manifest);

class LogSource final : public Source {
 public:
  // All outlive it. `on_open` is told the number of each run whose tasks are opened.
  LogSource(World& world, const Scenario& scenario, SimSource& logs,
            std::function<void(Run)> on_open)
      : world_(world), scenario_(scenario), logs_(logs), on_open_(std::move(on_open)) {}

  Boundedness boundedness() const override { return Boundedness::kBounded; }
  bool passes_schema_changes() const override { return scenario_.changes_per_split_max > 0; }
  Result<std::vector<SchemaRef>> Discover(Context& ctx) override;
  Result<std::vector<SchemaRef>> Restore(Context& ctx, const Bytes& saved) override;
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context& ctx,
                                                     std::optional<Bytes> saved) override;
  Result<std::unique_ptr<Reader>> Open(Context& ctx, Split split) override;
  std::string Identity() const override { return "simulated"; }

 private:
  World& world_;
  const Scenario& scenario_;
  SimSource& logs_;
  const std::function<void(Run)> on_open_;
};

}  // namespace sluice::sim
