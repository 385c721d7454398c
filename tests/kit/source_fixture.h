// SPDX-License-Identifier: Apache-2.0
// SourceFixture: what the kit must know of one source: how to fill what it reads, change it, break
// it, and read it some other way.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "api/source.h"
#include "kit/contents.h"
#include "kit/host.h"

namespace sluice::kit {

class SourceFixture {
 public:
  virtual ~SourceFixture() = default;
  // Fills what the source reads, the same each time. Called before every law.
  virtual Status Reset() = 0;
  // A source over it. Its calls to the outside go through the host.
  virtual Result<std::unique_ptr<Source>> Make(Host& host) = 0;
  // The tables as they are now, read some other way than the source does.
  virtual Result<Contents> Expected() = 0;

  // Sources that never end. The split whose reader never comes to an end:
  virtual bool endless(const Split& /*split*/) const { return false; }
  // Changes to make while the source is read: inserts, updates, updates of the key, deletes, large
  // and small transactions.
  virtual int changes() const { return 0; }
  virtual Status Change(int /*number*/) { return {}; }
  // One more change; the line of RowLines that tells it. Everything before it was read before.
  virtual Result<std::string> Mark() { return std::string(); }

  // Tables whose rows may come twice, after a restart or without one; replay_note() must say so.
  virtual std::set<std::string> repeated(bool /*restarted*/) const { return {}; }
  // A table with the least, the greatest, a null and an empty value of every type.
  virtual std::string types_table() const { return ""; }
  // Rows that one Read may emit after its deadline or into a full emitter.
  virtual size_t rows_at_once() const { return kChunkRowsMax; }
  // Writes far more than a reader may hold; how many calls it takes to read it all. 0: the source
  // calls nobody.
  virtual Result<int> Flood() { return 0; }
  // Turns (kTurnWait) without news after which a law gives up.
  virtual int turns_max() const { return 1500; }
  // Boundaries that are resumed from, and calls that fail, for fixtures whose server is slow.
  virtual size_t boundaries_max() const { return 1000; }
  virtual size_t failed_calls_max() const { return 1000; }
  // The server ends in the middle of everything and comes back.
  virtual Status Restart() { return {}; }
  // What must not stand in any message.
  virtual std::string secret() const { return ""; }
  // Outcomes of a source with a wrong secret or an address where nobody is: each must be an error.
  virtual std::vector<Status> Refusals(Host& /*host*/) { return {}; }

  // Why a law does not apply; empty: it must hold.
  virtual std::string WhyNot(const std::string& /*law*/) const { return ""; }
};

struct SourceCase {
  std::string name;
  std::function<std::unique_ptr<SourceFixture>()> make;  // null when its server was not started

  friend void PrintTo(const SourceCase& source, std::ostream* out) { *out << source.name; }
};

// Called by fixtures when the program starts.
bool Register(SourceCase source);
const std::vector<SourceCase>& SourceCases();

}  // namespace sluice::kit
