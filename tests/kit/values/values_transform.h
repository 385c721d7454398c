// SPDX-License-Identifier: Apache-2.0
// The reference transform: rows without a name are left out, tables called "second" too. With a bug
// of the list it breaks one law; the suite demands that the law finds it.
#pragma once

#include "kit/transform_fixture.h"

namespace sluice::kit {

enum class TransformBug : uint8_t {
  kNone,
  kLosesRows,     // the first row of each chunk
  kRemembers,     // leaves out what it has seen before
  kOtherSchema,   // than Bind told
  kHalvesUpdate,  // of which one half is left out
  kHoldsRows,     // until the next chunk
};
TransformCase MakeValuesTransform(TransformBug bug);

}  // namespace sluice::kit
