// SPDX-License-Identifier: Apache-2.0
// A LogReader over a scripted log, and what came out of it as text.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "mysql/log_reader.h"
#include "mysql/log_writer_for_tests.h"
#include "mysql/scripted_client_for_tests.h"

namespace sluice::mysql {

inline TableFacts Facts(const std::string& table, int columns = 2) {
  TableFacts facts;
  facts.path = {"shop", "", table};
  facts.columns = {{.name = "id", .data_type = "int", .column_type = "int", .nullable = false}};
  for (int i = 1; i < columns; ++i) {
    facts.columns.push_back({.name = i == 1 ? "name" : "more",
                             .data_type = "varchar",
                             .column_type = "varchar(20)",
                             .charset = "utf8mb4",
                             .octet_length = 80});
  }
  facts.primary_key = {"id"};
  facts.charset = "utf8mb4";
  return facts;
}

class Rows final : public Emitter {
 public:
  void Emit(Event event) override {
    const ChunkPtr chunk = std::get<ChunkPtr>(event);
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      std::string text = chunk->schema()->path.table;
      text += " ";
      text += RowKindName(chunk->kind(row));
      for (size_t i = 0; i < chunk->column_count(); ++i) {
        text += " " + ValueText(chunk->column(i), row);
      }
      rows.push_back(text);
      committed.push_back(chunk->commit_micros(row));
      read.push_back(chunk->read_micros);
    }
  }
  bool full() const override { return rows.size() >= rows_max; }

  std::vector<std::string> rows;
  std::vector<int64_t> committed;  // of each row
  std::vector<int64_t> read;
  size_t rows_max = SIZE_MAX;
};

class LogReaderTest : public testing::Test {
 protected:
  LogReaderTest() { AnswerAsGoodServer(client_, std::string(kTestUuid), true, Executed()); }

  static std::string Executed() { return std::string(kTestUuid) + ":1-1000"; }
  static LogPosition Start(uint64_t offset = 4) {
    LogPosition position;
    position.server_uuid = kTestUuid;
    position.file = "binlog.000001";
    position.tx_offset = offset;
    return position;
  }
  void Open(LogSplit split) {
    LogReaderSetup setup{ctx_, options_, convert_, 99, {}};
    for (const auto& [path, facts] : split.tables) {
      output_.emplace(path, (*MakeTable(facts, {}))->schema);
    }
    setup.output = output_;
    auto reader = LogReader::Open(std::move(setup), std::move(split));
    ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
    reader_ = std::move(*reader);
  }
  void OpenAt(const LogPosition& position, const std::vector<std::string>& tables = {"goods"}) {
    LogSplit split{position, {}, {}};
    for (const std::string& table : tables) split.tables[{"shop", "", table}] = Facts(table);
    Open(std::move(split));
  }
  LogSplit Saved() {
    EXPECT_TRUE(reader_->Flush(rows_).ok());
    return std::get<LogSplit>(*DecodeSplit(reader_->Save().position));
  }
  // Reads until `done`, or an error, which it returns.
  Status ReadUntil(const std::function<bool()>& done) {
    while (!done()) {
      const auto poll = reader_->Read(rows_, Env::Default().Now());
      if (!poll) return poll.error();
      if (*poll == Poll::kSchemaChange) {
        RETURN_IF_ERROR(Take());
        continue;
      }
      if (*poll == Poll::kIdle) {
        static_cast<void>(CancelToken().WaitFor(std::chrono::milliseconds(1)));
      }
      EXPECT_TRUE(reader_->Flush(rows_).ok());
    }
    return {};
  }
  // At a change of schema: what comes before it can be saved, and then the change.
  Status Take() {
    before_change_ = Saved();
    const auto change = reader_->TakeSchemaChange();
    if (!change) return change.error();
    std::string text = "change " + change->after->path.table + ":";
    for (const ColumnInfo& column : change->after->columns) {
      text += " " + column.name + " " + column.type.ToString();
      if (column.initial) text += " = " + *column.initial;
    }
    rows_.rows.push_back(text);
    output_[change->after->path] = change->after;
    return {};
  }
  Status ReadTo(uint64_t offset) {
    return ReadUntil([&] { return Saved().position.tx_offset >= offset; });
  }
  Status ReadToError() {
    return ReadUntil([] { return false; });
  }

  ScriptedClient client_;
  NoHttp http_;
  NoPhases phases_;
  Context ctx_{Env::Default(), http_, client_, phases_, {}, "job", "id"};
  MysqlCdcOptions options_;
  ConvertOptions convert_;
  Rows rows_;
  std::map<TablePath, SchemaRef> output_;  // as the engine would restore it
  LogSplit before_change_;                 // saved at the last change
  std::unique_ptr<Reader> reader_;
};

}  // namespace sluice::mysql
