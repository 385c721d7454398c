// SPDX-License-Identifier: Apache-2.0
#include "file/text_feed.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::file {
namespace {

constexpr size_t kBlock = size_t{256} << 10U;
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

}  // namespace

Result<std::unique_ptr<TextFeed>> TextFeed::Open(Env& env, const std::string& path,
                                                 const std::string& encoding, bool gzip,
                                                 uint64_t offset) {
  ASSIGN_OR_RETURN(auto file, env.OpenForRead(path));
  const bool seeks = offset > 0 && !gzip && IsUtf8(encoding);
  ASSIGN_OR_RETURN(auto charset,
                   Charset::Open(encoding, Charset::Direction::kToUtf8, path, !seeks));
  auto feed = std::unique_ptr<TextFeed>(new TextFeed(std::move(file), std::move(charset)));
  if (gzip) feed->gunzip_.emplace(path);
  if (offset == 0) return feed;
  if (seeks) {
    char mark[kUtf8Mark.size()];
    ASSIGN_OR_RETURN(const size_t size, feed->file_->ReadAt(0, mark));
    const bool marked = std::string_view(mark, size) == kUtf8Mark;
    feed->place_ = offset + (marked ? kUtf8Mark.size() : 0);
    return feed;
  }
  std::string text;
  for (uint64_t passed = 0; passed < offset; passed += text.size()) {
    text.clear();
    ASSIGN_OR_RETURN(const bool more, feed->Next(1, text));
    if (!more) return Fail(Code::kPositionLost, fmt::format("{}: it is shorter now", path));
    // What is behind the place is the beginning of what Next gives.
    if (passed + text.size() > offset) {
      feed->ahead_ = text.substr(offset - passed);
      break;
    }
  }
  return feed;
}

Result<bool> TextFeed::Next(size_t want, std::string& out) {
  const size_t before = out.size();
  out += std::exchange(ahead_, {});
  while (!ended_ && out.size() - before < want) {
    block_.resize(kBlock);
    ASSIGN_OR_RETURN(const size_t size, file_->ReadAt(place_, block_));
    place_ += size;
    ended_ = size < kBlock;
    std::string_view bytes(block_.data(), size);
    if (gunzip_) {
      unpacked_.clear();
      RETURN_IF_ERROR(gunzip_->Inflate(bytes, ended_, unpacked_));
      bytes = unpacked_;
    }
    RETURN_IF_ERROR(charset_->Convert(bytes, ended_, out));
  }
  return out.size() > before || !ended_;
}

}  // namespace sluice::file
