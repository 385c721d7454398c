// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostics.h"

#include <algorithm>

namespace sluice {
namespace {

bool Before(const Remark& a, const Remark& b) {
  return std::pair(a.origin.line, a.origin.column) < std::pair(b.origin.line, b.origin.column);
}

}  // namespace

std::string Remark::ToString() const {
  const std::string place = origin.ToString();
  return place.empty() ? text : place + ": " + text;
}

void Diagnostics::Error(const Origin& origin, std::string text) {
  Remark remark{origin, std::move(text)};
  errors_.insert(std::ranges::upper_bound(errors_, remark, Before), std::move(remark));
}

void Diagnostics::Note(const Origin& origin, std::string text) {
  const bool known = std::ranges::any_of(notes_, [&](const Remark& r) { return r.text == text; });
  if (known) return;
  Remark remark{origin, std::move(text)};
  notes_.insert(std::ranges::upper_bound(notes_, remark, Before), std::move(remark));
}

Status Diagnostics::ToStatus() const {
  if (ok()) return {};
  std::string text;
  for (const Remark& error : errors_) text += (text.empty() ? "" : "\n") + error.ToString();
  return {Code::kInvalidConfig, text};
}

}  // namespace sluice
