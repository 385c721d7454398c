// SPDX-License-Identifier: Apache-2.0
// The LocalFile source before the laws, in each format, over files that this fixture writes.
#include <fmt/format.h>

#include <filesystem>

#include "file/source.h"
#include "format/parquet.h"
#include "format/text_values.h"
#include "kit/plugin_case.h"
#include "kit/source_fixture.h"

namespace sluice::kit {
namespace {

using file::Format;

// A column, what it holds in three rows as files spell it, and as it must come.
struct TypeColumn {
  std::string_view name;
  std::string_view type;
  std::string_view file[3];
  std::string_view text[3];
};

constexpr TypeColumn kTypes[] = {
    {"yes", "boolean", {"true", "false", "true"}, {"true", "false", "true"}},
    {"tiny", "tinyint", {"-128", "127", "0"}, {"-128", "127", "0"}},
    {"small", "smallint", {"-32768", "32767", "0"}, {"-32768", "32767", "0"}},
    {"plain", "int", {"-2147483648", "2147483647", "0"}, {"-2147483648", "2147483647", "0"}},
    {"big",
     "bigint",
     {"-9223372036854775808", "9223372036854775807", "0"},
     {"-9223372036854775808", "9223372036854775807", "0"}},
    {"single", "float", {"-3.4028235e38", "0.1", "0"}, {"-3.4028235e+38", "0.1", "0"}},
    {"real",
     "double",
     {"-1.7976931348623157e308", "2.2250738585072014e-308", "0"},
     {"-1.7976931348623157e+308", "2.2250738585072014e-308", "0"}},
    {"exact",
     "decimal(38, 4)",
     {"-9999999999999999999999999999999999.9999", "0.0001", "0"},
     {"-9999999999999999999999999999999999.9999", "0.0001", "0.0000"}},
    {"words", "string", {"", "😀 \"ü\", x", "null"}, {"", "😀 \"ü\", x", "null"}},
    {"day",
     "date",
     {"0001-01-01", "9999-12-31", "1970-01-01"},
     {"0001-01-01", "9999-12-31", "1970-01-01"}},
    {"moment",
     "timestamp",
     {"1969-12-31 23:59:59", "9999-12-31 23:59:59", "1970-01-01 00:00:00"},
     {"1969-12-31 23:59:59", "9999-12-31 23:59:59", "1970-01-01 00:00:00"}},
};

constexpr int kRowsOfFile[] = {9000, 1, 3000};

std::string NameOf(int file, int row) {
  return row % 7 == 0 ? "" : fmt::format("row \"{}\" of, {}", row, file);
}

std::string Schema(std::string_view table) {
  std::string out = fmt::format("schema {{\n  table = \"{}\"\n  columns = [\n", table);
  if (table == "kit.items") {
    out += R"({ name = "id", type = "bigint", nullable = false }
      { name = "name", type = "string" }
      { name = "half", type = "double" } ]
      primaryKey { name = "pk", columnNames = ["id"] } })";
    return out;
  }
  for (const TypeColumn& column : kTypes) {
    out += fmt::format("{{ name = \"{}\", type = \"{}\" }}\n", column.name, column.type);
  }
  return out + "] }";
}

std::string Options(const std::string& folder, Format format) {
  std::string out = "tables_configs = [\n";
  for (const std::string_view table : {"kit.items", "kit.types"}) {
    // A text file has no way to tell an empty text from none.
    if (format == Format::kText && table == "kit.types") continue;
    out += fmt::format("{{ path = \"{}/{}\", file_format_type = {}\n{}\n{} }}\n", folder, table,
                       FormatName(format), Schema(table),
                       format == Format::kCsv ? "csv_use_header_line = true" : "");
  }
  return out + "]";
}

// Writes one value; false: nothing is written for null.
class Line {
 public:
  explicit Line(Format format) : format_(format) {}
  void Add(std::string_view name, std::string_view value, bool text) {
    const bool json = format_ == Format::kJson;
    if (!out_.empty()) out_ += format_ == Format::kText ? "\x01" : ",";
    if (json) out_ += fmt::format("{}\"{}\":", out_.empty() ? "{" : "", name);
    out_ += text && format_ != Format::kText ? Quoted(value) : std::string(value);
  }
  void AddNull(std::string_view name) {
    if (!out_.empty() || any_) out_ += format_ == Format::kText ? "\x01" : ",";
    if (format_ == Format::kJson) out_ += fmt::format("{}\"{}\":null", any_ ? "" : "{", name);
    any_ = true;
  }
  std::string Take() && { return std::move(out_) + (format_ == Format::kJson ? "}\n" : "\n"); }

 private:
  std::string Quoted(std::string_view value) const {
    std::string out = "\"";
    for (const char c : value) {
      if (c == '"') out += format_ == Format::kJson ? '\\' : '"';
      out += c;
    }
    return out + "\"";
  }

  const Format format_;
  std::string out_;
  bool any_ = false;
};

class FileSourceFixture final : public SourceFixture {
 public:
  explicit FileSourceFixture(Format format) : format_(format) {}
  ~FileSourceFixture() override { static_cast<void>(Env::Default().RemoveTree(folder_)); }

  Status Reset() override {
    if (!folder_.empty()) return {};  // nothing changes them
    std::string pattern = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ASSIGN_OR_RETURN(const auto tables, Tables());
    const auto find = [&](std::string_view name) {
      for (const auto& table : tables) {
        if (table.path.ToString() == name) return table.schema;
      }
      return std::optional<sluice::Schema>();
    };
    for (int file = 0; file < 3; ++file) {
      RETURN_IF_ERROR(WriteItems(file, *find("kit.items")));
    }
    if (const auto types = find("kit.types")) RETURN_IF_ERROR(WriteTypes(*types));
    return {};
  }
  Result<std::unique_ptr<Source>> Make(Host& /*host*/) override {
    ASSIGN_OR_RETURN(auto tables, Tables());
    return std::make_unique<file::FileSource>(std::move(tables));
  }
  Result<Contents> Expected() override {
    Contents out;
    for (int file = 0; file < 3; ++file) {
      for (int row = 0; row < kRowsOfFile[file]; ++row) {
        const std::string name = NameOf(file, row);
        const bool null = format_ == Format::kText && name.empty();
        out["kit.items"].insert(
            fmt::format("{}|{}|{}", file * 100'000 + row, null ? "null" : name, row / 2.0));
      }
    }
    if (format_ == Format::kText) return out;
    for (size_t row = 0; row < 4; ++row) {
      std::string text;
      for (const TypeColumn& column : kTypes) {
        text += (text.empty() && column.name == kTypes[0].name ? "" : "|");
        text += row == 3 ? "null" : column.text[row];
        if (row != 3 && column.name == "moment" && format_ == Format::kParquet) text += ".000";
      }
      out["kit.types"].insert(text);
    }
    return out;
  }
  std::string types_table() const override { return format_ == Format::kText ? "" : "kit.types"; }
  size_t boundaries_max() const override { return 40; }
  size_t failed_calls_max() const override { return 40; }
  std::string WhyNot(const std::string& law) const override {
    if (law == "RestartOfTheServerLosesNothing") return "there is no server";
    if (law == "FetchesNoMoreThanItMayHold") {
      return "what there is to read is known when the job begins";
    }
    return "";
  }

 private:
  Result<std::vector<file::TableConfig>> Tables() const {
    const PluginCase plugin{"LocalFile", PluginKind::kSource, Options(folder_, format_), ""};
    Diagnostics mistakes;
    auto tables = file::ParseSourceOptions(ConfigOf(plugin), mistakes);
    if (!tables) return Fail(mistakes.ToStatus());
    return std::move(*tables);
  }
  Status WriteItems(int file, const sluice::Schema& schema) const {
    const std::string path =
        fmt::format("{}/kit.items/{}{}", folder_, file == 2 ? "sub/" : "", file);
    std::string text = format_ == Format::kCsv ? "id,name,half\n" : "";
    ChunkBuilder rows(std::make_shared<sluice::Schema>(schema));
    Parquet parquet(schema);
    for (int row = 0; row < kRowsOfFile[file]; ++row) {
      const std::string name = NameOf(file, row);
      const std::string values[] = {std::to_string(file * 100'000 + row), name,
                                    fmt::format("{}", row / 2.0)};
      if (format_ == Format::kParquet) {
        RETURN_IF_ERROR(parquet.Add({values[0], values[1], values[2]}));
        continue;
      }
      Line line(format_);
      line.Add("id", values[0], false);
      line.Add("name", values[1], true);
      line.Add("half", values[2], false);
      text += std::move(line).Take();
    }
    return Write(path, text, parquet);
  }
  Status WriteTypes(const sluice::Schema& schema) const {
    std::string text;
    Parquet parquet(schema);
    for (const TypeColumn& column : kTypes) {
      if (format_ == Format::kCsv)
        text += fmt::format("{}{}", text.empty() ? "" : ",", column.name);
    }
    if (!text.empty()) text += "\n";
    for (size_t row = 0; row < 4; ++row) {
      Line line(format_);
      std::vector<std::optional<std::string>> values;
      for (const TypeColumn& column : kTypes) {
        const bool quoted =
            column.type == "string" || column.type == "date" || column.type == "timestamp";
        if (row == 3) {
          line.AddNull(column.name);
          values.emplace_back();
        } else {
          line.Add(column.name, column.file[row], quoted);
          values.emplace_back(column.file[row]);
        }
      }
      RETURN_IF_ERROR(parquet.Add(values));
      text += std::move(line).Take();
    }
    return Write(folder_ + "/kit.types/all", text, parquet);
  }

  // Rows given as text, as a parquet file.
  class Parquet {
   public:
    explicit Parquet(const sluice::Schema& schema)
        : rows_(std::make_shared<sluice::Schema>(schema)) {}
    Status Add(const std::vector<std::optional<std::string>>& values) {
      for (size_t i = 0; i < values.size(); ++i) {
        if (!values[i]) {
          rows_.column(i).AppendNull();
        } else if (const auto wrong = ReadValueText(*values[i], {}, rows_.column(i));
                   !wrong.empty()) {
          return {Code::kInternal, wrong};
        }
      }
      rows_.EndRow(RowKind::kInsert);
      if (rows_.full()) chunks_.push_back(rows_.Finish(0));
      return {};
    }
    Result<std::string> Take() {
      if (!rows_.empty()) chunks_.push_back(rows_.Finish(0));
      std::vector<EncodedColumn> columns;
      const auto& all = rows_.schema()->columns;
      for (uint32_t i = 0; i < all.size(); ++i) columns.push_back({i, all[i].name});
      ASSIGN_OR_RETURN(auto encoder, MakeParquetEncoder(*rows_.schema(), columns, {}));
      std::string out;
      for (const ChunkPtr& chunk : chunks_) {
        std::vector<uint32_t> numbers(chunk->rows());
        for (uint32_t row = 0; row < chunk->rows(); ++row) numbers[row] = row;
        RETURN_IF_ERROR(encoder->Append(*chunk, numbers, out));
        RETURN_IF_ERROR(encoder->Flush(out));  // several groups
      }
      RETURN_IF_ERROR(encoder->Finish(out));
      return out;
    }

   private:
    ChunkBuilder rows_;
    std::vector<ChunkPtr> chunks_;
  };

  Status Write(const std::string& path, std::string text, Parquet& parquet) const {
    if (format_ == Format::kParquet) {
      ASSIGN_OR_RETURN(text, parquet.Take());
    }
    RETURN_IF_ERROR(Env::Default().MakeDirs(path.substr(0, path.rfind('/'))));
    return Env::Default().WriteFile(path, text);
  }

  const Format format_;
  std::string folder_;
};

SourceCase Case(const char* name, Format format) {
  return {name, [format] { return std::make_unique<FileSourceFixture>(format); }};
}

const bool kRegistered =
    Register(Case("LocalFileCsv", Format::kCsv)) &&
    Register(Case("LocalFileText", Format::kText)) &&
    Register(Case("LocalFileJson", Format::kJson)) &&
    Register(Case("LocalFileParquet", Format::kParquet)) &&
    Register(PluginCase{"LocalFile", PluginKind::kSource, Options("/tmp", Format::kCsv), ""});

}  // namespace
}  // namespace sluice::kit
