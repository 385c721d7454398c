// SPDX-License-Identifier: Apache-2.0
#include "mysql/ddl/session.h"

#include "mysql/binlog/cursor.h"

namespace sluice::mysql {
namespace {

enum StatusCode : uint8_t {
  kFlags2 = 0,
  kSqlMode = 1,
  kCatalog = 2,
  kAutoIncrement = 3,
  kCharset = 4,
  kTimeZone = 5,
  kCatalogNz = 6,
  kLocale = 7,
  kCharsetDatabase = 8,
  kTableMapForUpdate = 9,
  kSourceDataWritten = 10,
  kInvoker = 11,
  kUpdatedDatabases = 12,
  kMicroseconds = 13,
  kExplicitTimestamps = 16,
  kXid = 17,
  kUtf8mb4Collation = 18,
  kRequirePrimaryKey = 19,
  kTableEncryption = 20,
  kMariadbMicroseconds = 128,
  kMariadbXid = 129,
  kMariadbGtidFlags = 130,
};

// Of kMariadbGtidFlags: an ALTER TABLE that stands twice in the log.
enum AlterPhase : uint8_t { kStartAlter = 2, kCommitAlter = 4, kRollbackAlter = 8 };

constexpr uint64_t kRealAsFloat = 1;
constexpr uint64_t kAnsiQuotes = 4;
constexpr uint64_t kNoBackslashEscapes = uint64_t{1} << 20U;
constexpr uint64_t kStrict = uint64_t{3} << 21U;  // for transactional tables, for all tables

void TakeSqlMode(uint64_t mode, StatementSession& session) {
  session.dialect.ansi_quotes = (mode & kAnsiQuotes) != 0;
  session.dialect.backslash_escapes = (mode & kNoBackslashEscapes) == 0;
  session.dialect.real_is_float = (mode & kRealAsFloat) != 0;
  session.strict = (mode & kStrict) != 0;
}

void SkipDatabases(Cursor& in) {
  constexpr uint8_t kTooMany = 254;
  const uint8_t count = in.U8();
  if (count == kTooMany) return;
  for (uint8_t i = 0; i < count; ++i) {
    while (in.ok() && in.U8() != 0) continue;
  }
}

void TakeGtidFlags(Cursor& in, StatementSession& session) {
  const uint8_t flags = in.U8();
  session.takes_effect = (flags & (kStartAlter | kRollbackAlter)) == 0;
  if ((flags & (kCommitAlter | kRollbackAlter)) != 0) in.Skip(8);  // of its start
}

// False at a variable that is not known: its length is not either.
bool TakeVariable(uint8_t code, Cursor& in, StatementSession& session) {
  switch (code) {
    case kSqlMode:
      TakeSqlMode(in.U64(), session);
      return true;
    case kCharset:
      session.client = Charset::OfCollation(in.U16());
      in.Skip(4);
      return true;
    case kExplicitTimestamps:
      session.explicit_timestamps = in.U8() != 0;
      return true;
    case kCatalog:
      in.Skip(in.U8() + uint64_t{1});
      return true;
    case kTimeZone:
      session.time_zone = in.Take(in.U8());
      return true;
    case kCatalogNz:
      in.Skip(in.U8());
      return true;
    case kInvoker:
      in.Skip(in.U8());
      in.Skip(in.U8());
      return true;
    case kUpdatedDatabases:
      SkipDatabases(in);
      return true;
    case kFlags2:
    case kAutoIncrement:
    case kSourceDataWritten:
      in.Skip(4);
      return true;
    case kLocale:
    case kCharsetDatabase:
    case kUtf8mb4Collation:
      in.Skip(2);
      return true;
    case kMicroseconds:
    case kMariadbMicroseconds:
      in.Skip(3);
      return true;
    case kTableMapForUpdate:
    case kXid:
    case kMariadbXid:
      in.Skip(8);
      return true;
    case kMariadbGtidFlags:
      TakeGtidFlags(in, session);
      return true;
    case kRequirePrimaryKey:
    case kTableEncryption:
      in.Skip(1);
      return true;
    default:
      return false;
  }
}

}  // namespace

StatementSession SessionOf(std::string_view status, const SqlDialect& server) {
  StatementSession session;
  session.dialect = server;
  Cursor in(status);
  while (in.ok() && !in.empty() && TakeVariable(in.U8(), in, session)) continue;
  return session;
}

Result<std::string> Utf8Of(std::string_view sql, const StatementSession& session) {
  if (session.client == nullptr || session.client->passes()) return std::string(sql);
  RETURN_IF_ERROR(session.client->Prepare());
  std::string out;
  session.client->AppendUtf8(sql, out);
  return out;
}

}  // namespace sluice::mysql
