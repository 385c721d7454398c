// SPDX-License-Identifier: Apache-2.0
// DeadLetterSink: a sink whose bad rows are named, or set aside into files that become visible with
// the checkpoint of the rows around them.
//
// The files are prepared and committed beside the sink's own work: aside in FOLDER/.uncommitted,
// then renamed to FOLDER/letters-<checkpoint>-<run>-<writer>.jsonl (io/staged_files.h). What is in
// them: dead_letter.h.
#pragma once

#include <memory>
#include <string>

#include "api/sink.h"
#include "config/job_file.h"

namespace sluice {

struct DeadLetterOptions {
  BadRows policy = BadRows::kFail;
  std::string folder;
  uint32_t sink = 0;  // its number in the job
};

std::unique_ptr<Sink> WithDeadLetters(std::unique_ptr<Sink> sink, DeadLetterOptions options);

}  // namespace sluice
