// SPDX-License-Identifier: Apache-2.0
// Diagnostics: everything that is wrong with a job file, collected, so that one run shows all of
// it. Used by one thread.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "config/value.h"

namespace sluice {

struct Remark {
  Origin origin;
  std::string text;

  std::string ToString() const;  // "job.conf:3:14: text"
};

class Diagnostics {
 public:
  // A mistake: what is wrong, what was expected, what to write instead.
  void Error(const Origin& origin, std::string text);
  // Something to know: an ignored option and why, an old name and the new one. Each text once.
  void Note(const Origin& origin, std::string text);

  bool ok() const { return errors_.empty(); }
  const std::vector<Remark>& errors() const { return errors_; }  // in the order of the file
  const std::vector<Remark>& notes() const { return notes_; }    // likewise
  // kInvalidConfig with one line a mistake, or OK.
  Status ToStatus() const;

 private:
  std::vector<Remark> errors_;
  std::vector<Remark> notes_;
};

}  // namespace sluice
