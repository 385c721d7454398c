// SPDX-License-Identifier: Apache-2.0
// TextFeed: the text of a file as UTF-8, unpacked, a piece at a time. Places count bytes of that
// text. One thread; blocks on the disk.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/env.h"
#include "format/charset.h"
#include "format/gzip.h"

namespace sluice::file {

class TextFeed {
 public:
  // Begins at `offset`: by a seek in plain UTF-8, else by reading from the beginning.
  static Result<std::unique_ptr<TextFeed>> Open(Env& env, const std::string& path,
                                                const std::string& encoding, bool gzip,
                                                uint64_t offset);
  // Appends about `want` bytes or more; fewer only at the end. False: there is no more.
  Result<bool> Next(size_t want, std::string& out);

 private:
  TextFeed(std::unique_ptr<ReadableFile> file, std::unique_ptr<Charset> charset)
      : file_(std::move(file)), charset_(std::move(charset)) {}

  std::unique_ptr<ReadableFile> file_;
  std::unique_ptr<Charset> charset_;
  std::optional<Gunzip> gunzip_;
  uint64_t place_ = 0;  // in the file
  bool ended_ = false;
  std::string ahead_;  // text that was read on the way to the first place
  std::string block_;
  std::string unpacked_;
};

}  // namespace sluice::file
