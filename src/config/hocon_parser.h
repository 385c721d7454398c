// SPDX-License-Identifier: Apache-2.0
// The text of a HOCON or JSON document to its tree. Internal to the room.
#pragma once

#include "config/hocon.h"
#include "config/hocon_tree.h"

namespace sluice::hocon {

// Null after mistakes, which go to `diagnostics`, all of them.
NodePtr ParseDocument(const std::string& text, const std::string& file, const HoconOptions& options,
                      Diagnostics& diagnostics);

// Null after a mistake, the first one met.
std::optional<Value> Resolve(const Node& root, const HoconOptions& options, Remark& mistake);

}  // namespace sluice::hocon
