// SPDX-License-Identifier: Apache-2.0
#include "engine/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace sluice {
namespace {

constexpr size_t kRoutesMax = 1000;

class Finder {
 public:
  explicit Finder(const Wiring& wiring) : wiring_(wiring) {}

  // False: there are too many.
  bool From(uint32_t sink) {
    sink_ = sink;
    return std::ranges::all_of(wiring_.sink_inputs[sink],
                               [&](const StepRef& step) { return Back(step); });
  }
  std::vector<Route> Take() {
    std::ranges::sort(routes_, [](const Route& a, const Route& b) {
      return std::tie(a.source, a.sink, a.transforms) < std::tie(b.source, b.sink, b.transforms);
    });
    routes_.erase(std::ranges::unique(routes_).begin(), routes_.end());
    return std::move(routes_);
  }

 private:
  bool Back(const StepRef& step) {
    if (step.kind == StepKind::kSource) {
      if (routes_.size() == kRoutesMax) return false;
      routes_.push_back(
          {static_cast<uint32_t>(step.index), {behind_.rbegin(), behind_.rend()}, sink_});
      return true;
    }
    behind_.push_back(step.index);
    const bool all = std::ranges::all_of(wiring_.transform_inputs[step.index],
                                         [&](const StepRef& before) { return Back(before); });
    behind_.pop_back();
    return all;
  }

  const Wiring& wiring_;
  uint32_t sink_ = 0;
  std::vector<size_t> behind_;  // transforms between here and the sink, nearest to it first
  std::vector<Route> routes_;
};

}  // namespace

std::vector<Route> FindRoutes(const JobFile& job, const Wiring& wiring, Diagnostics& diagnostics) {
  Finder finder(wiring);
  for (uint32_t sink = 0; sink < wiring.sink_inputs.size(); ++sink) {
    if (finder.From(sink)) continue;
    diagnostics.Error(job.sinks[sink].origin,
                      fmt::format("sink '{}': its rows come by more than {} ways through the "
                                  "transforms",
                                  job.sinks[sink].plugin_name, kRoutesMax));
    return {};
  }
  return finder.Take();
}

}  // namespace sluice
