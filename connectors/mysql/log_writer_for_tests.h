// SPDX-License-Identifier: Apache-2.0
// LogWriter: a binary log made by a test, event by event, as a server would send it.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "mysql/binlog/event.h"
#include "mysql/binlog/position.h"

namespace sluice::mysql {

inline constexpr std::string_view kTestUuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

// Rows of tables of two columns: id INT NOT NULL, name VARCHAR(20) of utf8mb4.
struct TestRow {
  int32_t id = 0;
  std::string name;
};

// The columns of an image that may lack some: "-" is lacking, "~" is null.
using ThinImage = std::vector<std::string>;

class LogWriter {
 public:
  explicit LogWriter(std::string file = "binlog.000001") : file_(std::move(file)) {
    // What a connection begins with, wherever it begins.
    Rotate(file_, 4, true);
  }

  // The next file of the log; `restarted`: by another start of the server.
  void NextFile(const std::string& file) {
    Rotate(file, 4, false);
    file_ = file;
    offset_ = 4;
    Format();
  }
  void Format() {
    std::string body;
    Put<uint16_t>(4, body);
    std::string version = "8.0.33";
    version.resize(50, '\0');
    body += version;
    Put<uint32_t>(0, body);
    body += static_cast<char>(kEventHeaderSize);
    body += std::string(41, '\x08');
    body += '\0';  // no checksums
    Put<uint32_t>(0, body);
    Event(EventType::kFormatDescription, body);
  }
  // A transaction's begin. Sequence 0: anonymous. Commit time 0: only that of the event's header.
  void Gtid(uint64_t sequence, uint64_t commit_micros = 0) {
    const ServerUuid uuid = *ParseUuid(kTestUuid);
    std::string body(1, '\0');
    body += sequence == 0 ? std::string(16, '\0') : std::string(uuid.begin(), uuid.end());
    Put<uint64_t>(sequence, body);
    if (commit_micros != 0) {
      body += '\2';                   // logical time follows
      body += std::string(16, '\0');  // last committed, sequence number
      std::string micros;
      Put<uint64_t>(commit_micros, micros);
      body += micros.substr(0, 7);
    }
    transaction_ = offset_;
    Event(sequence == 0 ? EventType::kAnonymousGtid : EventType::kGtid, body);
  }
  void Query(std::string_view sql, std::string_view schema = "shop", bool strict = true) {
    std::string status(1, '\1');  // sql_mode
    Put<uint64_t>(strict ? 1U << 21U : 0, status);
    std::string body;
    Put<uint32_t>(7, body);
    Put<uint32_t>(0, body);
    body += static_cast<char>(schema.size());
    Put<uint16_t>(0, body);
    Put(static_cast<uint16_t>(status.size()), body);
    body.append(status).append(schema).append(1, '\0').append(sql);
    Event(EventType::kQuery, body);
  }
  void Map(uint64_t id, std::string_view table, int columns = 2) {
    std::string body;
    PutId(id, body);
    Put<uint16_t>(1, body);
    body.append(1, '\4').append("shop").append(1, '\0');
    body.append(1, static_cast<char>(table.size())).append(table).append(1, '\0');
    body += static_cast<char>(columns);
    body += '\3';  // INT
    for (int i = 1; i < columns; ++i) body += '\xf';
    body += static_cast<char>(2 * (columns - 1));
    for (int i = 1; i < columns; ++i) Put<uint16_t>(80, body);
    std::string nullable((static_cast<size_t>(columns) + 7) / 8, '\xff');
    nullable[0] = '\xfe';  // all but the first may be null
    body += nullable;
    Event(EventType::kTableMap, body);
  }
  // `columns`: the name comes in all but the first.
  void Insert(uint64_t id, const std::vector<TestRow>& rows, int columns = 2) {
    Rows(EventType::kWriteRows, id, rows, columns);
  }
  void Delete(uint64_t id, const std::vector<TestRow>& rows) {
    Rows(EventType::kDeleteRows, id, rows);
  }
  // Pairs of images, before and after.
  void Update(uint64_t id, const std::vector<TestRow>& images) {
    Rows(EventType::kUpdateRows, id, images);
  }
  // Updates take pairs of images; what the first has or lacks, all of its kind do.
  void Thin(EventType type, uint64_t id, const std::vector<ThinImage>& images) {
    const size_t kinds = type == EventType::kUpdateRows ? 2 : 1;
    std::string body;
    PutId(id, body);
    Put<uint16_t>(1, body);
    Put<uint16_t>(2, body);
    body += static_cast<char>(images[0].size());
    for (size_t kind = 0; kind < kinds; ++kind) {
      body += Bits(images[kind], [](const std::string& value) { return value != "-"; });
    }
    for (const ThinImage& image : images) PutThin(image, body);
    Event(type, body);
  }
  void Xid() { Event(EventType::kXid, std::string(8, '\1')); }
  void XaPrepare(std::string_view gtrid) {
    std::string body(1, '\0');
    Put<uint32_t>(1, body);
    Put<uint32_t>(static_cast<uint32_t>(gtrid.size()), body);
    Put<uint32_t>(0, body);
    body += gtrid;
    Event(EventType::kXaPrepare, body);
  }
  void HeartbeatAt(uint64_t position) {
    Raw(EventType::kHeartbeat, file_, static_cast<uint32_t>(position), 0);
  }

  // A whole transaction of inserts into one table.
  void InsertAll(uint64_t sequence, uint64_t id, std::string_view table,
                 const std::vector<TestRow>& rows) {
    Gtid(sequence);
    Query("BEGIN");
    Map(id, table);
    Insert(id, rows);
    Xid();
  }

  uint64_t offset() const { return offset_; }            // behind the last event
  uint64_t transaction() const { return transaction_; }  // where the last one begins
  const std::vector<std::string>& events() const { return events_; }
  // The same log as a connection from `offset` on sees it. REQUIRES: an event begins there.
  std::vector<std::string> From(uint64_t offset) const {
    std::vector<std::string> out;
    for (size_t i = 0; i < events_.size(); ++i) {
      if (i == 0 || begins_[i] >= offset) out.push_back(events_[i]);
    }
    LogWriter start(file_);
    start.events_.clear();
    start.Rotate(file_, offset, true);
    out[0] = start.events_[0];
    return out;
  }

 private:
  template <typename T>
  static void Put(T value, std::string& out) {
    out.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  static void PutId(uint64_t id, std::string& out) {
    out.append(reinterpret_cast<const char*>(&id), 6);
  }
  static void PutRow(const TestRow& row, int columns, std::string& out) {
    out += '\0';
    Put(row.id, out);
    for (int i = 1; i < columns; ++i) {
      out += static_cast<char>(row.name.size());
      out += row.name;
    }
  }
  template <typename Is>
  static std::string Bits(const ThinImage& image, Is is) {
    std::string bits((image.size() + 7) / 8, '\0');
    for (size_t i = 0; i < image.size(); ++i) {
      if (is(image[i])) bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << i % 8);
    }
    return bits;
  }
  static void PutThin(const ThinImage& image, std::string& out) {
    ThinImage present = image;
    std::erase(present, "-");
    out += Bits(present, [](const std::string& value) { return value == "~"; });
    for (size_t i = 0; i < image.size(); ++i) {
      if (image[i] == "-" || image[i] == "~") continue;
      if (i == 0) {
        Put<int32_t>(std::stoi(image[i]), out);
      } else {
        out += static_cast<char>(image[i].size());
        out += image[i];
      }
    }
  }
  void Rows(EventType type, uint64_t id, const std::vector<TestRow>& rows, int columns = 2) {
    std::string body;
    PutId(id, body);
    Put<uint16_t>(1, body);
    Put<uint16_t>(2, body);
    body += static_cast<char>(columns);
    const auto present = static_cast<char>((1 << columns) - 1);
    body += type == EventType::kUpdateRows ? std::string(2, present) : std::string(1, present);
    for (const TestRow& row : rows) PutRow(row, columns, body);
    Event(type, body);
  }
  void Rotate(const std::string& file, uint64_t position, bool artificial) {
    std::string body;
    Put<uint64_t>(position, body);
    body += file;
    if (artificial) {
      Raw(EventType::kRotate, body, 0, 0x20);
    } else {
      Event(EventType::kRotate, body);
    }
  }
  void Event(EventType type, const std::string& body) {
    const uint64_t begin = offset_;
    offset_ += kEventHeaderSize + body.size();
    Raw(type, body, static_cast<uint32_t>(offset_), 0);
    begins_.back() = begin;
  }
  void Raw(EventType type, const std::string& body, uint32_t next, uint16_t flags) {
    std::string event;
    Put<uint32_t>(1'700'000'000, event);
    event += static_cast<char>(type);
    Put<uint32_t>(1, event);
    Put(static_cast<uint32_t>(kEventHeaderSize + body.size()), event);
    Put(next, event);
    Put(flags, event);
    events_.push_back(event + body);
    begins_.push_back(offset_);
  }

  std::string file_;
  uint64_t offset_ = 4;
  uint64_t transaction_ = 4;
  std::vector<std::string> events_;
  std::vector<uint64_t> begins_;
};

}  // namespace sluice::mysql
