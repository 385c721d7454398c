// SPDX-License-Identifier: Apache-2.0
// PluginCase: a plugin with good options, for the laws that hold for every kind of plugin.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/registry.h"
#include "kit/verdict.h"

namespace sluice::kit {

struct PluginCase {
  std::string name;  // as registered
  PluginKind kind = PluginKind::kSource;
  std::string options;  // good ones, as they stand in the block of a job file
  std::string secret;   // among the options; empty: the plugin has none
};

// What became of a block of options.
struct Made {
  Diagnostics diagnostics;
  bool made = false;
};
Made MakePlugin(const Plugin& plugin, const std::string& options);
// The block as the job file would give it.
PluginConfig ConfigOf(PluginKind kind, const std::string& name, const std::string& options);

struct PluginLaw {
  std::string name;
  std::function<Verdict(const PluginCase&, const Registry&)> holds;
};
const std::vector<PluginLaw>& PluginLaws();

}  // namespace sluice::kit
