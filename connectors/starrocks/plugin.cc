// SPDX-License-Identifier: Apache-2.0
// What this folder registers.

namespace sluice {

class Registry;
void RegisterStarrocks(Registry& registry);

void RegisterStarrocks(Registry& /*registry*/) {}

}  // namespace sluice
