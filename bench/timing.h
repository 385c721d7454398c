// SPDX-License-Identifier: Apache-2.0
// Clocks and the answers of the measuring programs: one line "name value" for each figure.
#pragma once

#include <string_view>

#include "base/status.h"

namespace sluice::bench {

double ProcessSeconds();  // processor time of all threads so far
double ThreadSeconds();   // processor time of the calling thread
double WallSeconds();     // since an arbitrary start

void Print(std::string_view name, double value);
// The exit code: prints what went wrong, if anything.
int ExitCode(const Status& status);

}  // namespace sluice::bench
