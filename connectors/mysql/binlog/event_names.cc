// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "mysql/binlog/event.h"

namespace sluice::mysql {
namespace {

constexpr std::pair<EventType, std::string_view> kNames[] = {
    {EventType::kQuery, "QUERY"},
    {EventType::kStop, "STOP"},
    {EventType::kRotate, "ROTATE"},
    {EventType::kIntvar, "INTVAR"},
    {EventType::kAppendBlock, "APPEND_BLOCK"},
    {EventType::kDeleteFile, "DELETE_FILE"},
    {EventType::kRand, "RAND"},
    {EventType::kUserVar, "USER_VAR"},
    {EventType::kFormatDescription, "FORMAT_DESCRIPTION"},
    {EventType::kXid, "XID"},
    {EventType::kBeginLoadQuery, "BEGIN_LOAD_QUERY"},
    {EventType::kExecuteLoadQuery, "EXECUTE_LOAD_QUERY"},
    {EventType::kTableMap, "TABLE_MAP"},
    {EventType::kWriteRowsV1, "WRITE_ROWS_V1"},
    {EventType::kUpdateRowsV1, "UPDATE_ROWS_V1"},
    {EventType::kDeleteRowsV1, "DELETE_ROWS_V1"},
    {EventType::kIncident, "INCIDENT"},
    {EventType::kHeartbeat, "HEARTBEAT"},
    {EventType::kIgnorable, "IGNORABLE"},
    {EventType::kRowsQuery, "ROWS_QUERY"},
    {EventType::kWriteRows, "WRITE_ROWS"},
    {EventType::kUpdateRows, "UPDATE_ROWS"},
    {EventType::kDeleteRows, "DELETE_ROWS"},
    {EventType::kGtid, "GTID"},
    {EventType::kAnonymousGtid, "ANONYMOUS_GTID"},
    {EventType::kPreviousGtids, "PREVIOUS_GTIDS"},
    {EventType::kTransactionContext, "TRANSACTION_CONTEXT"},
    {EventType::kViewChange, "VIEW_CHANGE"},
    {EventType::kXaPrepare, "XA_PREPARE"},
    {EventType::kPartialUpdateRows, "PARTIAL_UPDATE_ROWS"},
    {EventType::kTransactionPayload, "TRANSACTION_PAYLOAD"},
    {EventType::kHeartbeatV2, "HEARTBEAT_V2"},
    {EventType::kAnnotateRows, "ANNOTATE_ROWS"},
    {EventType::kBinlogCheckpoint, "BINLOG_CHECKPOINT"},
    {EventType::kMariadbGtid, "MARIADB_GTID"},
    {EventType::kMariadbGtidList, "MARIADB_GTID_LIST"},
    {EventType::kStartEncryption, "START_ENCRYPTION"},
    {EventType::kQueryCompressed, "QUERY_COMPRESSED"},
    {EventType::kWriteRowsCompressedV1, "WRITE_ROWS_COMPRESSED_V1"},
    {EventType::kUpdateRowsCompressedV1, "UPDATE_ROWS_COMPRESSED_V1"},
    {EventType::kDeleteRowsCompressedV1, "DELETE_ROWS_COMPRESSED_V1"},
    {EventType::kWriteRowsCompressed, "WRITE_ROWS_COMPRESSED"},
    {EventType::kUpdateRowsCompressed, "UPDATE_ROWS_COMPRESSED"},
    {EventType::kDeleteRowsCompressed, "DELETE_ROWS_COMPRESSED"},
};

}  // namespace

std::string_view EventTypeName(EventType type) {
  const auto found =
      std::ranges::find(kNames, type, &std::pair<EventType, std::string_view>::first);
  return found == std::end(kNames) ? "UNKNOWN" : found->second;
}

}  // namespace sluice::mysql
