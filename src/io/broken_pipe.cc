// SPDX-License-Identifier: Apache-2.0
#include "io/broken_pipe.h"

#include <csignal>

namespace sluice {

void IgnoreBrokenPipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace sluice
