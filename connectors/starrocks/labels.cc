// SPDX-License-Identifier: Apache-2.0
#include "starrocks/labels.h"

#include <fmt/format.h>

#include <charconv>

#include "base/checksum.h"
#include "engine/planted.h"

namespace sluice::starrocks {
namespace {

// 128 characters less the longest that can follow: run and checkpoint of 15 digits each, which no
// job reaches, a writer and a try of 10 digits, and the table's hash, with their marks.
constexpr size_t kNameMax = 50;
constexpr size_t kHashChars = 17;  // "-" and 16 digits

bool Allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// Takes "<mark><number>" off the front of `text`.
template <typename T>
bool TakeNumber(std::string_view mark, std::string_view& text, T& number) {
  if (!text.starts_with(mark)) return false;
  const char* begin = text.data() + mark.size();
  const auto parsed = std::from_chars(begin, text.data() + text.size(), number);
  if (parsed.ec != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
  return true;
}

}  // namespace

std::string TableHash(std::string_view database, std::string_view table) {
  return Hex64(Hash64(fmt::format("{}.{}", database, table)));
}

std::string LabelName(std::string_view user_prefix, std::string_view job_id) {
  std::string raw;
  if (!user_prefix.empty()) raw.append(user_prefix).append("-");
  raw.append("sluice-").append(job_id);
  std::string name = raw;
  for (char& c : name) {
    if (!Allowed(c)) c = '_';
  }
  if (name == raw && name.size() <= kNameMax) return name;
  if (name.size() > kNameMax - kHashChars) name.resize(kNameMax - kHashChars);
  return name + "-" + Hex64(Hash64(raw));
}

std::string Label(std::string_view name, const LabelParts& parts, std::string_view database,
                  std::string_view table) {
  const Run run = Planted(Bug::kPreparedNotNamedByRun) ? 0 : parts.run;
  return fmt::format("{}-r{}-c{}-w{}-t{}-{}", name, run, parts.checkpoint, parts.writer,
                     parts.attempt, TableHash(database, table));
}

std::optional<ReadLabel> ParseLabel(std::string_view name, std::string_view label) {
  if (!label.starts_with(name)) return std::nullopt;
  label.remove_prefix(name.size());
  ReadLabel read;
  const bool numbers =
      TakeNumber("-r", label, read.parts.run) && TakeNumber("-c", label, read.parts.checkpoint) &&
      TakeNumber("-w", label, read.parts.writer) && TakeNumber("-t", label, read.parts.attempt);
  if (!numbers || label.size() != kHashChars || label[0] != '-') return std::nullopt;
  read.table_hash = label.substr(1);
  return read;
}

}  // namespace sluice::starrocks
