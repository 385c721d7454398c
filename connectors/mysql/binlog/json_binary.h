// SPDX-License-Identifier: Apache-2.0
// MySQL's binary JSON to the text that the server prints for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::mysql {

// Appends the document `binary` as `CAST(j AS CHAR)` prints it: keys in stored order, a blank
// behind ':' and ',', doubles with a point, decimals as numbers, dates and times as strings, other
// opaque values as "base64:typeN:...". An empty input, which the server stores for a JSON null made
// by a failed default, is `null`. kCorruption when the bytes are no document, or nest deeper than
// the server allows.
Status AppendJson(std::string_view binary, std::string& out);

// A value inside a document: its type byte and the bytes behind it, which may go on beyond it.
struct JsonPart {
  uint8_t type = 0;
  std::string_view data;

  bool object() const { return type <= 1; }
  bool array() const { return type == 2 || type == 3; }
};
JsonPart WholeJson(std::string_view binary);
inline constexpr int kJsonDepthMax = 100;  // the server's own limit

// The members of an object or the cells of an array, in stored order: of objects the shorter keys
// first, then by bytes.
class JsonEntries {
 public:
  struct Entry {
    std::string_view key;  // of an object
    JsonPart value;
  };
  static Result<JsonEntries> Open(const JsonPart& container);  // REQUIRES: it is one
  uint64_t left() const { return left_; }
  Result<Entry> Next();  // REQUIRES: left() > 0

 private:
  JsonEntries(std::string_view data, bool object, size_t width, uint64_t count);

  std::string_view data_;  // from the header on; offsets count from there
  bool object_;
  size_t width_;  // of offsets: 2 or 4 bytes
  size_t keys_at_;
  size_t values_at_;
  uint64_t left_;
};

// The text of a value that is neither object nor array.
Status AppendJsonScalar(const JsonPart& scalar, std::string& out);
void AppendJsonString(std::string_view text, std::string& out);  // quoted

}  // namespace sluice::mysql
