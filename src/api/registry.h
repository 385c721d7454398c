// SPDX-License-Identifier: Apache-2.0
// Registry: plugin names to factories. Filled once at start by generated code (cmake/rooms.cmake),
// read-only after.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "api/sink.h"
#include "api/source.h"
#include "api/transform.h"
#include "config/diagnostics.h"
#include "config/job_file.h"
#include "config/option_spec.h"

namespace sluice {

enum class PluginKind : uint8_t { kSource, kTransform, kSink };
std::string_view PluginKindName(PluginKind kind);

// One plugin. Exactly one of the make functions is set, the one of its kind. A make function
// reports every mistake in `config` to the diagnostics and then returns null.
struct Plugin {
  PluginKind kind;
  std::string name;     // as written in the docs, e.g. "MySQL-CDC"; looked up in any case
  std::string summary;  // one sentence
  std::vector<OptionInfo> options;
  std::function<std::unique_ptr<Source>(const PluginConfig&, const EnvOptions&, Diagnostics&)>
      make_source = nullptr;
  // Makes one Transform object; called again for every task.
  std::function<std::unique_ptr<Transform>(const PluginConfig&, Diagnostics&)> make_transform =
      nullptr;
  std::function<std::unique_ptr<Sink>(const PluginConfig&, const EnvOptions&, Diagnostics&)>
      make_sink = nullptr;
};

// A file format of a connector that `sluice dump NAME FILE` shows as text.
struct DumpFormat {
  std::string name;     // "binlog"
  std::string summary;  // one sentence
  // Prints the file's `bytes`; what could be read before an error stays printed.
  std::function<Status(std::string_view bytes, std::ostream& out)> dump;
};

class Registry {
 public:
  void Add(Plugin plugin);
  void AddDump(DumpFormat format) { dumps_.push_back(std::move(format)); }
  // Null when unknown. The name matches in any case.
  const Plugin* Find(PluginKind kind, std::string_view name) const;
  const std::vector<Plugin>& plugins() const { return plugins_; }
  const std::vector<DumpFormat>& dumps() const { return dumps_; }
  // The nearest known name, for "did you mean".
  std::string Suggest(PluginKind kind, std::string_view name) const;

 private:
  std::vector<Plugin> plugins_;
  std::vector<DumpFormat> dumps_;
};

// Registers everything that was built. Generated.
void RegisterPlugins(Registry& registry);

}  // namespace sluice
