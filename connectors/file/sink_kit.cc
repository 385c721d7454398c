// SPDX-License-Identifier: Apache-2.0
// The LocalFile sink before the laws, in folders of its own.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "file/file_names.h"
#include "file/sink.h"
#include "kit/plugin_case.h"
#include "kit/sink_fixture.h"
#include "kit/sink_rows.h"

namespace sluice::kit {
namespace {

enum class Way : uint8_t { kCommitted, kPartitioned, kAtOnce };

std::string Options(const std::string& folder, Way way) {
  std::string options = fmt::format(R"conf(
path = "{}/target/${{table_name}}"
file_format_type = json
batch_size = 2
)conf",
                                    folder);
  if (way == Way::kPartitioned) {
    options += "have_partition = true\npartition_by = [id]\ntmp_path = \"" + folder + "/aside\"\n";
  }
  if (way == Way::kAtOnce) options += "is_enable_transaction = false\n";
  return options;
}

class FileFixture final : public SinkFixture {
 public:
  explicit FileFixture(Way way) : way_(way) {}
  ~FileFixture() override { static_cast<void>(Env::Default().RemoveTree(folder_)); }

  Status Reset() override {
    if (folder_.empty()) {
      std::string pattern = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
      folder_ = ::mkdtemp(pattern.data());
    }
    RETURN_IF_ERROR(Env::Default().RemoveTree(folder_));
    return Env::Default().MakeDirs(folder_);
  }
  Result<std::unique_ptr<Sink>> Make(Host& /*host*/) override {
    const PluginCase plugin{"LocalFile", PluginKind::kSink, Options(folder_, way_), ""};
    Diagnostics mistakes;
    auto options = file::ParseSinkOptions(ConfigOf(plugin), mistakes);
    if (!options) return Fail(mistakes.ToStatus());
    return std::make_unique<file::FileSink>(std::move(*options));
  }
  Result<Contents> Visible() override {
    Contents out;
    for (const SchemaRef& table : SinkTables()) {
      const std::filesystem::path target = folder_ + "/target/" + table->path.table;
      if (!std::filesystem::exists(target)) continue;
      for (auto at = std::filesystem::recursive_directory_iterator(target);
           at != std::filesystem::recursive_directory_iterator(); ++at) {
        if (at->path().filename().string().starts_with('.')) at.disable_recursion_pending();
        if (!at->is_regular_file()) continue;
        ASSIGN_OR_RETURN(const std::string text, Env::Default().ReadFile(at->path().string()));
        RETURN_IF_ERROR(AddRows(text, at->path(), out[table->path.ToString()]));
      }
    }
    return out;
  }
  Result<int> OpenWork() override {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (entry.is_directory() && entry.path().filename().string().starts_with("T_")) ++count;
    }
    return count;
  }
  std::string WhyNot(const std::string& law) const override {
    if (law == "SinkRefusalsKeepTheSecret") return "files have no secret";
    return "";
  }

 private:
  Status AddRows(const std::string& text, const std::filesystem::path& path, Rows& out) const {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const auto row = nlohmann::json::parse(text.substr(begin, end - begin), nullptr, false);
      if (!row.is_object()) return {Code::kInternal, "no JSON in " + path.string()};
      std::string id = row.contains("id") ? row["id"].dump() : "";
      if (way_ == Way::kPartitioned) {  // the folder tells
        id = path.parent_path().filename().string().substr(std::string_view("id=").size());
      }
      const auto& name = row["name"];
      out.insert(id + "|" + (name.is_null() ? "null" : name.get<std::string>()));
      begin = end + 1;
    }
    return {};
  }

  const Way way_;
  std::string folder_;
};

SinkCase Case(const char* name, Way way) {
  return {name, [way] { return std::make_unique<FileFixture>(way); }};
}

const bool kRegistered =
    Register(Case("LocalFileCommitted", Way::kCommitted)) &&
    Register(Case("LocalFilePartitioned", Way::kPartitioned)) &&
    Register(Case("LocalFileAtOnce", Way::kAtOnce)) &&
    Register(PluginCase{"LocalFile", PluginKind::kSink, Options("/tmp", Way::kCommitted), ""});

}  // namespace
}  // namespace sluice::kit
