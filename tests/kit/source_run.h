// SPDX-License-Identifier: Apache-2.0
// SourceRun: reads a source as the engine does, on one thread, one step at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "api/source.h"
#include "kit/contents.h"
#include "kit/host.h"

namespace sluice::kit {

// Takes every event. `room`: full after this many more.
class Collector final : public Emitter {
 public:
  void Emit(Event event) override {
    events.push_back(std::move(event));
    owners.push_back(owner);
    if (room > 0) --room;
  }
  bool full() const override { return room == 0; }

  std::vector<Event> events;
  std::vector<std::string> owners;  // the split that each event came from
  std::string owner;
  size_t room = SIZE_MAX;
};

// A checkpoint: what the engine stores of a source, and how much had been emitted by then.
struct SavedSource {
  Bytes enumerator;
  std::vector<Split> splits;
  size_t events = 0;

  // Equal states resume equally.
  bool SameState(const SavedSource& other) const {
    return enumerator == other.enumerator && splits == other.splits;
  }
};

enum class Pace : uint8_t {
  kEngine,    // reads as long as the engine lets it
  kSmallest,  // reads with a deadline that has passed and room for one event
};

struct OpenSplit {
  Split given;
  std::unique_ptr<Reader> reader;
};

class SourceRun {
 public:
  SourceRun(Source& source, Host& host, size_t readers)
      : source_(source), host_(host), readers_(readers) {}

  // Discover or Restore, Enumerate, and the splits of the checkpoint opened again.
  Status Start(const SavedSource* from);
  // Hands out splits and reads each open one once. `moved`: something was emitted or finished.
  Result<bool> Turn(Collector& out, Pace pace);
  Result<SavedSource> Checkpoint(Collector& out);

  const std::vector<SchemaRef>& schemas() const { return schemas_; }
  const std::vector<OpenSplit>& open() const { return open_; }
  SplitEnumerator& enumerator() { return *enumerator_; }
  bool finished() const { return enumerator_->done() && open_.empty(); }
  // Reads that said kMore and emitted nothing; reads that said kIdle.
  int empty_reads() const { return empty_reads_; }
  int idle_reads() const { return idle_reads_; }
  // Ends readers and enumerator, as after a cancel or a failure.
  void End();

 private:
  Status HandOut();
  Status Open(Split split);
  Result<bool> ReadOne(OpenSplit& one, Collector& out, Pace pace);
  Status Finish(size_t index, Collector& out);

  Source& source_;
  Host& host_;
  const size_t readers_;
  std::vector<SchemaRef> schemas_;
  std::unique_ptr<SplitEnumerator> enumerator_;
  std::vector<OpenSplit> open_;
  bool done_one_ = false;
  int empty_reads_ = 0;
  int idle_reads_ = 0;
};

}  // namespace sluice::kit
