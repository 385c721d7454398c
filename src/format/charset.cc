// SPDX-License-Identifier: Apache-2.0
#include "format/charset.h"

#include <fmt/format.h>
#include <iconv.h>

#include <cctype>
#include <cerrno>
#include <cstring>

namespace sluice {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

std::string Canonical(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '-' && c != '_') out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

Status BadByte(const std::string& text, uint64_t at, const std::string& charset) {
  return {Code::kCorruption, fmt::format("{}: byte {} and what follows is not {}: set the option "
                                         "encoding to the charset of the file",
                                         text, at, charset)};
}

// UTF-8 on both sides: checked, and a mark at the beginning is taken off.
class Utf8 final : public Charset {
 public:
  Utf8(Direction direction, std::string text, bool begins)
      : begin_(begins && direction == Direction::kToUtf8), text_(std::move(text)) {}

  Status Convert(std::string_view in, bool last, std::string& out) override {
    if (!held_.empty()) {
      held_ += in;
      in = held_;
    }
    if (begin_ && in.size() < kUtf8Mark.size() && !last) {
      held_ = std::string(in);
      return {};
    }
    if (std::exchange(begin_, false) && in.starts_with(kUtf8Mark)) {
      in.remove_prefix(kUtf8Mark.size());
      place_ += kUtf8Mark.size();
    }
    bool incomplete = false;
    const size_t valid = ValidUtf8(in, incomplete);
    out += in.substr(0, valid);
    place_ += valid;
    if (valid == in.size() || (incomplete && !last)) {
      held_ = std::string(in.substr(valid));
      return {};
    }
    return BadByte(text_, place_, "UTF-8");
  }

 private:
  bool begin_;
  const std::string text_;
  std::string held_;
  uint64_t place_ = 0;
};

class Iconv final : public Charset {
 public:
  Iconv(iconv_t handle, Direction direction, std::string charset, std::string text)
      : handle_(handle),
        direction_(direction),
        charset_(std::move(charset)),
        text_(std::move(text)) {}
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;
  ~Iconv() override { ::iconv_close(handle_); }

  Status Convert(std::string_view in, bool last, std::string& out) override {
    held_ += in;
    char* from = held_.data();
    size_t left = held_.size();
    while (left > 0) {
      char buffer[1 << 14];
      char* to = buffer;
      size_t room = sizeof buffer;
      const size_t done = ::iconv(handle_, &from, &left, &to, &room);
      const int error = errno;
      out.append(buffer, static_cast<size_t>(to - buffer));
      if (done != static_cast<size_t>(-1) || error == E2BIG) continue;
      if (error == EINVAL && !last) break;
      return Wrong(place_ + (held_.size() - left), std::string_view(from, left));
    }
    place_ += held_.size() - left;
    held_.erase(0, held_.size() - left);
    return {};
  }

 private:
  Status Wrong(uint64_t place, std::string_view rest) const {
    if (direction_ == Direction::kToUtf8) return BadByte(text_, place, charset_);
    return {Code::kSchemaMismatch, fmt::format("{}: {} has no character for what begins '{}': set "
                                               "the option encoding to one that has",
                                               text_, charset_, rest.substr(0, 4))};
  }

  iconv_t handle_;
  const Direction direction_;
  const std::string charset_;
  const std::string text_;
  std::string held_;
  uint64_t place_ = 0;
};

// Java's UTF-16 without a mark is big-endian; iconv's is that of the machine.
class MarkedUtf16 final : public Charset {
 public:
  explicit MarkedUtf16(std::string text) : text_(std::move(text)) {}

  Status Convert(std::string_view in, bool last, std::string& out) override {
    if (real_) return real_->Convert(in, last, out);
    held_ += in;
    if (held_.size() < 2 && !last) return {};
    const bool little = held_.starts_with("\xFF\xFE");
    ASSIGN_OR_RETURN(real_, Open(little ? "UTF-16LE" : "UTF-16BE", Direction::kToUtf8, text_));
    if (little || held_.starts_with("\xFE\xFF")) held_.erase(0, 2);
    return real_->Convert(std::exchange(held_, ""), last, out);
  }

 private:
  const std::string text_;
  std::string held_;
  std::unique_ptr<Charset> real_;
};

}  // namespace

bool IsUtf8(std::string_view charset) {
  return Canonical(charset) == "UTF8";
}

size_t ValidUtf8(std::string_view text, bool& incomplete) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const size_t size = text.size();
  size_t at = 0;
  incomplete = false;
  while (at < size) {
    uint64_t eight = 0;
    if (size - at >= sizeof eight) {
      std::memcpy(&eight, bytes + at, sizeof eight);
      if ((eight & 0x8080808080808080U) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    const unsigned char lead = bytes[at];
    if (lead < 0x80) {
      ++at;
      continue;
    }
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4) return at;
    for (size_t i = 1; i < length; ++i) {
      if (at + i == size) {
        incomplete = true;
        return at;
      }
      const unsigned char c = bytes[at + i];
      // The second byte tells overlong forms, surrogates and what is beyond U+10FFFF.
      const unsigned char least = i > 1 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      const unsigned char most = i > 1 ? 0xBF : lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
      if (c < least || c > most) return at;
    }
    at += length;
  }
  return at;
}

Result<std::unique_ptr<Charset>> Charset::Open(const std::string& name, Direction direction,
                                               std::string text, bool begins) {
  if (IsUtf8(name)) return std::make_unique<Utf8>(direction, std::move(text), begins);
  const bool reads = direction == Direction::kToUtf8;
  if (reads && Canonical(name) == "UTF16") return std::make_unique<MarkedUtf16>(std::move(text));
  const iconv_t handle =
      reads ? ::iconv_open("UTF-8", name.c_str()) : ::iconv_open(name.c_str(), "UTF-8");
  // NOLINTNEXTLINE(performance-no-int-to-ptr,cppcoreguidelines-pro-type-cstyle-cast): iconv's sign
  if (handle == (iconv_t)-1) {
    return Fail(Code::kInvalidConfig, fmt::format("encoding = {}: there is no such charset", name));
  }
  return std::make_unique<Iconv>(handle, direction, name, std::move(text));
}

}  // namespace sluice
