// SPDX-License-Identifier: Apache-2.0
#include "engine/manifest.h"

#include "base/checksum.h"

namespace sluice {
namespace {

// Both encodings end with a checksum of everything before it, so that a torn file is known for what
// it is.
constexpr uint64_t kManifestVersion = 1;
constexpr uint64_t kRecordVersion = 2;  // 1 has no `restored`

Bytes Seal(Bytes body) {
  body += Hex64(Hash64(body));
  return body;
}

Result<std::string_view> Unseal(std::string_view bytes, std::string_view what) {
  constexpr size_t kDigits = 16;
  if (bytes.size() < kDigits || Hex64(Hash64(bytes.substr(0, bytes.size() - kDigits))) !=
                                    bytes.substr(bytes.size() - kDigits)) {
    return Fail(Code::kCorruption, std::string(what) + " fails its checksum");
  }
  return bytes.substr(0, bytes.size() - kDigits);
}

void Put(ByteWriter& out, const BodyRef& body) {
  out.U64(body.id).Str(body.name).U64(body.checksum);
}

BodyRef GetBody(ByteReader& in) {
  BodyRef body;
  body.id = in.U64();
  body.name = in.Str();
  body.checksum = in.U64();
  return body;
}

}  // namespace

Bytes EncodeManifest(const Manifest& manifest) {
  ByteWriter out;
  out.U64(kManifestVersion).U64(manifest.id).U64(manifest.run).I64(manifest.wall_micros);
  out.Str(manifest.enumerator).U64(manifest.splits.size());
  for (const Split& split : manifest.splits) out.Str(split.id).Str(split.position);
  out.U64(manifest.pending.size());
  for (const PendingCommit& pending : manifest.pending) {
    out.U64(pending.id).U64(pending.work.size());
    for (const Prepared& work : pending.work) out.Str(work);
  }
  out.U64(manifest.counters.size());
  for (const uint64_t counter : manifest.counters) out.U64(counter);
  return Seal(std::move(out).Take());
}

Result<Manifest> DecodeManifest(std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body, Unseal(bytes, "checkpoint"));
  ByteReader in(body);
  Manifest manifest;
  if (in.U64() != kManifestVersion) return Fail(Code::kCorruption, "checkpoint of another version");
  manifest.id = in.U64();
  manifest.run = in.U64();
  manifest.wall_micros = in.I64();
  manifest.enumerator = in.Str();
  for (uint64_t n = in.Count(); n > 0; --n) {
    Split split;
    split.id = in.Str();
    split.position = in.Str();
    manifest.splits.push_back(std::move(split));
  }
  for (uint64_t n = in.Count(); n > 0; --n) {
    PendingCommit pending;
    pending.id = in.U64();
    for (uint64_t pieces = in.Count(); pieces > 0; --pieces) pending.work.push_back(in.Str());
    manifest.pending.push_back(std::move(pending));
  }
  for (uint64_t n = in.Count(); n > 0; --n) manifest.counters.push_back(in.U64());
  RETURN_IF_ERROR(in.Finish("checkpoint"));
  return manifest;
}

void PassDamaged(JobRecord& record, uint64_t damaged, uint32_t writers) {
  if (damaged == 0) return;
  const bool marked = !record.runs.empty() && record.runs.back().run == record.run;
  if (!marked) record.runs.push_back({record.run, writers});
  for (uint64_t i = 0; i < damaged; ++i) record.runs.push_back({++record.run, writers});
  for (RunRecord& run : record.runs) run.unseen += damaged;
  record.version += damaged;
}

Bytes EncodeJobRecord(const JobRecord& record) {
  ByteWriter out;
  // Version 1 where it says all: the program before this one reads it.
  const uint64_t version = record.restored == 0 ? 1 : kRecordVersion;
  out.U64(version).U64(record.version).U64(record.term);
  out.Str(record.job_id).Str(record.identity).U64(record.run);
  out.U64(record.runs.size());
  for (const RunRecord& run : record.runs) out.U64(run.run).U64(run.writers).U64(run.unseen);
  Put(out, record.latest);
  Put(out, record.confirmed);
  Put(out, record.previous);
  out.Bool(record.finished);
  if (version > 1) out.U64(record.restored);
  return Seal(std::move(out).Take());
}

Result<JobRecord> DecodeJobRecord(std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body, Unseal(bytes, "job record"));
  ByteReader in(body);
  JobRecord record;
  const uint64_t version = in.U64();
  if (version == 0 || version > kRecordVersion) {
    return Fail(Code::kCorruption, "job record of another version");
  }
  record.version = in.U64();
  record.term = in.U64();
  record.job_id = in.Str();
  record.identity = in.Str();
  record.run = in.U64();
  for (uint64_t n = in.Count(); n > 0; --n) {
    RunRecord run;
    run.run = in.U64();
    run.writers = static_cast<uint32_t>(in.U64());
    run.unseen = in.U64();
    record.runs.push_back(run);
  }
  record.latest = GetBody(in);
  record.confirmed = GetBody(in);
  record.previous = GetBody(in);
  record.finished = in.Bool();
  if (version > 1) record.restored = in.U64();
  RETURN_IF_ERROR(in.Finish("job record"));
  return record;
}

}  // namespace sluice
