// SPDX-License-Identifier: Apache-2.0
// Regular expressions as Java writes them, said again as PCRE2 writes them. Source:
// https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html and
// pcre2pattern(3).
//
// The two differ in little: \uXXXX, octal numbers, POSIX names (\p{Alpha}), names with Is
// (\p{IsHan}) and the flag u are put in PCRE2's words. What only Java has is refused with its name:
// classes inside of classes ([a-z&&[^b]], [a[bc]]), the flags d and U, \N{name}, lone surrogates;
// and so are escapes that Java does not have.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice {

// kInvalidConfig saying what cannot be taken; other mistakes are left to PCRE2.
Result<std::string> FromJavaPattern(std::string_view pattern);

}  // namespace sluice
