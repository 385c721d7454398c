// SPDX-License-Identifier: Apache-2.0
#include "config/suggest.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace sluice {
namespace {

std::string Plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == '.') continue;
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

// Letters to insert, drop, replace or swap with their neighbour, at most once each.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> Nearest(std::string_view name, std::span<const std::string> known) {
  const std::string plain = Plain(name);
  std::optional<std::string> best;
  // Of one or two letters, a different one makes a different word.
  size_t best_distance = std::min(plain.size(), std::max<size_t>(1, plain.size() / 3) + 1);
  for (const std::string& candidate : known) {
    const size_t distance = Distance(plain, Plain(candidate));
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

std::string DidYouMean(std::string_view name, std::span<const std::string> known) {
  const auto nearest = Nearest(name, known);
  return nearest ? "; did you mean '" + *nearest + "'?" : "";
}

}  // namespace sluice
