// SPDX-License-Identifier: Apache-2.0
// Writing to a connection that the other side closed must be an error of that write, not a signal
// that ends the process. TLS writes cannot be told so one by one.
#pragma once

namespace sluice {

// Ignores SIGPIPE in this process. Idempotent, any thread.
void IgnoreBrokenPipes();

}  // namespace sluice
