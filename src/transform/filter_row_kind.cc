// SPDX-License-Identifier: Apache-2.0
#include "transform/filter_row_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace sluice {
namespace {

using enum RowKind;
constexpr std::array kKinds = {kInsert, kUpdateBefore, kUpdateAfter, kDelete};
using Kept = std::array<bool, kKinds.size()>;  // by RowKind

class FilterStep final : public TableStep {
 public:
  FilterStep(SchemaRef out, const Kept& kept) : TableStep(std::move(out)), kept_(kept) {}

  Status Apply(ChunkPtr chunk, Emitter& to) override {
    bool all = true;
    bool none = true;
    for (uint32_t row = 0; row < chunk->rows() && (all || none); ++row) {
      (Keeps(chunk->kind(row)) ? none : all) = false;
    }
    if (none) return {};
    if (all) {
      to.Emit(std::move(chunk));
      return {};
    }
    ChunkBuilder builder(chunk->schema());
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      const RowKind kind = chunk->kind(row);
      if (Keeps(kind)) builder.CopyRow(*chunk, row, Alone(kind));
    }
    to.Emit(builder.Finish(chunk->source_micros, chunk->read_micros));
    return {};
  }
  // The row before an update may go: the one behind it replaces it.
  bool follows_every_change() const override {
    return Keeps(kInsert) && Keeps(kUpdateAfter) && Keeps(kDelete);
  }

 private:
  bool Keeps(RowKind kind) const { return kept_[static_cast<size_t>(kind)]; }
  // What a row becomes when the other half of its update is left out.
  RowKind Alone(RowKind kind) const {
    if (kind == kUpdateBefore && !Keeps(kUpdateAfter)) return kDelete;
    if (kind == kUpdateAfter && !Keeps(kUpdateBefore)) return kInsert;
    return kind;
  }

  Kept kept_;
};

class KindRule final : public TableRule {
 public:
  explicit KindRule(const Kept& kept) : kept_(kept) {}

  static RuleRef Make(const FilterRowKindOptions& options, const RuleCheck& check) {
    const bool includes = !options.include_kinds.empty();
    if (!includes && options.exclude_kinds.empty()) {
      check.Missing("option 'include_kinds' or 'exclude_kinds' is missing");
    } else if (includes && !options.exclude_kinds.empty()) {
      check.Wrong("give 'include_kinds' or 'exclude_kinds', not both");
    }
    Kept kept{};
    kept.fill(!includes);
    for (const std::string& name : includes ? options.include_kinds : options.exclude_kinds) {
      const auto kind = std::ranges::find_if(
          kKinds, [&](RowKind one) { return EqualInAnyCase(RowKindName(one), name); });
      if (kind == kKinds.end()) {
        check.Wrong(fmt::format(
            "'{}' must hold INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE, but holds '{}'",
            includes ? "include_kinds" : "exclude_kinds", name));
      } else {
        kept[static_cast<size_t>(*kind)] = includes;
      }
    }
    return std::make_unique<KindRule>(kept);
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    return std::make_unique<FilterStep>(in, kept_);
  }

 private:
  static bool EqualInAnyCase(std::string_view upper, std::string_view name) {
    return std::ranges::equal(upper, name, [](char a, char b) {
      return a == static_cast<char>(std::toupper(static_cast<unsigned char>(b)));
    });
  }

  Kept kept_;
};

}  // namespace

const OptionSpec<FilterRowKindOptions>& FilterRowKind::Spec() {
  static const auto spec = PerTableSpec<FilterRowKindOptions>(
      "Keeps rows of some kinds; half an update that is left alone becomes INSERT or DELETE.",
      [](OptionSpec<FilterRowKindOptions>& options) {
        options
            .Optional("include_kinds", &FilterRowKindOptions::include_kinds,
                      "Kinds to keep: INSERT, UPDATE_BEFORE, UPDATE_AFTER, DELETE.")
            .Optional("exclude_kinds", &FilterRowKindOptions::exclude_kinds, "Kinds to leave out.");
      });
  return spec;
}

std::unique_ptr<Transform> FilterRowKind::Make(const PluginConfig& config,
                                               Diagnostics& diagnostics) {
  return MakePerTable(Spec(), KindRule::Make, config, diagnostics);
}

}  // namespace sluice
