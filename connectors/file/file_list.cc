// SPDX-License-Identifier: Apache-2.0
#include "file/file_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/regex.h"

namespace sluice::file {
namespace {

// Collects the files below a folder.
class Finder {
 public:
  Finder(Env& env, const SourceOptions& options) : env_(env), options_(options) {}

  Status Find() {
    if (options_.file_filter_pattern) {
      ASSIGN_OR_RETURN(pattern_, Regex::Compile(*options_.file_filter_pattern));
    }
    return Add(options_.path);
  }

  std::vector<FileEntry> files;

 private:
  Status Add(const std::string& path) {
    ASSIGN_OR_RETURN(const FileFacts facts, env_.Stat(path));
    if (!facts.is_folder) {
      ASSIGN_OR_RETURN(const bool wanted, IsWanted(path));
      if (facts.size > 0 && wanted) {
        files.push_back({path, facts.size, facts.modified_micros});
      }
      return {};
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> names, env_.List(path));
    for (const std::string& name : names) {
      if (name.starts_with('.') || name == "_SUCCESS") continue;
      Status status = Add(fmt::format("{}{}{}", path, path.ends_with('/') ? "" : "/", name));
      // A file may go while its folder is looked through.
      if (!status.ok() && status.code() != Code::kNotFound) return status;
    }
    return {};
  }

  Result<bool> IsWanted(const std::string& path) const {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (pattern_) {
      ASSIGN_OR_RETURN(const bool matches, pattern_->MatchesAll(name));
      if (!matches) return false;
    }
    if (options_.filename_extension && !name.ends_with(*options_.filename_extension)) return false;
    return options_.read_partitions.empty() ||
           std::ranges::any_of(options_.read_partitions, [&](const std::string& part) {
             return path.find(part) != std::string::npos;
           });
  }

  Env& env_;
  const SourceOptions& options_;
  std::optional<Regex> pattern_;
};

}  // namespace

Result<std::vector<FileEntry>> ListFiles(Env& env, const SourceOptions& options) {
  Finder finder(env, options);
  const Status status = finder.Find();
  if (status.code() == Code::kNotFound) {
    return Fail(Code::kInvalidConfig,
                fmt::format("source 'LocalFile': path = {}: there is no such file or folder",
                            options.path));
  }
  RETURN_IF_ERROR(status);
  std::ranges::sort(finder.files, {}, &FileEntry::path);
  return std::move(finder.files);
}

Status CheckUnchanged(Env& env, const FileEntry& file) {
  const auto facts = env.Stat(file.path);
  if (!facts && facts.error().code() != Code::kNotFound) return facts.error();
  if (!facts) {
    return {Code::kPositionLost,
            fmt::format("{}: the file is gone since the job began; bring it back, or start anew "
                        "with --fresh",
                        file.path)};
  }
  if (facts->size == file.size && facts->modified_micros == file.modified_micros) return {};
  return {Code::kPositionLost,
          fmt::format("{}: the file has changed since the job began: it had {} bytes and has {}{}; "
                      "bring it back, or start anew with --fresh",
                      file.path, file.size, facts->size,
                      facts->size == file.size ? ", written at another time" : "")};
}

std::vector<Partition> PartitionsOf(const std::string& path) {
  std::vector<Partition> out;
  size_t begin = 0;
  for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', begin)) {
    const std::string part = path.substr(begin, slash - begin);
    if (const size_t equals = part.find('='); equals != std::string::npos && equals > 0) {
      out.push_back({part.substr(0, equals), part.substr(equals + 1)});
    }
    begin = slash + 1;
  }
  return out;
}

}  // namespace sluice::file
