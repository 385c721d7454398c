// SPDX-License-Identifier: Apache-2.0
#include "sim/simulation.h"

#include <algorithm>
#include <vector>

#include "sim/laws.h"
#include "sim/sim_process.h"

namespace sluice::sim {
namespace {

// A drained job ends within so long after the last fault.
constexpr Duration kPatience = std::chrono::minutes(15);

class Simulation {
 public:
  Simulation(uint64_t seed, bool trace)
      : world_(seed, trace),
        scenario_(MakeScenario(world_)),
        source_(world_, scenario_),
        target_(world_, scenario_, source_),
        disk_(world_, scenario_),
        laws_(world_, scenario_, source_, target_, disk_),
        around_{world_, scenario_, source_, target_, disk_, laws_} {}

  SeedResult Run();

 private:
  void StartProcess();
  void StartLater(uint64_t millis_max = 3000);
  void OnEffect(int process, uint64_t& left);
  void Crash(int process);
  void OnEnd(int process, const JobSummary& summary);
  bool Finished();
  void Drained();
  void EndZombie(int process);
  void DamageSomething();
  void Every(uint64_t mean_seconds, std::function<void()> what);
  void Calm();

  World world_;
  Scenario scenario_;
  SimSource source_;
  SimTarget target_;
  SimDisk disk_;
  Laws laws_;
  Surroundings around_;
  int processes_ = 0;
  std::unique_ptr<SimProcess> process_;               // the one that is believed to run
  std::vector<std::unique_ptr<SimProcess>> zombies_;  // believed dead
  bool damaged_ = false;                              // and no checkpoint was published since
  std::string latest_at_damage_;
  bool over_ = false;
};

SeedResult Simulation::Run() {
  StartProcess();
  Every(scenario_.stop_seconds, [this] {
    if (process_) process_->RequestStop();
  });
  Every(scenario_.crash_seconds, [this] {
    if (process_) Crash(process_->number());
  });
  Every(scenario_.pause_seconds, [this] {
    world_.Probe("process stands still");
    if (process_) process_->Pause(world_.Millis(100, 10'000));
  });
  Every(scenario_.clock_jump_seconds, [this] {
    world_.Probe("clock jumps");
    around_.clock_error = world_.Millis(0, 7'200'000) - std::chrono::hours(1);
  });
  Every(scenario_.leader_change_seconds, [this] { target_.ChangeLeader(); });
  Every(scenario_.outage_seconds, [this] {
    around_.target_is_up = false;
    world_.Probe("target down");
    world_.In(world_.Millis(100, 20'000), [this] { around_.target_is_up = true; });
  });
  around_.on_sweep = [this](int process) {
    if (!scenario_.Happens(world_, scenario_.zombie_in_sweep)) return;
    world_.In(world_.Millis(0, 100), [this, process] { Crash(process); });
  };
  around_.on_crash_between = [this](int process) {
    world_.In(world_.Millis(0, kBetween.count() / 1000), [this, process] { Crash(process); });
  };
  world_.In(scenario_.faults_end - TimePoint{}, [this] { Calm(); });
  const TimePoint end = scenario_.faults_end + kPatience;
  laws_.on_anew = [this] { Drained(); };
  while (!over_ && world_.violation().empty()) {
    if (!world_.Step() || world_.now > end) {
      world_.Violate("stuck: the faults are over and the job does not end");
    }
  }
  SeedResult result;
  result.violation = world_.violation();
  result.counts = world_.counts();
  result.commits = target_.commits();
  result.virtual_seconds = static_cast<double>(world_.now.micros) / 1e6;
  process_.reset();
  zombies_.clear();
  result.trace = world_.trace();
  return result;
}

void Simulation::Every(uint64_t mean_seconds, std::function<void()> what) {
  if (mean_seconds == 0) return;
  world_.In(world_.Millis(1, 2000 * mean_seconds), [this, mean_seconds, what] {
    if (scenario_.calm) return;
    what();
    Every(mean_seconds, what);
  });
}

void Simulation::Calm() {
  world_.Trace("no more faults");
  scenario_.calm = true;
  around_.target_is_up = true;
  zombies_.clear();
}

// A job that has finished would begin anew.
bool Simulation::Finished() {
  const auto newest = disk_.NewestRecord();
  return newest && newest->finished;
}

void Simulation::Drained() {
  if (std::exchange(over_, true)) return;
  world_.Probe("drained");
  laws_.CheckDrained();
}

void Simulation::StartProcess() {
  if (Finished()) return Drained();
  const int number = ++processes_;
  const uint64_t max = scenario_.effects_max;
  // Many crashes come early, where recovery is.
  const uint64_t bound = max == 0 ? 0 : world_.dice.Chance(0.3) ? std::min<uint64_t>(max, 30) : max;
  auto left = std::make_shared<uint64_t>(bound == 0 ? UINT64_MAX : world_.dice.Between(1, bound));
  process_ = std::make_unique<SimProcess>(
      around_, number, [this, number, left] { OnEffect(number, *left); },
      [this, number](const JobSummary& summary) {
        world_.In(Duration(0), [this, number, summary] { OnEnd(number, summary); });
      });
  process_->Start();
}

void Simulation::StartLater(uint64_t millis_max) {
  world_.In(world_.Millis(10, millis_max), [this] { StartProcess(); });
}

void Simulation::OnEffect(int process, uint64_t& left) {
  if (!process_ || process_->number() != process) world_.Probe("zombie step");
  if (scenario_.calm || --left > 0) return;
  world_.In(Duration(0), [this, process] { Crash(process); });
}

void Simulation::Crash(int process) {
  if (!process_ || process_->number() != process || over_) return;
  world_.Probe("crash");
  world_.Probe(fmt::format("crash while {}", process_->state()));
  if (scenario_.Happens(world_, scenario_.zombie)) {
    world_.Trace("p{}: is believed dead and goes on", process);
    world_.Probe("zombie");
    process_->BelieveDead(world_.dice.Chance(0.5) ? world_.Millis(100, 8000) : Duration(0));
    zombies_.push_back(std::move(process_));
    world_.In(world_.Millis(10, 20'000), [this, process] { EndZombie(process); });
    return StartLater(500);
  }
  world_.Trace("p{}: crashes", process);
  process_.reset();
  if (scenario_.Happens(world_, scenario_.power_loss)) {
    zombies_.clear();  // they were on the same machine
    disk_.LosePower();
  }
  DamageSomething();
  StartLater();
}

// One damage until the next checkpoint: more than that no fall-back survives.
void Simulation::DamageSomething() {
  if (damaged_ && laws_.record().latest.name == latest_at_damage_) return;
  if (!zombies_.empty() || !scenario_.Happens(world_, scenario_.damage)) return;
  const JobRecord& record = laws_.record();
  const bool body = world_.dice.Chance(0.5);
  const std::string name = body ? record.latest.name : fmt::format("record-{}", record.version);
  if (name.empty() || record.version <= 1 || !disk_.Damage(name)) return;
  damaged_ = true;
  latest_at_damage_ = record.latest.name;
  world_.Probe(body ? "body damaged" : "record damaged");
  laws_.OnDamage();
}

void Simulation::EndZombie(int process) {
  std::erase_if(zombies_, [&](const auto& zombie) { return zombie->number() == process; });
}

void Simulation::OnEnd(int process, const JobSummary& summary) {
  if (over_) return;
  if (!process_ || process_->number() != process) return EndZombie(process);
  // By one that was thought dead.
  const bool overtaken = std::ranges::any_of(
      zombies_, [&](const auto& zombie) { return zombie->run() > process_->run(); });
  process_.reset();
  if (summary.outcome == Outcome::kFinished) return Drained();
  if (summary.outcome == Outcome::kStopped) {
    world_.Probe("stopped");
    return StartLater();
  }
  const Status& why = summary.status;
  const bool lost = why.code() == Code::kCommitLost && scenario_.upserts &&
                    !laws_.record().confirmed.name.empty();
  const bool goes_on =
      why.retry() != Retry::kNever || why.code() == Code::kFenced || lost || overtaken;
  if (goes_on) {
    world_.Probe("failed and started again");
    return StartLater();
  }
  over_ = true;
  world_.Probe("given up: " + std::string(CodeName(why.code())));
  laws_.CheckGivenUp(why);
}

}  // namespace

SeedResult RunSeed(uint64_t seed, Bug bug, bool trace) {
  planted_bug = bug;
  Simulation simulation(seed, trace);
  SeedResult result = simulation.Run();
  planted_bug = Bug::kNone;
  return result;
}

}  // namespace sluice::sim
