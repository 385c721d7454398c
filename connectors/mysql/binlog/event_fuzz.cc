// SPDX-License-Identifier: Apache-2.0
// Whatever a log holds, parsing it ends with events or with an error; a compressed transaction
// gives no more than its bytes say.
#include <sstream>

#include "base/check.h"
#include "mysql/binlog/dump.h"
#include "mysql/binlog/event.h"
#include "mysql/binlog/log_repair_for_fuzz.h"
#include "mysql/binlog/position.h"

// Transactions that are read can be kept in a checkpoint.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::mysql;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  // One event as a server sends it, first without knowing whether checksums are on.
  EventParser parser;
  static_cast<void>(parser.Parse(WithSize(bytes)));
  const std::string log = RepairedLog(bytes);
  std::ostringstream out;
  static_cast<void>(DumpBinlog(log, out));
  LogPosition position;
  EachRepairedEvent(log, [&position](const LogEvent& event) {
    CHECK(event.header.size > 0);
    const auto* gtid = std::get_if<Gtid>(&event.body);
    if (gtid != nullptr) position.Add(IdOf(*gtid, event.header));
  });
  const auto kept = GtidSet::Decode(position.gtid_set.Encode());
  CHECK(kept && *kept == position.gtid_set);
  return 0;
}
