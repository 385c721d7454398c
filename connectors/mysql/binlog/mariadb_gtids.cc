// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "mysql/binlog/position.h"

namespace sluice::mysql {
namespace {

// The number at the front of `text`, which then begins behind it.
template <typename T>
bool TakeNumber(std::string_view& text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool TakeDash(std::string_view& text) {
  const bool there = text.starts_with('-');
  text.remove_prefix(there ? 1 : 0);
  return there;
}

}  // namespace

std::string MariadbGtid::ToString() const {
  return fmt::format("{}-{}-{}", domain, server, sequence);
}

Result<MariadbGtids> MariadbGtids::Parse(std::string_view text) {
  MariadbGtids out;
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    const std::string whole(one);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    MariadbGtid gtid;
    const bool good = TakeNumber(one, gtid.domain) && TakeDash(one) &&
                      TakeNumber(one, gtid.server) && TakeDash(one) &&
                      TakeNumber(one, gtid.sequence) && one.empty();
    if (!good || out.last_.contains(gtid.domain)) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("'{}' is not domain-server-sequence, one a domain", whole));
    }
    out.Add(gtid);
  }
  return out;
}

std::string MariadbGtids::ToString() const {
  std::string out;
  for (const auto& [domain, gtid] : last_) out += (out.empty() ? "" : ",") + gtid.ToString();
  return out;
}

bool MariadbGtids::Contains(const MariadbGtids& other) const {
  return std::ranges::all_of(other.last_, [this](const auto& wanted) {
    const auto found = last_.find(wanted.first);
    return found != last_.end() && found->second.sequence >= wanted.second.sequence;
  });
}

}  // namespace sluice::mysql
