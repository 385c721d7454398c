// SPDX-License-Identifier: Apache-2.0
// PluginCase: a plugin with good options, for the laws that hold for every kind of plugin: what its
// options say when they are wrong.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/registry.h"
#include "kit/verdict.h"

namespace sluice::kit {

struct PluginCase {
  std::string name;  // as registered
  PluginKind kind = PluginKind::kSource;
  std::string options;  // good ones, as they stand in the plugin's block of a job file
  std::string secret;   // among the options; empty: the plugin has none

  friend void PrintTo(const PluginCase& plugin, std::ostream* out) { *out << plugin.name; }
};
// Called by fixtures when the program starts.
bool Register(PluginCase plugin);
const std::vector<PluginCase>& PluginCases();

// The block as the job file gives it to the plugin.
PluginConfig ConfigOf(const PluginCase& plugin);

struct PluginLaw {
  std::string name;
  std::function<Verdict(const Plugin&, const PluginCase&)> holds;

  friend void PrintTo(const PluginLaw& law, std::ostream* out) { *out << law.name; }
};
const std::vector<PluginLaw>& PluginLaws();

}  // namespace sluice::kit
