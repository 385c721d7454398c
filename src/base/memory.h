// SPDX-License-Identifier: Apache-2.0
// What the process asks of its allocator.
#pragma once

namespace sluice {

// Blocks of 2 MiB and more are pages of their own, gone as soon as they are freed, and a heap keeps
// no more than 1 MiB free at its end. By itself glibc learns from the first large block that is
// freed to keep such blocks in its heaps; batches of many sizes from many threads leave holes
// there, and the peak of a snapshot is 10 to 20 percent higher the longer it runs. The pages that
// come anew cost 3 to 10 percent of processor time. Called once, at the start of main.
void ReturnLargeBlocks();

}  // namespace sluice
