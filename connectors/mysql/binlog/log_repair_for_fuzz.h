// SPDX-License-Identifier: Apache-2.0
// Makes a log of any bytes whose sizes and checksums are right, so that a fuzzer gets behind them.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "mysql/binlog/event.h"
#include "mysql/binlog/file_reader.h"

namespace sluice::mysql {

constexpr size_t kSizeAt = 9;  // of an event's size in its header

inline void PutU32(std::string& bytes, size_t at, uint32_t value) {
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

// One event whose size field is right.
inline std::string WithSize(std::string event) {
  if (event.size() >= kEventHeaderSize) {
    PutU32(event, kSizeAt, static_cast<uint32_t>(event.size()));
  }
  return event;
}

inline std::string RepairedLog(std::string log) {
  constexpr std::string_view kMagic =
      "\xfe"
      "bin";
  if (log.size() < kMagic.size()) return log;
  log.replace(0, kMagic.size(), kMagic);
  for (size_t at = kMagic.size(); at + kEventHeaderSize + 4 <= log.size();) {
    uint32_t wanted = 0;
    std::memcpy(&wanted, log.data() + at + kSizeAt, sizeof(wanted));
    const size_t left = log.size() - at;
    size_t size = std::clamp<size_t>(wanted, kEventHeaderSize + 4, left);
    if (left - size < kEventHeaderSize + 4) size = left;
    PutU32(log, at + kSizeAt, static_cast<uint32_t>(size));
    const auto* bytes = reinterpret_cast<const unsigned char*>(log.data() + at);
    PutU32(log, at + size - 4, static_cast<uint32_t>(crc32_z(0, bytes, size - 4)));
    at += size;
  }
  return log;
}

// Every event of the log, those of compressed transactions too, until the first damage.
inline void EachRepairedEvent(std::string_view log,
                              const std::function<void(const LogEvent&)>& each) {
  auto file = LogFile::Open(log);
  if (!file) return;
  EventParser parser;
  while (true) {
    const auto raw = file->Next();
    if (!raw || !*raw) return;
    const auto event = parser.Parse(**raw);
    if (!event) continue;
    each(*event);
    const auto* payload = std::get_if<TransactionPayload>(&event->body);
    if (payload == nullptr) continue;
    auto inside = PayloadReader::Open(*payload);
    if (!inside) continue;
    while (true) {
      const auto inner = inside->Next();
      if (!inner || !*inner) break;
      each(**inner);
    }
  }
}

}  // namespace sluice::mysql
