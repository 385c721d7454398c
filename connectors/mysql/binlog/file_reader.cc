// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/file_reader.h"

#include <fmt/format.h>

#include "mysql/binlog/cursor.h"

namespace sluice::mysql {

constexpr std::string_view kMagic =
    "\xfe"
    "bin";

Result<LogFile> LogFile::Open(std::string_view bytes) {
  if (bytes.starts_with("\xfd")) {
    return Fail(Code::kUnsupported, "the binary log file is encrypted");
  }
  if (!bytes.starts_with(kMagic)) return Fail(Code::kCorruption, "this is not a binary log file");
  return LogFile(bytes);
}

Result<std::optional<std::string_view>> LogFile::Next() {
  if (offset_ >= bytes_.size()) return std::nullopt;
  Cursor header(bytes_.substr(offset_));
  header.Skip(9);  // the size field of the common header
  const uint32_t size = header.U32();
  if (!header.ok() || size < kEventHeaderSize || size > bytes_.size() - offset_) {
    return Fail(Code::kCorruption, fmt::format("the event at {} is cut short", offset_));
  }
  const std::string_view raw = bytes_.substr(offset_, size);
  offset_ += size;
  return raw;
}

}  // namespace sluice::mysql
