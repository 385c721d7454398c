// SPDX-License-Identifier: Apache-2.0
// TransformFixture: a transform, chunks to give it, and what must come of them. And the laws that
// every transform must keep.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "api/registry.h"
#include "kit/verdict.h"

namespace sluice::kit {

struct TransformCase {
  std::string name;
  std::function<Result<std::unique_ptr<Transform>>()> make;
  // Rows of all four kinds, of several tables; one chunk at least has an update.
  std::vector<ChunkPtr> in;
  // As RowLines tells them, in order.
  std::vector<std::string> out;
  std::map<std::string, std::string> why_not;  // laws that do not apply, and why

  friend void PrintTo(const TransformCase& one, std::ostream* to) { *to << one.name; }
};
// Called by fixtures when the program starts.
bool Register(TransformCase transform);
const std::vector<TransformCase>& TransformCases();

// A case of the rows of TransformRows, and the plugin's case, of one block of options.
using MakeTransform = std::unique_ptr<Transform> (*)(const PluginConfig&, Diagnostics&);
bool RegisterTransform(const std::string& name, const std::string& options, MakeTransform make,
                       std::vector<std::string> out,
                       std::map<std::string, std::string> why_not = {});
// kit.first: 1 a comes, changes to null and goes; 3 comes. kit.second: 2 b comes in between.
std::vector<ChunkPtr> TransformRows();

struct TransformLaw {
  std::string name;
  std::function<Verdict(const TransformCase&)> holds;

  friend void PrintTo(const TransformLaw& law, std::ostream* out) { *out << law.name; }
};
const std::vector<TransformLaw>& TransformLaws();

}  // namespace sluice::kit
