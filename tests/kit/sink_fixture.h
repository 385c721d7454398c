// SPDX-License-Identifier: Apache-2.0
// SinkFixture: what the kit must know of one sink: how to empty its target and how to look at it.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "api/sink.h"
#include "kit/contents.h"
#include "kit/host.h"

namespace sluice::kit {

class SinkFixture {
 public:
  virtual ~SinkFixture() = default;
  // An empty target, nothing left of earlier runs. Called before every law, and between its lives.
  virtual Status Reset() = 0;
  // A sink into it. Its calls to the outside go through the host.
  virtual Result<std::unique_ptr<Sink>> Make(Host& host) = 0;
  // The tables that the laws write: sink_rows.h. Two, so that a checkpoint has several pieces.
  virtual std::vector<SchemaRef> tables() const;
  // The rows that anybody sees now, with all their columns, by the name of the source's table.
  virtual Result<Contents> Visible() = 0;
  // Work of any run that is begun or prepared and not yet committed or rolled back.
  virtual Result<int> OpenWork() { return 0; }
  // -U and -D take rows away; rows of equal keys replace each other.
  virtual bool upserts() const { return false; }
  // A chunk of tables()[0] with one row that the target must refuse; null: it takes everything.
  virtual ChunkPtr BadRows() const { return nullptr; }
  // What a message about it must say: the table, the key, the reason.
  virtual std::vector<std::string> bad_row_words() const { return {}; }
  virtual std::string secret() const { return ""; }
  // Outcomes of a sink with a wrong secret or an address where nobody is: each must be an error.
  virtual std::vector<Status> Refusals(Host& /*host*/) { return {}; }

  // Turns (kTurnWait) without news after which a law gives up.
  virtual int turns_max() const { return 1500; }
  // Lives that a law may spend on one sink, for fixtures whose server is slow.
  virtual size_t lives_max() const { return 1000; }
  // Why a law does not apply; empty: it must hold.
  virtual std::string WhyNot(const std::string& /*law*/) const { return ""; }
};

struct SinkCase {
  std::string name;
  std::function<std::unique_ptr<SinkFixture>()> make;  // null when its server was not started

  friend void PrintTo(const SinkCase& sink, std::ostream* out) { *out << sink.name; }
};
// Called by fixtures when the program starts.
bool Register(SinkCase sink);
const std::vector<SinkCase>& SinkCases();

}  // namespace sluice::kit
