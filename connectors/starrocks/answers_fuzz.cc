// SPDX-License-Identifier: Apache-2.0
// Answers over HTTP and prepared work from a checkpoint: whatever bytes come, they are refused or
// understood, and an answer without a status never passes for one.
#include "base/check.h"
#include "starrocks/commit_logic.h"
#include "starrocks/transaction_client.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::starrocks;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Answer answer = ParseAnswer(std::string(bytes));
  CHECK(answer.status.empty() || bytes.find(':') != std::string_view::npos);
  if (const auto work = DecodeWork(bytes)) {
    const auto again = DecodeWork(EncodeWork(*work));
    CHECK(again && *again == *work);
  }
  return 0;
}
