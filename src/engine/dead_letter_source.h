// SPDX-License-Identifier: Apache-2.0
// LetterSource: mended dead letters as a bounded source, for `sluice replay`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/source.h"
#include "engine/dead_letter.h"

namespace sluice {

// Holds all rows: what people mend by hand is little.
class LetterSource final : public Source {
 public:
  LetterSource(ReadLetters letters, std::string identity)
      : letters_(std::move(letters)), identity_(std::move(identity)) {}

  Boundedness boundedness() const override { return Boundedness::kBounded; }
  Result<std::vector<SchemaRef>> Discover(Context& ctx) override;
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context& ctx,
                                                     std::optional<Bytes> saved) override;
  Result<std::unique_ptr<Reader>> Open(Context& ctx, Split split) override;
  std::string Identity() const override { return identity_; }

 private:
  const ReadLetters letters_;
  const std::string identity_;
};

}  // namespace sluice
