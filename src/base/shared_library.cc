// SPDX-License-Identifier: Apache-2.0
#include "base/shared_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace sluice {

Result<void*> LoadSymbol(const std::string& name, const std::string& symbol) {
  // dlopen counts how often it was called for a library, and is never undone here.
  void* library = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* address = library == nullptr ? nullptr : ::dlsym(library, symbol.c_str());
  if (address != nullptr) return address;
  const char* reason = ::dlerror();
  return Fail(Code::kUnsupported, fmt::format("{} cannot be loaded: {}", name,
                                              reason == nullptr ? "no reason given" : reason));
}

}  // namespace sluice
