// SPDX-License-Identifier: Apache-2.0
#include "starrocks/labels.h"

#include <fmt/format.h>

#include "base/checksum.h"
#include "engine/planted.h"

namespace sluice::starrocks {
namespace {

// 128 characters less the longest that can follow: two 20-digit numbers, a 10-digit one, a try and
// the table's hash, with their marks.
constexpr size_t kNameMax = 50;
constexpr size_t kHashChars = 17;  // "-" and 16 digits

bool Allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

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
                     parts.attempt, Hex64(Hash64(fmt::format("{}.{}", database, table))));
}

}  // namespace sluice::starrocks
