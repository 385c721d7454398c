// SPDX-License-Identifier: Apache-2.0
// Metadata: what is known of a row besides its values, as columns: Database, Table, RowKind (+I,
// -U, +U, -D), EventTime and Delay (milliseconds), Partition.
//
// EventTime is when the change was committed at the source, and for a row of a snapshot when it was
// read. Delay is the time from then to the reading of the row, to the pace at which chunks are
// closed. What a source does not tell is null; no source has a Partition yet. Table and Database
// are those under which the row comes here, so this transform goes before TableRename to see the
// source's.
#pragma once

#include "transform/per_table.h"

namespace sluice {

struct MetadataOptions : PerTable<MetadataOptions> {
  StringMap metadata_fields;  // what to the name of its column
};

struct Metadata {
  static const OptionSpec<MetadataOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
