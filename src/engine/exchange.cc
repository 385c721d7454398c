// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange.h"

#include <algorithm>

#include "base/check.h"
#include "base/checksum.h"
#include "base/probe.h"

namespace sluice {

uint32_t WriterOf(const Chunk& chunk, uint32_t row, uint32_t writers) {
  return static_cast<uint32_t>(HashKey(chunk, row, chunk.schema()->primary_key) % writers);
}

uint32_t WriterOf(const Schema& table, uint32_t writers) {
  return static_cast<uint32_t>(Hash64(table.path.ToString()) % writers);
}

// Splits chunks by the hash of the key. The two halves of an update share their key, so they stay
// together.
class Exchange::KeyedSender final : public Emitter {
 public:
  KeyedSender(Exchange& exchange, uint32_t source) : exchange_(exchange), source_(source) {}

  void Emit(Event event) override {
    if (const auto* chunk = std::get_if<ChunkPtr>(&event)) return Route(*chunk);
    for (uint32_t writer = 0; writer < exchange_.inboxes_.size(); ++writer) Send(writer, event, 0);
  }
  bool full() const override {
    return std::ranges::any_of(exchange_.inboxes_,
                               [&](const Inbox& inbox) { return inbox.channels[source_]->full(); });
  }

 private:
  void Send(uint32_t writer, Event event, size_t bytes) {
    Inbox& inbox = exchange_.inboxes_[writer];
    inbox.channels[source_]->ForcePush(std::move(event), bytes);
    inbox.wakeup->Notify();
  }

  void Route(const ChunkPtr& chunk) {
    const auto writers = static_cast<uint32_t>(exchange_.inboxes_.size());
    // Without a key the halves of an update hash apart.
    const Schema& table = *chunk->schema();
    if (table.primary_key.empty() || !exchange_.shared_(table)) {
      return Send(WriterOf(table, writers), chunk, chunk->bytes());
    }
    std::vector<std::unique_ptr<ChunkBuilder>> parts(writers);
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      auto& part = parts[WriterOf(*chunk, row, writers)];
      if (!part) part = std::make_unique<ChunkBuilder>(chunk->schema());
      part->CopyRow(*chunk, row);
    }
    for (uint32_t writer = 0; writer < writers; ++writer) {
      if (!parts[writer]) continue;
      ChunkPtr part = parts[writer]->Finish(chunk->source_micros, chunk->read_micros);
      const size_t bytes = part->bytes();
      Send(writer, std::move(part), bytes);
    }
  }

  Exchange& exchange_;
  uint32_t source_;
};

Exchange::Exchange(uint32_t sources, uint32_t writers, size_t channel_bytes_max, SharedFn shared)
    : shared_(std::move(shared)), inboxes_(writers), source_wakeups_(sources, nullptr) {
  for (Inbox& inbox : inboxes_) {
    inbox.held.resize(sources);
    inbox.wakeup = std::make_unique<Wakeup>();
    for (uint32_t i = 0; i < sources; ++i) {
      inbox.channels.push_back(std::make_unique<BoundedQueue<Event>>(channel_bytes_max));
    }
  }
}

std::unique_ptr<Emitter> Exchange::Sender(uint32_t source) {
  return std::make_unique<KeyedSender>(*this, source);
}

std::optional<Event> Exchange::Next(uint32_t writer, Duration wait) {
  Inbox& inbox = inboxes_[writer];
  if (auto event = TryNext(inbox)) return event;
  inbox.wakeup->Wait(wait);
  return TryNext(inbox);
}

std::optional<Event> Exchange::TryNext(Inbox& inbox) {
  const auto sources = static_cast<uint32_t>(inbox.channels.size());
  for (uint32_t i = 0; i < sources; ++i) {
    const uint32_t source = (inbox.next + i) % sources;
    if (inbox.held[source]) continue;  // what follows its barrier waits for the other sources
    const bool was_full = inbox.channels[source]->full();
    auto event = inbox.channels[source]->Pop(Duration(0));
    if (!event) continue;
    inbox.next = (source + 1) % sources;
    if (was_full && source_wakeups_[source] != nullptr) source_wakeups_[source]->Notify();
    const auto* barrier = std::get_if<Barrier>(&*event);
    if (barrier == nullptr) return event;
    if (auto aligned = Align(inbox, source, *barrier)) return aligned;
    Probe("barrier held back");
    i = UINT32_MAX;  // begin again: another source may have something
  }
  return std::nullopt;
}

std::optional<Event> Exchange::Align(Inbox& inbox, uint32_t source, const Barrier& barrier) {
  inbox.held[source] = barrier;
  const bool all =
      std::ranges::all_of(inbox.held, [](const auto& held) { return held.has_value(); });
  if (!all) return std::nullopt;
  for (auto& held : inbox.held) {
    CHECK(held->id == barrier.id);
    held.reset();
  }
  return Event(barrier);
}

}  // namespace sluice
