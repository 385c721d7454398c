// SPDX-License-Identifier: Apache-2.0
// Rule 15 of SeaTunnel's job files: who takes whose rows.
#include "config/wiring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Wired {
  Wiring wiring;
  std::vector<std::string> mistakes;
  std::vector<std::string> notes;
};

PluginConfig Step(const std::string& section, std::vector<std::string> inputs,
                  const std::string& output) {
  return {.section = section, .plugin_name = "P", .inputs = std::move(inputs), .output = output};
}
PluginConfig Source(const std::string& output) {
  return Step("source", {}, output);
}
PluginConfig Transform(std::vector<std::string> inputs, const std::string& output) {
  return Step("transform", std::move(inputs), output);
}
PluginConfig Sink(std::vector<std::string> inputs) {
  return Step("sink", std::move(inputs), "");
}

Wired WireUp(const JobFile& job) {
  Diagnostics diagnostics;
  Wired wired{.wiring = Wire(job, diagnostics)};
  for (const Remark& remark : diagnostics.errors()) wired.mistakes.push_back(remark.text);
  for (const Remark& remark : diagnostics.notes()) wired.notes.push_back(remark.text);
  return wired;
}

const StepRef kSource = {StepKind::kSource, 0};
StepRef TransformAt(size_t index) {
  return {StepKind::kTransform, index};
}

TEST(Rule15SimpleGraph, NeedsNoNames) {
  const Wired wired =
      WireUp({.sources = {Source("")}, .transforms = {Transform({}, "")}, .sinks = {Sink({})}});
  EXPECT_THAT(wired.mistakes, IsEmpty());
  EXPECT_THAT(wired.notes, IsEmpty());
  EXPECT_THAT(wired.wiring.transform_inputs[0], ElementsAre(kSource));
  EXPECT_THAT(wired.wiring.sink_inputs[0], ElementsAre(TransformAt(0)));
}

TEST(Rule15SimpleGraph, OnlyNotesNamesThatDoNotMatch) {
  const Wired wired = WireUp(
      {.sources = {Source("a")}, .transforms = {Transform({"b"}, "c")}, .sinks = {Sink({"d"})}});
  EXPECT_THAT(wired.mistakes, IsEmpty());
  EXPECT_THAT(wired.notes, ElementsAre(HasSubstr("transform 'P' names the input 'b'"),
                                       HasSubstr("sink 'P' names the input 'd'")));
  EXPECT_THAT(wired.wiring.sink_inputs[0], ElementsAre(TransformAt(0)));
}

TEST(Rule15SimpleGraph, OnlyNotesAnOutputNameThatIsMissing) {
  const Wired wired = WireUp(
      {.sources = {Source("")}, .transforms = {Transform({"cdc"}, "rs")}, .sinks = {Sink({"rs"})}});
  EXPECT_THAT(wired.mistakes, IsEmpty());
  EXPECT_THAT(wired.notes, ElementsAre(HasSubstr("transform 'P' names the input 'cdc' but takes "
                                                 "the rows of source 'P'")));
}

TEST(Rule15SimpleGraph, WithoutTransformTheSinkTakesTheSource) {
  const Wired wired = WireUp({.sources = {Source("a")}, .sinks = {Sink({"a"})}});
  EXPECT_THAT(wired.notes, IsEmpty());
  EXPECT_THAT(wired.wiring.sink_inputs[0], ElementsAre(kSource));
}

TEST(Rule15NamedGraph, TransformsMayStandInAnyOrder) {
  const Wired wired =
      WireUp({.sources = {Source("a")},
              .transforms = {Transform({"c"}, "d"), Transform({"a"}, "b"), Transform({"b"}, "c")},
              .sinks = {Sink({"d"})}});
  EXPECT_THAT(wired.mistakes, IsEmpty());
  EXPECT_THAT(wired.wiring.transform_order, ElementsAre(1, 2, 0));
  EXPECT_THAT(wired.wiring.transform_inputs[0], ElementsAre(TransformAt(2)));
  EXPECT_THAT(wired.wiring.sink_inputs[0], ElementsAre(TransformAt(0)));
}

TEST(Rule15NamedGraph, OneOutputMayHaveSeveralReadersAndOneStepSeveralInputs) {
  const Wired wired =
      WireUp({.sources = {Source("a"), Source("b")}, .sinks = {Sink({"a", "b"}), Sink({"a"})}});
  EXPECT_THAT(wired.mistakes, IsEmpty());
  const StepRef second = {StepKind::kSource, 1};
  EXPECT_THAT(wired.wiring.sink_inputs[0], ElementsAre(kSource, second));
  EXPECT_THAT(wired.wiring.sink_inputs[1], ElementsAre(kSource));
}

TEST(Rule15NamedGraph, EveryStepNeedsItsNames) {
  const Wired wired = WireUp(
      {.sources = {Source("")}, .transforms = {Transform({}, "")}, .sinks = {Sink({}), Sink({})}});
  EXPECT_THAT(wired.mistakes, ElementsAre(HasSubstr("source 'P': plugin_output is missing"),
                                          HasSubstr("transform 'P': plugin_output is missing"),
                                          HasSubstr("transform 'P': plugin_input is missing"),
                                          HasSubstr("sink 'P': plugin_input is missing"),
                                          HasSubstr("sink 'P': plugin_input is missing")));
}

TEST(Rule15NamedGraph, NamesAreUniqueKnownAndUsed) {
  const Wired wired = WireUp({.sources = {Source("orders"), Source("orders"), Source("unread")},
                              .sinks = {Sink({"order"}), Sink({"orders"})}});
  EXPECT_THAT(wired.mistakes,
              ElementsAre(HasSubstr("the output name 'orders' is taken by source 'P'"),
                          HasSubstr("no step produces its input 'order'; did you mean 'orders'?"),
                          HasSubstr("nobody reads its output 'unread'")));
}

TEST(Rule15NamedGraph, AWayThatLeadsBackIsRefused) {
  const Wired wired = WireUp({.sources = {Source("a")},
                              .transforms = {Transform({"a", "c"}, "b"), Transform({"b"}, "c")},
                              .sinks = {Sink({"c"})}});
  EXPECT_THAT(wired.mistakes, ElementsAre(HasSubstr("its input leads back to its own output"),
                                          HasSubstr("its input leads back to its own output")));
}

}  // namespace
}  // namespace sluice
