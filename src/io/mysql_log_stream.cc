// SPDX-License-Identifier: Apache-2.0
#include "io/mysql_log_stream.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "io/mysql_packets.h"

namespace sluice {
namespace {

constexpr uint16_t kThroughGtid = 0x04;
constexpr int kMissedHeartbeatsMax = 3;

template <typename T>
void Put(T value, std::string& out) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool ParseNumber(std::string_view text, uint64_t& out) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

bool PutUuid(std::string_view text, std::string& out) {
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits += c;
  }
  if (digits.size() != 32) return false;
  for (size_t i = 0; i < 32; i += 2) {
    uint8_t byte = 0;
    const auto parsed = std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
    if (parsed.ptr != digits.data() + i + 2) return false;
    out += static_cast<char>(byte);
  }
  return true;
}

// "uuid:1-5:7" as uuid, number of intervals, and [first, behind the last) of each.
bool PutServer(std::string_view text, std::string& out) {
  const auto parts = Split(text, ':');
  if (parts.size() < 2 || !PutUuid(parts[0], out)) return false;
  Put<uint64_t>(parts.size() - 1, out);
  for (size_t i = 1; i < parts.size(); ++i) {
    const size_t dash = parts[i].find('-');
    uint64_t first = 0;
    uint64_t last = 0;
    if (!ParseNumber(parts[i].substr(0, dash), first)) return false;
    last = first;
    if (dash != std::string_view::npos && !ParseNumber(parts[i].substr(dash + 1), last)) {
      return false;
    }
    Put(first, out);
    Put(last + 1, out);
  }
  return true;
}

std::string EncodeFileDump(const LogStart& start) {
  const bool found = start.mariadb_gtids.has_value();  // the server finds the place
  std::string out;
  Put(found ? uint32_t{4} : static_cast<uint32_t>(start.position), out);
  Put<uint16_t>(0, out);
  Put(start.server_id, out);
  return out + (found ? "" : start.file);
}

// What a replica tells of itself before it asks. MySQL takes MariaDB's words for variables of ours.
std::vector<std::string> Introduction(const LogStart& start) {
  const auto heartbeat =
      std::chrono::duration_cast<std::chrono::nanoseconds>(start.heartbeat).count();
  std::vector<std::string> out = {
      fmt::format("SET @master_heartbeat_period = {0}, @source_heartbeat_period = {0}", heartbeat),
      "SET @master_binlog_checksum = @@global.binlog_checksum, "
      "@source_binlog_checksum = @@global.binlog_checksum",
      "SET @slave_uuid = UUID(), @replica_uuid = @slave_uuid",
      "SET @mariadb_slave_capability = 4",  // knows transactions by domain
  };
  if (start.mariadb_gtids) {
    // Strict: a transaction that the log does not hold is an error, not a place nearby.
    out.push_back(
        fmt::format("SET @slave_connect_state = '{}', @slave_gtid_strict_mode = 1, "
                    "@slave_gtid_ignore_duplicates = 0",
                    *start.mariadb_gtids));
  }
  return out;
}

class MysqlLogStream final : public LogStream {
 public:
  explicit MysqlLogStream(std::unique_ptr<MysqlConnection> connection)
      : connection_(std::move(connection)), plain_(connection_->plain()) {}

  Status Begin(const LogStart& start) {
    for (const std::string& sql : Introduction(start)) {
      RETURN_IF_ERROR(connection_->Execute(sql));
    }
    std::string command = EncodeFileDump(start);
    if (start.gtid_set) {
      ASSIGN_OR_RETURN(command, EncodeGtidDump(start.server_id, *start.gtid_set));
    }
    const auto number =
        static_cast<enum_server_command>(start.gtid_set ? kBinlogDumpGtid : kBinlogDump);
    MYSQL* mysql = connection_->handle();
    if (mysql->methods->db_command(mysql, number, command.data(), command.size(), 1, nullptr) !=
        0) {
      return connection_->Error("asking for the binary log");
    }
    return {};
  }

  Result<std::string_view> Next() override {
    ASSIGN_OR_RETURN(const std::string_view packet, plain_ ? NextPlain() : NextOfLibrary());
    const char kind = packet.empty() ? kEnd : packet[0];
    if (kind == kEvent) return packet.substr(1);
    if (kind == kFailure) return Fail(connection_->ErrorTold(packet.substr(1), kDoing));
    return Fail(Code::kUnavailable, "the server ended the stream of its binary log");
  }

  bool has_next() const override { return packets_.whole(); }

  void Interrupt() override { connection_->Interrupt(); }

 private:
  static constexpr int kBinlogDump = 0x12;
  static constexpr int kBinlogDumpGtid = 0x1e;
  static constexpr char kEvent = '\0';
  static constexpr char kFailure = '\xff';
  static constexpr char kEnd = '\xfe';
  static constexpr std::string_view kDoing = "reading the binary log";

  // The library reads 16 KiB at once and each event with three calls; events are small and many.
  Result<std::string_view> NextPlain() {
    while (true) {
      ASSIGN_OR_RETURN(const auto packet, packets_.Next());
      if (packet) return *packet;
      ASSIGN_OR_RETURN(const size_t count, connection_->Receive(packets_.Room(), kDoing));
      packets_.Received(count);
    }
  }

  Result<std::string_view> NextOfLibrary() {
    RETURN_IF_ERROR(connection_->CheckUsable());
    MYSQL* mysql = connection_->handle();
    const unsigned long size = mysql_net_read_packet(mysql);
    if (size == packet_error) return Fail(connection_->Error(kDoing));
    return std::string_view(reinterpret_cast<const char*>(mysql->net.read_pos), size);
  }

  std::unique_ptr<MysqlConnection> connection_;
  const bool plain_;
  PacketBuffer packets_;  // while plain_
};

}  // namespace

Result<std::string> EncodeGtidDump(uint32_t server_id, const std::string& gtid_set) {
  std::string text;
  for (const char c : gtid_set) {
    if (c != ' ' && c != '\n' && c != '\r') text += c;
  }
  std::string set;
  const auto servers = Split(text, ',');
  Put<uint64_t>(servers.size(), set);
  for (const std::string_view server : servers) {
    if (!PutServer(server, set)) {
      return Fail(Code::kInternal, fmt::format("'{}' is no GTID set", gtid_set));
    }
  }
  std::string out;
  Put(kThroughGtid, out);
  Put(server_id, out);
  Put<uint32_t>(0, out);  // no file name: the server finds the file
  Put<uint64_t>(4, out);
  Put(static_cast<uint32_t>(set.size()), out);
  return out + set;
}

Result<std::unique_ptr<LogStream>> OpenMysqlLog(const SqlEndpoint& endpoint,
                                                const LogStart& start) {
  if (start.position > UINT32_MAX && !start.gtid_set && !start.mariadb_gtids) {
    return Fail(Code::kUnsupported,
                fmt::format("{}:{} lies beyond 4 GiB, where the protocol can begin only with GTIDs",
                            start.file, start.position));
  }
  ASSIGN_OR_RETURN(auto connection,
                   MysqlConnection::Open(endpoint, start.heartbeat * kMissedHeartbeatsMax));
  auto stream = std::make_unique<MysqlLogStream>(std::move(connection));
  RETURN_IF_ERROR(stream->Begin(start));
  return stream;
}

}  // namespace sluice
