// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/dump.h"

#include <fmt/format.h>

#include <unordered_map>

#include "data/text.h"
#include "mysql/binlog/file_reader.h"
#include "mysql/binlog/position.h"
#include "mysql/binlog/row_decoder.h"

namespace sluice::mysql {
namespace {

constexpr uint32_t kBinaryCollation = 63;

std::string WhenText(uint32_t seconds) {
  std::string out;
  AppendTimestamp(int64_t{seconds} * 1'000'000, 0, out);
  return out;
}

struct Described {
  std::unique_ptr<RowPlan> plan;
  std::string problem;  // why its rows cannot be shown
};

class Dumper {
 public:
  explicit Dumper(std::ostream& out) : out_(out) {}

  Status Print(const LogEvent& event, uint64_t offset, bool inside) {
    out_ << fmt::format("{:>10} {} {}", inside ? std::string("+") : fmt::format("{}", offset),
                        WhenText(event.header.timestamp), EventTypeName(event.header.type));
    if (const auto* gtid = std::get_if<Gtid>(&event.body); gtid != nullptr && gtid->domain) {
      return Line(MariadbGtid{*gtid->domain, event.header.server_id, gtid->sequence}.ToString());
    }
    return std::visit([&](const auto& body) { return Body(body); }, event.body);
  }

 private:
  Status Line(const std::string& text) {
    out_ << (text.empty() ? "" : " ") << text << '\n';
    return {};
  }

  Status Body(const IgnoredEvent&) { return Line(""); }
  Status Body(const FormatDescription& format) {
    return Line(fmt::format("server {} checksum {}", format.server_version,
                            format.checksum == ChecksumAlgorithm::kCrc32 ? "CRC32" : "NONE"));
  }
  Status Body(const Rotate& rotate) {
    return Line(fmt::format("to {}:{}", rotate.file, rotate.position));
  }
  Status Body(const Query& query) { return Line(fmt::format("[{}] {}", query.schema, query.sql)); }
  Status Body(const Xid& xid) { return Line(fmt::format("{}", xid.xid)); }
  Status Body(const Gtid& gtid) {
    if (gtid.anonymous) return Line("");
    return Line(fmt::format("{}:{}", UuidText(UuidOf(gtid.source_uuid)), gtid.sequence));
  }
  Status Body(const PreviousGtids& previous) {
    ASSIGN_OR_RETURN(const GtidSet set, GtidSet::Decode(previous.encoded));
    return Line(set.ToString());
  }
  Status Body(const RowsQuery& query) { return Line(std::string(query.sql)); }
  Status Body(const Heartbeat& beat) {
    return Line(fmt::format("{}:{}", beat.file, beat.position));
  }
  Status Body(const Incident& incident) { return Line(std::string(incident.message)); }
  Status Body(const XaPrepare& prepare) {
    return Line(prepare.one_phase ? "one phase" : "two phases");
  }
  Status Body(const TransactionPayload& payload) {
    RETURN_IF_ERROR(Line(
        fmt::format("{} bytes, {} inside", payload.payload.size(), payload.uncompressed_size)));
    ASSIGN_OR_RETURN(PayloadReader reader, PayloadReader::Open(payload));
    while (true) {
      ASSIGN_OR_RETURN(const std::optional<LogEvent> inner, reader.Next());
      if (!inner) return {};
      RETURN_IF_ERROR(Print(*inner, 0, true));
    }
  }

  Status Body(const TableMapView& view) {
    Described& table = tables_[view.table_id];
    if (!table.plan || !table.plan->Fits(view)) {
      table = {};
      ASSIGN_OR_RETURN(const TableMap map, TableMap::Parse(view));
      auto def = DescribeFromLog(map);
      auto plan = def ? RowPlan::Make(view, *def) : Fail(def.error());
      if (plan) {
        table.plan = std::make_unique<RowPlan>(std::move(*plan));
      } else {
        table.problem = plan.error().ToString();
      }
    }
    return Line(fmt::format("{}.{} as {}", view.database, view.table, view.table_id));
  }

  Status Body(const RowsEvent& event) {
    const auto found = tables_.find(event.table_id);
    if (found == tables_.end()) return Line(fmt::format("of the unknown table {}", event.table_id));
    if (!found->second.plan) return Line("not shown: " + found->second.problem);
    RowPlan& plan = *found->second.plan;
    RETURN_IF_ERROR(Line(plan.table()->path.ToString()));
    RowsReader rows(event, plan);
    while (!rows.done()) {
      ChunkBuilder builder(plan.table()->schema);
      const auto made = rows.Append(builder);
      if (!made && made.error().code() == Code::kCorruption) return made.error();
      if (!made) {
        out_ << fmt::format("           not shown: {}\n", made.error().ToString());
        return {};
      }
      const ChunkPtr chunk = builder.Finish(0);
      for (uint32_t row = 0; row < *made; ++row) PrintRow(*chunk, row);
    }
    return {};
  }

  void PrintRow(const Chunk& chunk, uint32_t row) {
    std::string text;
    for (size_t i = 0; i < chunk.column_count(); ++i) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", chunk.schema()->columns[i].name,
                          ValueText(chunk.column(i), row));
    }
    out_ << fmt::format("           {} {{{}}}\n", RowKindSign(chunk.kind(row)), text);
  }

  std::ostream& out_;
  std::unordered_map<uint64_t, Described> tables_;
};

std::string_view BlobName(uint32_t length_bytes, bool binary) {
  static constexpr std::string_view kBlobs[] = {"tinyblob", "blob", "mediumblob", "longblob"};
  static constexpr std::string_view kTexts[] = {"tinytext", "text", "mediumtext", "longtext"};
  const size_t index = std::min<size_t>(length_bytes == 0 ? 0 : length_bytes - 1, 3);
  return binary ? kBlobs[index] : kTexts[index];
}

ColumnFacts FactsOf(const MappedColumn& mapped, size_t index) {
  ColumnFacts facts;
  facts.name = mapped.name.empty() ? fmt::format("@{}", index + 1) : mapped.name;
  facts.nullable = mapped.nullable;
  const bool binary = mapped.collation == kBinaryCollation;
  const Charset* charset = Charset::OfCollation(mapped.collation.value_or(0));
  if (charset != nullptr) facts.charset = std::string(charset->name());
  const auto name = [&]() -> std::string_view {
    switch (mapped.type) {
      case WireType::kTiny:
        return "tinyint";
      case WireType::kShort:
        return "smallint";
      case WireType::kInt24:
        return "mediumint";
      case WireType::kLong:
        return "int";
      case WireType::kLongLong:
        return "bigint";
      case WireType::kFloat:
        return "float";
      case WireType::kDouble:
        return "double";
      case WireType::kNewDecimal:
        return "decimal";
      case WireType::kBit:
        return "bit";
      case WireType::kYear:
        return "year";
      case WireType::kDate:
      case WireType::kNewDate:
        return "date";
      case WireType::kTime:
      case WireType::kTime2:
        return "time";
      case WireType::kDateTime:
      case WireType::kDateTime2:
        return "datetime";
      case WireType::kTimestamp:
      case WireType::kTimestamp2:
        return "timestamp";
      case WireType::kVarchar:
      case WireType::kVarString:
      case WireType::kVarcharCompressed:
        return binary ? "varbinary" : "varchar";
      case WireType::kString:
        return binary ? "binary" : "char";
      case WireType::kEnum:
        return "enum";
      case WireType::kSet:
        return "set";
      case WireType::kJson:
        return "json";
      case WireType::kGeometry:
        return "geometry";
      default:
        return BlobName(mapped.length, binary);
    }
  }();
  facts.data_type = name;
  facts.column_type = std::string(name) + (mapped.is_unsigned.value_or(false) ? " unsigned" : "");
  facts.precision = facts.octet_length = facts.datetime_precision = mapped.length;
  facts.scale = mapped.scale;
  return facts;
}

}  // namespace

Result<TableDefRef> DescribeFromLog(const TableMap& map) {
  TableFacts facts;
  facts.path = {map.database, "", map.table};
  for (size_t i = 0; i < map.columns.size(); ++i) {
    const MappedColumn& mapped = map.columns[i];
    ColumnFacts column = FactsOf(mapped, i);
    const bool labelled = mapped.type == WireType::kEnum || mapped.type == WireType::kSet;
    if (labelled) {
      const Charset* charset = Charset::Find(column.charset.value_or("utf8mb4"));
      RETURN_IF_ERROR(charset->Prepare());
      const size_t count = mapped.labels.empty() ? 64 : mapped.labels.size();
      std::string list;
      for (size_t n = 0; n < count; ++n) {
        std::string label = fmt::format("{}", n + 1);
        if (!mapped.labels.empty()) {
          label.clear();
          charset->AppendUtf8(mapped.labels[n], label);
        }
        list += (list.empty() ? "'" : ",'") + label + "'";
      }
      column.column_type += "(" + list + ")";
    }
    facts.columns.push_back(std::move(column));
  }
  for (const uint32_t index : map.primary_key) {
    facts.primary_key.push_back(facts.columns[index].name);
  }
  return MakeTable(facts, {.int_type_narrowing = false, .zone = {}});
}

Status DumpBinlog(std::string_view bytes, std::ostream& out) {
  ASSIGN_OR_RETURN(LogFile file, LogFile::Open(bytes));
  EventParser parser;
  Dumper dumper(out);
  while (true) {
    const uint64_t offset = file.offset();
    const auto at = [&](const Status& status) {
      return status.In(fmt::format("event at {}", offset));
    };
    auto raw = file.Next();
    if (!raw) return at(raw.error());
    if (!*raw) return {};
    auto event = parser.Parse(**raw);
    if (!event && event.error().code() == Code::kUnsupported) {
      out << fmt::format("{:>10} {}\n", offset, event.error().ToString());
      continue;
    }
    if (!event) return at(event.error());
    if (const Status status = dumper.Print(*event, offset, false); !status.ok()) return at(status);
  }
}

}  // namespace sluice::mysql
