// SPDX-License-Identifier: Apache-2.0
// What this folder registers.

namespace sluice {

class Registry;
void RegisterMysql(Registry& registry);

void RegisterMysql(Registry& /*registry*/) {}

}  // namespace sluice
