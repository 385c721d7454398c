// SPDX-License-Identifier: Apache-2.0
#include "starrocks/alter.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "base/logging.h"
#include "base/probe.h"
#include "starrocks/alter_table.h"
#include "starrocks/any_sql.h"
#include "starrocks/create_table.h"

namespace sluice::starrocks {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(100);
constexpr Duration kWaitMax = std::chrono::seconds(5);  // of one call; the engine asks again

// Columns of SHOW ALTER TABLE COLUMN.
constexpr size_t kJobId = 0;
constexpr size_t kState = 9;
constexpr size_t kMessage = 10;

struct Job {
  std::string state;  // empty: the table never had one, or long ago
  std::string message;

  bool ended() const { return state.empty() || state == "FINISHED" || state == "CANCELLED"; }
};

int64_t NumberOf(const std::string& text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

class Altering {
 public:
  Altering(Context& ctx, SqlSession& session, const SchemaChange& change, TargetTable& target)
      : ctx_(ctx),
        session_(session),
        change_(change),
        target_(target),
        until_(ctx.env.Now() + kWaitMax) {}

  Status Run() {
    ASSIGN_OR_RETURN(Job job, WaitForJob());
    std::set<std::string> done;
    while (true) {
      RETURN_IF_ERROR(LookAgain());
      const Alteration plan = PlanAlteration(target_.facts, target_.name, change_);
      for (const std::string& note : plan.notes) LogWarn(Place() + ": " + note);
      if (plan.statements.empty()) return {};
      const std::string& statement = plan.statements.front();
      if (!done.insert(statement).second) return Refused(statement, "it had no effect");
      RETURN_IF_ERROR(Execute(statement));
      ASSIGN_OR_RETURN(job, WaitForJob());
      if (job.state == "CANCELLED") Probe("alter job cancelled");
      if (job.state == "CANCELLED") return Refused(statement, job.message);
    }
  }

 private:
  std::string Place() const { return target_.name.database + "." + target_.name.table; }

  Status LookAgain() {
    ASSIGN_OR_RETURN(auto facts, LookUp(session_, target_.name));
    if (!facts) return {Code::kNotFound, fmt::format("the table {} is gone", Place())};
    target_.facts = std::move(*facts);
    return {};
  }

  Status Execute(const std::string& statement) {
    Status status = session_.Execute(statement);
    if (status.ok() || status.retry() == Retry::kInPlace) return status;
    // Somebody else's job began in between.
    if (status.message().find("SCHEMA_CHANGE") != std::string_view::npos) {
      Probe("alter of somebody else runs");
      return {Code::kUnavailable, std::string(status.message())};
    }
    return Refused(statement, status.message());
  }

  Status Refused(const std::string& statement, std::string_view why) const {
    return {Code::kSchemaMismatch,
            fmt::format("StarRocks does not follow '{}' ({}): {}. Make {} fit by hand and start "
                        "again, or set schema-changes.enabled = false and let the policy decide",
                        change_.ddl, statement, why, Place())};
  }

  // The one of the greatest number: times of jobs are told in whole seconds, in which several can
  // follow one another.
  Result<Job> NewestJob() {
    ASSIGN_OR_RETURN(const SqlTable rows,
                     session_.Query(fmt::format(
                         "SHOW ALTER TABLE COLUMN FROM {} WHERE TableName = {}",
                         QuotedName(target_.name.database), session_.Quote(target_.name.table))));
    Job newest;
    int64_t newest_id = -1;
    for (const auto& row : rows) {
      if (row.size() <= kMessage) continue;
      const int64_t id = NumberOf(row[kJobId].value_or(""));
      if (id < newest_id) continue;
      newest_id = id;
      newest = {row[kState].value_or(""), row[kMessage].value_or("")};
    }
    return newest;
  }

  Result<Job> WaitForJob() {
    while (true) {
      RETURN_IF_ERROR(ctx_.cancel.Check());
      ASSIGN_OR_RETURN(Job job, NewestJob());
      if (job.ended()) return job;
      if (ctx_.env.Now() >= until_) {
        Probe("alter job takes long");
        return Fail(Code::kTimeout,
                    fmt::format("the column change of {} is {}{}{}", Place(), job.state,
                                job.message.empty() ? "" : ": ", job.message));
      }
      ctx_.cancel.WaitFor(kPoll);
    }
  }

  Context& ctx_;
  SqlSession& session_;
  const SchemaChange& change_;
  TargetTable& target_;
  const TimePoint until_;
};

}  // namespace

Status Alter(Context& ctx, const StarrocksOptions& options, const SchemaChange& change,
             TargetTable& target) {
  ASSIGN_OR_RETURN(auto session, OpenAnySql(ctx, options));
  return Altering(ctx, *session, change, target).Run();
}

}  // namespace sluice::starrocks
