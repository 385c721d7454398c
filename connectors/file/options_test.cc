// SPDX-License-Identifier: Apache-2.0
// The options of LocalFile, source and sink: defaults, and every mistake at its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/job_file.h"
#include "file/sink_options.h"
#include "file/source_options.h"

namespace sluice::file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

JobFile Job(const std::string& source, const std::string& sink, Diagnostics& diagnostics) {
  return ParseJobFile(
      Env::Default(),
      "env {}\nsource { LocalFile {\n" + source + " } }\nsink { LocalFile {\n" + sink + " } }",
      {.path = "job.conf"}, diagnostics);
}

std::vector<std::string> Texts(const Diagnostics& diagnostics) {
  std::vector<std::string> out;
  for (const Remark& error : diagnostics.errors()) out.push_back(error.ToString());
  return out;
}

struct Source {
  std::optional<std::vector<TableConfig>> tables;
  std::vector<std::string> errors;
};
Source ParseSource(const std::string& text) {
  Diagnostics diagnostics;
  const JobFile job = Job(text, "", diagnostics);
  Source out;
  out.tables = ParseSourceOptions(job.sources[0], diagnostics);
  out.errors = Texts(diagnostics);
  return out;
}

struct Sink {
  std::optional<SinkOptions> options;
  std::vector<std::string> errors;
};
Sink ParseSink(const std::string& text) {
  Diagnostics diagnostics;
  const JobFile job = Job("", text, diagnostics);
  Sink out;
  out.options = ParseSinkOptions(job.sinks[0], diagnostics);
  out.errors = Texts(diagnostics);
  return out;
}

TEST(FileSourceOptions, TheLeastIsEnough) {
  const Source source = ParseSource("path = /data, file_format_type = text");
  ASSERT_TRUE(source.tables);
  const TableConfig& table = source.tables->front();
  EXPECT_EQ(table.path.ToString(), "default.default.default");
  EXPECT_FALSE(table.schema);
  EXPECT_EQ(table.style.field_delimiter, "\x01");
  EXPECT_EQ(table.style.row_delimiter, "\n");
  EXPECT_EQ(table.style.values.datetime.text(), "yyyy-MM-dd HH:mm:ss");
  EXPECT_TRUE(table.options.parse_partitions);
  EXPECT_EQ(ParseSource("path = /d, file_format_type = csv").tables->front().style.field_delimiter,
            ",");
}

TEST(FileSourceOptions, DelimitersMayBeSpelledWithBackslashes) {
  const Source source = ParseSource(
      "path = /d, file_format_type = text\nfield_delimiter = \"\\\\t\"\n"
      "row_delimiter = \"\\\\r\\\\n\"");
  ASSERT_TRUE(source.tables) << testing::PrintToString(source.errors);
  EXPECT_EQ(source.tables->front().style.field_delimiter, "\t");
  EXPECT_EQ(source.tables->front().style.row_delimiter, "\r\n");
}

TEST(FileSourceOptions, SeveralTablesHaveNamesOfTheirOwn) {
  const std::string table = "{ path = /d, file_format_type = json\n schema { table = \"a.";
  const std::string end = "\", fields { id = int } } }\n";
  const Source good =
      ParseSource("tables_configs = [\n" + table + "x" + end + table + "y" + end + "]");
  ASSERT_TRUE(good.tables) << testing::PrintToString(good.errors);
  EXPECT_EQ(good.tables->size(), 2U);
  EXPECT_THAT(
      ParseSource("tables_configs = [\n" + table + "x" + end + table + "x" + end + "]").errors,
      ElementsAre(HasSubstr("a.x is given twice: set schema.table")));
}

TEST(FileSourceOptions, MistakesAreToldAtTheirPlaceAllAtOnce) {
  const Source source = ParseSource(
      "file_format_type = csv\n"
      "read_columns = [a]\n"
      "csv_use_header_line = true\n"
      "date_format = \"dd.MM.yyyy\"\n"
      "encoding = KLINGON\n"
      "archive_compress_codec = zip\n"
      "compress_codec = lzo\n"
      "file_filter_pattern = \"(\"\n"
      "field_delimiter = \"\\n\"");
  EXPECT_FALSE(source.tables);
  EXPECT_THAT(
      source.errors,
      testing::UnorderedElementsAre(
          HasSubstr("option 'path' is missing"),
          HasSubstr("job.conf:4:16: source 'LocalFile': option 'read_columns' needs a schema"),
          HasSubstr("job.conf:5:23: source 'LocalFile': option 'csv_use_header_line' belongs to"),
          HasSubstr(
              "job.conf:6:15: source 'LocalFile': date_format = \"dd.MM.yyyy\" must be one of"),
          HasSubstr("job.conf:7:12: source 'LocalFile': encoding = KLINGON"),
          HasSubstr("job.conf:8:26: source 'LocalFile': option 'archive_compress_codec' only gz"),
          HasSubstr("job.conf:9:18: source 'LocalFile': option 'compress_codec' lzo"),
          HasSubstr("job.conf:10:23: source 'LocalFile': option 'file_filter_pattern' is no"),
          HasSubstr("job.conf:11:19: source 'LocalFile': field_delimiter must differ")));
  EXPECT_THAT(ParseSource("path = /d, file_format_type = csv, read_columns = [idd]\n"
                          "schema { fields { id = int } }")
                  .errors,
              ElementsAre(HasSubstr("names 'idd', which the schema has not; did you mean 'id'?")));
}

TEST(FileSinkOptions, TheLeastIsEnough) {
  const Sink sink = ParseSink("path = /data");
  ASSERT_TRUE(sink.options);
  EXPECT_EQ(sink.options->format, Format::kCsv);
  EXPECT_EQ(sink.options->file_name_expression, "${transactionId}");
  EXPECT_TRUE(sink.options->transactional);
  EXPECT_EQ(sink.options->batch_size, 1'000'000);
}

TEST(FileSinkOptions, NamesThatWouldReplaceEachOtherAreRefused) {
  const std::string named = "path = /d, custom_filename = true\nfile_name_expression = ";
  EXPECT_THAT(
      ParseSink(named + "\"rows\"").errors,
      ElementsAre(HasSubstr("job.conf:6:24: sink 'LocalFile': file_name_expression: it must "
                            "hold ${transactionId}")));
  EXPECT_THAT(ParseSink(named + "\"rows-${uuid}\"\nis_enable_transaction = false").errors,
              IsEmpty());
  EXPECT_THAT(ParseSink(named + "\"a/${transactionId}\"").errors,
              ElementsAre(HasSubstr("a name of a file holds no /")));
  EXPECT_THAT(ParseSink("path = /d, file_name_expression = \"rows\"").errors, IsEmpty());
}

TEST(FileSinkOptions, CompressionBelongsToParquet) {
  EXPECT_THAT(ParseSink("path = /d, compress_codec = zstd").errors,
              ElementsAre(HasSubstr("csv files are not compressed")));
  EXPECT_THAT(ParseSink("path = /d, file_format_type = parquet, compress_codec = zstd").errors,
              IsEmpty());
}

TEST(FileSinkOptions, FoldersNeedTheirColumns) {
  EXPECT_THAT(ParseSink("path = /d, have_partition = true").errors,
              ElementsAre(HasSubstr("have_partition = true needs the columns")));
  EXPECT_THAT(ParseSink("path = /d, have_partition = true, partition_by = [day]\n"
                        "sink_columns = [id]")
                  .errors,
              ElementsAre(HasSubstr("column 'day' is not among sink_columns")));
  EXPECT_THAT(ParseSink("path = /d, partition_by = [day]").options->partition_by, IsEmpty());
}

}  // namespace
}  // namespace sluice::file
