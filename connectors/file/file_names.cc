// SPDX-License-Identifier: Apache-2.0
#include "file/file_names.h"

#include <fmt/format.h>

#include <charconv>
#include <ctime>

#include "base/checksum.h"
#include "config/placeholders.h"
#include "data/text.h"

namespace sluice::file {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

// The time of the machine's zone in a form; nothing when `form` is none.
std::optional<std::string> FormatLocal(std::string_view form, int64_t now) {
  const auto pattern = TimePattern::Parse(form);
  if (!pattern) return std::nullopt;
  const time_t seconds = now / kMicrosPerSecond;
  tm local{};
  ::localtime_r(&seconds, &local);
  const int32_t days = DaysFromCivil(local.tm_year + 1900, static_cast<unsigned>(local.tm_mon) + 1,
                                     static_cast<unsigned>(local.tm_mday));
  const int64_t of_day =
      (int64_t{local.tm_hour} * 3600 + local.tm_min * 60 + local.tm_sec) * kMicrosPerSecond;
  std::string out;
  pattern->Append(days, of_day + now % kMicrosPerSecond, out);
  return out;
}

}  // namespace

std::string TransactionsFolder(const std::optional<std::string>& tmp_path,
                               const std::string& target, std::string_view job_id) {
  const std::string root =
      tmp_path ? *tmp_path + "/seatunnel" : fmt::format("{}/{}", target, kTmpFolder);
  return fmt::format("{}/{}/{}", root, job_id, Hex64(Hash64(target)));
}

std::string CheckNameExpression(const std::string& expression, const std::string& time_format) {
  std::string wrong;
  if (!TimePattern::Parse(time_format)) {
    return fmt::format("filename_time_format = {} is no form of a time such as yyyy.MM.dd",
                       time_format);
  }
  const std::string rest =
      ReplacePlaceholders(expression, [&](std::string_view name, std::optional<std::string_view>) {
        const bool known = name == "transactionId" || name == "uuid" || name == "now" ||
                           TimePattern::Parse(name).has_value();
        if (!known && wrong.empty()) {
          wrong = fmt::format(
              "${{{}}} is none of transactionId, uuid, now, or a time such as "
              "yyyyMMdd",
              name);
        }
        return std::optional<std::string>("x");
      });
  if (wrong.empty() && rest.find('/') != std::string::npos) {
    wrong = "a name of a file holds no /; folders come from path and partition_by";
  }
  return wrong;
}

std::string ExpandName(const std::string& expression, const std::string& time_format,
                       const std::string& transaction_id, uint64_t uuid, int64_t now) {
  return ReplacePlaceholders(
      expression,
      [&](std::string_view name, std::optional<std::string_view>) -> std::optional<std::string> {
        if (name == "transactionId") return transaction_id;
        if (name == "uuid") return Hex64(uuid);
        return FormatLocal(name == "now" ? std::string_view(time_format) : name, now);
      });
}

std::string Extension(const SinkOptions& options) {
  if (options.filename_extension) return *options.filename_extension;
  std::string codec;
  switch (options.compress_codec) {
    case Codec::kSnappy:
      codec = ".snappy";
      break;
    case Codec::kLz4:
      codec = ".lz4";
      break;
    case Codec::kGzip:
      codec = ".gz";
      break;
    case Codec::kBrotli:
      codec = ".br";
      break;
    case Codec::kZstd:
      codec = ".zstd";
      break;
    default:
      break;
  }
  return fmt::format("{}.{}", codec,
                     options.format == Format::kText ? "txt" : FormatName(options.format));
}

}  // namespace sluice::file
