// SPDX-License-Identifier: Apache-2.0
// Console: prints rows to standard output, one line each, in SeaTunnel's form.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "api/sink.h"
#include "config/job_file.h"
#include "config/option_spec.h"
#include "console/line_writer.h"

namespace sluice::console {

struct Options {
  bool print = true;
  int64_t delay_ms = 0;  // for each row
};
const OptionSpec<Options>& Spec();

class ConsoleSink : public Sink {
 public:
  ConsoleSink(Options options, LineWriter& lines) : options_(options), lines_(lines) {}
  // Prints to standard output. Null after a mistake, which goes to `diagnostics`.
  static std::unique_ptr<Sink> Make(const PluginConfig& config, const EnvOptions& env,
                                    Diagnostics& diagnostics);

  Delivery delivery() const override { return Delivery::kAtLeastOnce; }
  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override;
  bool replay_converges(std::string* why) const override;
  bool follows_schema_changes() const override { return true; }
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override;
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override;
  std::string Identity() const override { return "Console"; }

 private:
  Options options_;
  LineWriter& lines_;
};

}  // namespace sluice::console
