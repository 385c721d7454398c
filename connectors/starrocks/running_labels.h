// SPDX-License-Identifier: Apache-2.0
// RunningLabels: what a database has in the air, for finding the flushes of a dead run.
//
// A run with at-least-once delivery commits by itself, a flush after the other, so whatever it left
// open must be ended before the next run writes: a commit that is still on its way would put older
// rows over newer ones. Only the last flush of each table and writer can be open, because the next
// one begins when it is over. The question is its number. What was weighed:
//
//  - Probing upwards from 0 until the server knows no label. Not sound: the server forgets finished
//    transactions when its database holds more than label_keep_max_num (1000), oldest first and
//    whatever their age, which a hundred tables reach within seconds. The first probe may find
//    nothing while number 57 is open.
//  - Recording the number durably before every begin, or blocks of them. Sound, but a durable write
//    in the path of every flush, or hundreds of probes for each table at every start.
//  - Waiting at the start until the server must have aborted them. Its sweeper runs when it likes,
//    and a minute at every start is far from what a restart may take.
//  - Asking the server. What is open, prepared or not yet published is never forgotten, and
//    SHOW PROC '/transactions/<id>/running' lists it, from the memory of the leader, to which the
//    front ends forward this path. One statement for each database, whatever the number of tables.
//
// So it is asked. What the list does not hold can do no harm: a transaction that was lost with the
// leader takes no load and no commit, and one that a request still on its way begins later stays
// empty, because whoever would have loaded it is dead.
//
// The statement needs the privilege OPERATE on SYSTEM. Therefore whoever may not ask does not flush
// (sink.h): then rows become visible with their checkpoint, under labels that can be computed. An
// account must not lose the privilege between the death of a run and the next start.
#pragma once

#include <string>
#include <vector>

#include "api/sql_session.h"

namespace sluice::starrocks {

// Labels of all transactions of `database` that are open, prepared or committed but not yet
// visible, whoever began them. Blocks.
//   kInvalidConfig          the account may not ask
//   kUnavailable, kTimeout  not told, or not all of it: ask again
//   any other code          the server answered something else, for now or for good
Result<std::vector<std::string>> RunningLabels(SqlSession& session, const std::string& database);

}  // namespace sluice::starrocks
