// SPDX-License-Identifier: Apache-2.0
// Exchange: the channels between S source tasks and W writer tasks. Rows of one key always go to
// one writer; barriers go to all. Every channel is bounded in bytes, so a slow writer stops its
// sources, never the process.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/bounded_queue.h"
#include "data/event.h"
#include "engine/wakeup.h"

namespace sluice {

// Which of `writers` takes a row of a table that is shared among them (Sink::shares_rows_by_key),
// or all rows of one that is not.
uint32_t WriterOf(const Chunk& chunk, uint32_t row, uint32_t writers);
uint32_t WriterOf(const Schema& table, uint32_t writers);

class Exchange {
 public:
  // `shared`: whether rows of a table may go to several writers.
  using SharedFn = std::function<bool(const Schema&)>;
  Exchange(uint32_t sources, uint32_t writers, size_t channel_bytes_max, SharedFn shared);

  // The sending end of source `source`; used by that task only. `wake` is called on room in a
  // channel.
  std::unique_ptr<Emitter> Sender(uint32_t source);
  void OnRoom(uint32_t source, Wakeup* wakeup) { source_wakeups_[source] = wakeup; }

  // The receiving end, used by writer task `writer` only. The next event in order of each source; a
  // barrier is returned once, when it has come from every source, and holds back what follows it.
  // Empty: nothing in time.
  std::optional<Event> Next(uint32_t writer, Duration wait);
  Wakeup& wakeup(uint32_t writer) { return *inboxes_[writer].wakeup; }

 private:
  class KeyedSender;
  struct Inbox {
    std::vector<std::unique_ptr<BoundedQueue<Event>>> channels;  // one a source
    std::vector<std::optional<Barrier>> held;                    // barriers waited for
    std::unique_ptr<Wakeup> wakeup;
    uint32_t next = 0;  // round robin
  };
  std::optional<Event> TryNext(Inbox& inbox);
  std::optional<Event> Align(Inbox& inbox, uint32_t source, const Barrier& barrier);

  const SharedFn shared_;
  std::vector<Inbox> inboxes_;
  std::vector<Wakeup*> source_wakeups_;
};

}  // namespace sluice
