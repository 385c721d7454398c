// SPDX-License-Identifier: Apache-2.0
#include "transform/table_rename.h"

#include <fmt/format.h>

#include <cctype>

namespace sluice {
namespace {

using Case = TableRenameOptions::Case;
using Replacement = TableRenameOptions::Replacement;

std::string Trimmed(std::string_view text) {
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

std::string InCase(std::string name, Case letters) {
  if (letters == Case::kAsIs) return name;
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(letters == Case::kUpper ? std::toupper(byte) : std::tolower(byte));
  }
  return name;
}

// The library throws for what it cannot read; here a mistake in a job file is told with its place.
std::regex Compile(const LocatedText& text, const std::string& where, std::string_view option,
                   Diagnostics& diagnostics) {
  try {
    return std::regex(text.text, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    diagnostics.Error(text.origin, fmt::format("{}: {}: '{}' is not a regular expression: {}",
                                               where, option, text.text, error.what()));
    return {};
  }
}

OptionSpec<Replacement> ReplacementSpec() {
  return OptionSpec<Replacement>("A replacement.")
      .Required("replace_from", &Replacement::from, "What to look for in the original name.",
                AtLeast(1))
      .Required("replace_to", &Replacement::to, "What to put there, word by word.")
      .Optional("is_regex", &Replacement::is_regex,
                "Whether replace_from is a regular expression; else it is the whole name.");
}

void AddRenameOptions(OptionSpec<TableRenameOptions>& spec) {
  spec.Choice("convert_case", &TableRenameOptions::convert_case,
              {{"UPPER", Case::kUpper}, {"LOWER", Case::kLower}},
              "Letter case of the names of database, schema and table.")
      .Optional("prefix", &TableRenameOptions::prefix, "Put before the name of the table.")
      .Optional("suffix", &TableRenameOptions::suffix, "Put behind the name of the table.")
      .Objects("replacements_with_regex", &TableRenameOptions::replacements, ReplacementSpec(),
               "Parts of the table's name to replace; of several that match, the last one counts.");
}

}  // namespace

TableRenamer TableRenamer::Make(const TableRenameOptions& options, const std::string& where,
                                Diagnostics& diagnostics) {
  TableRenamer out;
  out.case_ = options.convert_case;
  out.prefix_ = Trimmed(options.prefix);
  out.suffix_ = Trimmed(options.suffix);
  for (const Replacement& replacement : options.replacements) {
    Rule rule{.whole = replacement.from.text, .to = Trimmed(replacement.to)};
    if (replacement.is_regex) {
      rule.regex = Compile(replacement.from, where, "replace_from", diagnostics);
    }
    out.rules_.push_back(std::move(rule));
  }
  return out;
}

// Positions are those of matches in the original name; the letters between them are those of the
// name in its new letter case, which has the same length.
std::string TableRenamer::Replaced(const std::string& original) const {
  std::string cased = InCase(original, case_);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (!rule->regex) {
      if (rule->whole == original) return rule->to;
      continue;
    }
    std::string out;
    size_t kept = 0;
    const std::sregex_iterator end;
    std::sregex_iterator match(original.begin(), original.end(), *rule->regex);
    if (match == end) continue;
    for (; match != end; ++match) {
      const auto at = static_cast<size_t>(match->position());
      out += cased.substr(kept, at - kept) + rule->to;
      kept = at + static_cast<size_t>(match->length());
    }
    return out + cased.substr(kept);
  }
  return cased;
}

TablePath TableRenamer::Rename(const TablePath& path) const {
  return {InCase(path.database, case_), InCase(path.schema, case_),
          prefix_ + Replaced(path.table) + suffix_};
}

const OptionSpec<TableRenameOptions>& TableRename::Spec() {
  static const OptionSpec<TableRenameOptions> spec = [] {
    OptionSpec<TableRenameOptions> one("Names for one table.");
    one.Required("table_path", &TableRenameOptions::table_path, "Full name of the table.");
    AddRenameOptions(one);
    OptionSpec<TableRenameOptions> top("Gives tables other names.");
    AddRenameOptions(top);
    top.Optional("table_match_regex", &TableRenameOptions::table_match_regex,
                 "Only tables whose whole path (db.schema.table) matches are renamed.")
        .Objects("table_transform", &TableRenameOptions::tables, std::move(one),
                 "Options for single tables, instead of those at the top.");
    return top;
  }();
  return spec;
}

std::unique_ptr<Transform> TableRename::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  const TableRenameOptions options = Spec().ParseAll(config, diagnostics);
  const std::string where = Where(config);
  std::unique_ptr<TableRename> out(new TableRename);
  out->match_ = Compile(options.table_match_regex, where, "table_match_regex", diagnostics);
  out->top_ = TableRenamer::Make(options, where, diagnostics);
  for (const TableRenameOptions& table : options.tables) {
    out->tables_[table.table_path] = TableRenamer::Make(table, where, diagnostics);
  }
  if (diagnostics.errors().size() != before) return nullptr;
  return out;
}

const TableRenamer* TableRename::RenamerOf(const TablePath& path) const {
  const std::string full = path.ToString();
  if (const auto one = tables_.find(full); one != tables_.end()) return &one->second;
  return std::regex_match(full, match_) ? &top_ : nullptr;
}

Result<SchemaRef> TableRename::Bind(const SchemaRef& in) {
  Bound& bound = bound_[in->path];
  if (bound.in && (bound.in == in || *bound.in == *in)) {
    bound.in = in;
    return bound.out;
  }
  bound = {in, in};
  const TableRenamer* renamer = RenamerOf(in->path);
  if (renamer == nullptr) return bound.out;
  auto renamed = std::make_shared<Schema>(*in);
  renamed->path = renamer->Rename(in->path);
  bound.out = std::move(renamed);
  return bound.out;
}

Status TableRename::Apply(ChunkPtr chunk, Emitter& out) {
  ASSIGN_OR_RETURN(const SchemaRef schema, Bind(chunk->schema()));
  const bool same = schema == chunk->schema();
  out.Emit(same ? std::move(chunk) : Chunk::WithSchema(chunk, schema));
  return {};
}

}  // namespace sluice
