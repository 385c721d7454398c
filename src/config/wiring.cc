// SPDX-License-Identifier: Apache-2.0
#include "config/wiring.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/suggest.h"

namespace sluice {
namespace {

std::string Name(const PluginConfig& plugin) {
  return fmt::format("{} '{}'", plugin.section, plugin.plugin_name);
}

Wiring WireSimple(const JobFile& job, Diagnostics& diagnostics) {
  Wiring wiring;
  const PluginConfig* before = &job.sources.front();
  StepRef last{StepKind::kSource, 0};
  const auto check = [&](const PluginConfig& plugin) {
    const bool matches = plugin.inputs.empty() ||
                         std::ranges::find(plugin.inputs, before->output) != plugin.inputs.end();
    if (!matches) {
      diagnostics.Note(plugin.origin,
                       fmt::format("{} names the input '{}' but takes the rows of {}, the only "
                                   "step before it",
                                   Name(plugin), plugin.inputs.front(), Name(*before)));
    }
    before = &plugin;
  };
  if (!job.transforms.empty()) {
    check(job.transforms.front());
    wiring.transform_order = {0};
    wiring.transform_inputs = {{last}};
    last = {StepKind::kTransform, 0};
  }
  check(job.sinks.front());
  wiring.sink_inputs = {{last}};
  return wiring;
}

// A graph in which every edge is named.
class NamedWiring {
 public:
  NamedWiring(const JobFile& job, Diagnostics& diagnostics)
      : job_(job), diagnostics_(diagnostics) {}

  Wiring Run() {
    for (size_t i = 0; i < job_.sources.size(); ++i)
      Produce(job_.sources[i], {StepKind::kSource, i});
    for (size_t i = 0; i < job_.transforms.size(); ++i) {
      Produce(job_.transforms[i], {StepKind::kTransform, i});
    }
    for (const PluginConfig& transform : job_.transforms) {
      wiring_.transform_inputs.push_back(Inputs(transform));
    }
    for (const PluginConfig& sink : job_.sinks) wiring_.sink_inputs.push_back(Inputs(sink));
    for (const auto& [name, step] : outputs_) {
      if (read_.contains(name)) continue;
      const PluginConfig& plugin = Plugin(step);
      diagnostics_.Error(plugin.origin,
                         fmt::format("{}: nobody reads its output '{}'", Name(plugin), name));
    }
    Order();
    return std::move(wiring_);
  }

 private:
  const PluginConfig& Plugin(const StepRef& step) const {
    return step.kind == StepKind::kSource ? job_.sources[step.index] : job_.transforms[step.index];
  }

  void Produce(const PluginConfig& plugin, StepRef step) {
    if (plugin.output.empty()) {
      diagnostics_.Error(plugin.origin,
                         fmt::format("{}: plugin_output is missing: with more than one source, "
                                     "transform or sink every step must name what it produces",
                                     Name(plugin)));
      return;
    }
    const auto [at, fresh] = outputs_.emplace(plugin.output, step);
    if (!fresh) {
      diagnostics_.Error(plugin.origin,
                         fmt::format("{}: the output name '{}' is taken by {}", Name(plugin),
                                     plugin.output, Name(Plugin(at->second))));
    }
  }

  std::vector<StepRef> Inputs(const PluginConfig& plugin) {
    std::vector<StepRef> out;
    if (plugin.inputs.empty()) {
      diagnostics_.Error(plugin.origin,
                         fmt::format("{}: plugin_input is missing: with more than one source, "
                                     "transform or sink every step must name what it takes",
                                     Name(plugin)));
    }
    for (const std::string& input : plugin.inputs) {
      const auto found = outputs_.find(input);
      if (found != outputs_.end()) {
        out.push_back(found->second);
        read_.insert(input);
        continue;
      }
      std::vector<std::string> names;
      for (const auto& [name, step] : outputs_) names.push_back(name);
      diagnostics_.Error(plugin.origin, fmt::format("{}: no step produces its input '{}'{}",
                                                    Name(plugin), input, DidYouMean(input, names)));
    }
    return out;
  }

  void Order() {
    std::set<size_t> placed;
    bool moved = true;
    while (moved) {
      moved = false;
      for (size_t i = 0; i < job_.transforms.size(); ++i) {
        const bool ready =
            std::ranges::all_of(wiring_.transform_inputs[i], [&](const StepRef& step) {
              return step.kind == StepKind::kSource || placed.contains(step.index);
            });
        if (!ready || !placed.insert(i).second) continue;
        wiring_.transform_order.push_back(i);
        moved = true;
      }
    }
    for (size_t i = 0; i < job_.transforms.size(); ++i) {
      if (placed.contains(i)) continue;
      diagnostics_.Error(
          job_.transforms[i].origin,
          fmt::format("{}: its input leads back to its own output", Name(job_.transforms[i])));
    }
  }

  const JobFile& job_;
  Diagnostics& diagnostics_;
  Wiring wiring_;
  std::map<std::string, StepRef> outputs_;
  std::set<std::string> read_;
};

}  // namespace

Wiring Wire(const JobFile& job, Diagnostics& diagnostics) {
  if (job.sources.empty() || job.sinks.empty()) return {};  // told by LoadJobFile
  const bool simple =
      job.sources.size() == 1 && job.transforms.size() <= 1 && job.sinks.size() == 1;
  return simple ? WireSimple(job, diagnostics) : NamedWiring(job, diagnostics).Run();
}

}  // namespace sluice
