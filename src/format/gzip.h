// SPDX-License-Identifier: Apache-2.0
// Gunzip: the contents of a gzip file, piece by piece. Files of several members are one after the
// other.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice {

class Gunzip {
 public:
  // `file` is named in messages.
  explicit Gunzip(std::string file);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // Appends to `out` what the next bytes `in` hold. `last`: nothing follows; kCorruption when a
  // member is cut short, or the bytes are no gzip.
  Status Inflate(std::string_view in, bool last, std::string& out);

 private:
  struct Stream;
  std::string file_;
  std::unique_ptr<Stream> stream_;
  bool inside_ = false;  // of a member
};

}  // namespace sluice
