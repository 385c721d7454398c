// SPDX-License-Identifier: Apache-2.0
// Console before the laws: its lines go to a string.
#include <fmt/format.h>

#include "console/sink.h"
#include "kit/plugin_case.h"
#include "kit/sink_fixture.h"

namespace sluice::kit {
namespace {

// What the reader of the output has seen. A crash loses what was held.
class Lines final : public console::LineWriter {
 public:
  Lines(Faults& faults, std::string& shown) : faults_(faults), shown_(shown) {}

  Status Write(std::string_view lines) override {
    return faults_.CallStatus("write lines", [&]() -> Status {
      held_ += lines;
      return {};
    });
  }
  Status Flush() override {
    return faults_.CallStatus("flush lines", [&]() -> Status {
      shown_ += std::exchange(held_, "");
      return {};
    });
  }

 private:
  Faults& faults_;
  std::string& shown_;
  std::string held_;
};

// A sink with the lines that it writes to.
class ConsoleWithLines final : public Sink {
 public:
  ConsoleWithLines(Faults& faults, std::string& shown)
      : lines_(faults, shown), sink_(console::Options(), lines_) {}

  Delivery delivery() const override { return sink_.delivery(); }
  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override {
    return sink_.Prepare(ctx, tables, fresh);
  }
  bool replay_converges(std::string* why) const override { return sink_.replay_converges(why); }
  Result<TablePath> Target(const Schema& table) const override { return sink_.Target(table); }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    return sink_.Open(ctx, writer);
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override {
    return sink_.OpenCommitter(ctx);
  }
  std::string Identity() const override { return sink_.Identity(); }

 private:
  Lines lines_;
  console::ConsoleSink sink_;
};

class ConsoleFixture final : public SinkFixture {
 public:
  Status Reset() override {
    shown_.clear();
    return {};
  }
  Result<std::unique_ptr<Sink>> Make(Host& host) override {
    return std::make_unique<ConsoleWithLines>(host.faults(), shown_);
  }
  // "... SeaTunnelRow#tableId=kit.first SeaTunnelRow#kind=INSERT : 1, a"; a value may hold lines.
  Result<Contents> Visible() override {
    static constexpr std::string_view kTable = "SeaTunnelRow#tableId=";
    static constexpr std::string_view kBegin = "subtaskIndex=";
    Contents out;
    for (size_t at = shown_.find(kTable); at != std::string::npos; at = shown_.find(kTable, at)) {
      at += kTable.size();
      const std::string table = shown_.substr(at, shown_.find(' ', at) - at);
      const size_t values = shown_.find(" : ", at) + 3;
      const size_t end = std::min(std::min(shown_.find(kBegin, values), shown_.size()),
                                  shown_.find("output rowType", values));
      std::string row = shown_.substr(values, end - values - 1);
      const size_t comma = row.find(", ");
      out[table].insert(row.replace(comma, 2, "|"));
    }
    return out;
  }
  std::string WhyNot(const std::string& law) const override {
    if (law == "EmptyCheckpointIsCheap") {
      return "a flush of standard output costs nothing when there is nothing to flush";
    }
    return "";
  }

 private:
  std::string shown_;
};

const bool kRegistered =
    Register(SinkCase{"Console", [] { return std::make_unique<ConsoleFixture>(); }}) &&
    Register(PluginCase{"Console", PluginKind::kSink, "log.print.data = true", ""});

}  // namespace
}  // namespace sluice::kit
