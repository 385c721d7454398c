// SPDX-License-Identifier: Apache-2.0
// The fixture of the reference source, with or without a bug.
#pragma once

#include <memory>

#include "kit/source_fixture.h"
#include "kit/values/values_source.h"

namespace sluice::kit {

std::unique_ptr<SourceFixture> MakeValuesFixture(SourceBug bug);

}  // namespace sluice::kit
