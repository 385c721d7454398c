// SPDX-License-Identifier: Apache-2.0
// Any text is taken apart or refused; what was taken has a host.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "config/jdbc_url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto url = sluice::ParseJdbcUrl({reinterpret_cast<const char*>(data), size});
  if (url) CHECK(!url->hosts.empty() && !url->subprotocol.empty());
  return 0;
}
