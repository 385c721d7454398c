// SPDX-License-Identifier: Apache-2.0
// dump: state and log files as text.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/report.h"
#include "data/text.h"
#include "engine/checkpoint_store.h"

namespace sluice::cli {
namespace {

std::string Utc(int64_t micros) {
  std::string out;
  AppendTimestamp(micros, 3, out);
  return out + " UTC";
}

// Positions are in the source's own encoding: shown byte by byte, the printable ones as they are.
std::string Shown(std::string_view bytes) {
  constexpr size_t kShownMax = 160;
  std::string out;
  for (const char c : bytes.substr(0, kShownMax)) {
    const bool printable = c >= ' ' && c <= '~' && c != '\\';
    if (printable) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (bytes.size() > kShownMax) out += fmt::format("... ({} bytes)", bytes.size());
  return out;
}

std::string BodyText(std::string_view name, const BodyRef& body) {
  if (body.name.empty())
    return fmt::format("{}: none (numbers up to {} are used)\n", name, body.id);
  return fmt::format("{}: checkpoint {} in {}, checksum {:016x}\n", name, body.id, body.name,
                     body.checksum);
}

std::string RecordText(const LoadedRecord& loaded) {
  const JobRecord& record = loaded.record;
  std::string out = fmt::format("job {}, record {}, run {}, {}\n", record.job_id, record.version,
                                record.run, record.finished ? "finished" : "not finished");
  if (loaded.torn > 0) out += fmt::format("{} newer records cannot be read\n", loaded.torn);
  for (const RunRecord& run : record.runs) {
    out += fmt::format("not yet swept: run {} with {} writers\n", run.run, run.writers);
  }
  out += fmt::format("identity: {}\n", Shown(record.identity));
  return out + BodyText("latest", record.latest) + BodyText("confirmed", record.confirmed);
}

std::string ManifestText(const Manifest& manifest) {
  std::string out = fmt::format("\ncheckpoint {} of run {}, taken {}\n", manifest.id, manifest.run,
                                Utc(manifest.wall_micros));
  out += fmt::format("  enumerator: {}\n", Shown(manifest.enumerator));
  for (const Split& split : manifest.splits) {
    out += fmt::format("  split {}: {}\n", split.id, Shown(split.position));
  }
  for (const PendingCommit& pending : manifest.pending) {
    out += fmt::format("  commits of checkpoint {}:\n", pending.id);
    for (const Prepared& work : pending.work) out += fmt::format("    {}\n", Shown(work));
  }
  out += "  counters:";
  for (const uint64_t counter : manifest.counters) out += fmt::format(" {}", counter);
  return out + "\n";
}

Status DumpCheckpoint(const std::string& dir, World& world) {
  CheckpointStore store(world.env, dir);
  ASSIGN_OR_RETURN(const LoadedRecord loaded, store.Load());
  world.out << RecordText(loaded);
  std::vector<BodyRef> bodies = {loaded.record.latest};
  if (loaded.record.confirmed != loaded.record.latest) bodies.push_back(loaded.record.confirmed);
  for (const BodyRef& body : bodies) {
    if (body.name.empty()) continue;
    ASSIGN_OR_RETURN(const Manifest manifest, store.LoadManifest(body));
    world.out << ManifestText(manifest);
  }
  return {};
}

Status DumpFile(const DumpFormat& format, const std::string& path, World& world) {
  ASSIGN_OR_RETURN(const std::string bytes, world.env.ReadFile(path));
  return format.dump(bytes, world.out);
}

Status DumpAny(const DumpArgs& args, World& world) {
  if (args.format == "checkpoint") return DumpCheckpoint(args.path, world);
  std::string known = "checkpoint";
  for (const DumpFormat& format : world.registry.dumps()) {
    if (format.name == args.format) return DumpFile(format, args.path, world);
    known += ", " + format.name;
  }
  return {Code::kInvalidConfig,
          fmt::format("'{}' cannot be shown; known are: {}", args.format, known)};
}

}  // namespace

int Dump(const DumpArgs& args, World& world) {
  const Status status = DumpAny(args, world);
  world.out.flush();
  if (status.ok()) return kExitOk;
  world.err << ErrorBlock(status.In(fmt::format("showing {} {}", args.format, args.path)));
  return kExitFailed;
}

}  // namespace sluice::cli
