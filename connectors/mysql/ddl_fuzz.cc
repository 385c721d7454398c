// SPDX-License-Identifier: Apache-2.0
// Whatever a statement says, comments around it change nothing, and every table has a name.
#include "base/check.h"
#include "mysql/ddl.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::mysql;
  const std::string sql(reinterpret_cast<const char*>(data), size);
  const auto effects = EffectsOf(sql, "shop");
  CHECK(EffectsOf(" /* by a tool */ # and\n" + sql, "shop") == effects);
  CHECK(RowVerbOf("-- a tool\n" + sql) == RowVerbOf(sql));
  return 0;
}
