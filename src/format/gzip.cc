// SPDX-License-Identifier: Apache-2.0
#include "format/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include "base/check.h"

namespace sluice {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's sign for a gzip header

}  // namespace

struct Gunzip::Stream {
  z_stream z{};
};

Gunzip::Gunzip(std::string file) : file_(std::move(file)), stream_(std::make_unique<Stream>()) {
  CHECK(::inflateInit2(&stream_->z, kGzipWindow) == Z_OK);
}

Gunzip::~Gunzip() {
  ::inflateEnd(&stream_->z);
}

Status Gunzip::Inflate(std::string_view in, bool last, std::string& out) {
  z_stream& z = stream_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  char buffer[1 << 16];
  int outcome = Z_OK;
  do {
    if (outcome == Z_STREAM_END) ::inflateReset(&z);
    if (z.avail_in == 0 && outcome == Z_STREAM_END) break;
    z.next_out = reinterpret_cast<Bytef*>(buffer);
    z.avail_out = sizeof buffer;
    if (z.avail_in > 0) inside_ = true;
    outcome = ::inflate(&z, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - z.avail_out);
    if (outcome == Z_STREAM_END) inside_ = false;
    if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) {
      return {Code::kCorruption, fmt::format("{}: not a gzip file, or a damaged one: {}", file_,
                                             z.msg == nullptr ? "bad data" : z.msg)};
    }
  } while (z.avail_in > 0 || z.avail_out == 0);
  if (outcome == Z_STREAM_END) ::inflateReset(&z);
  if (last && inside_) {
    return {Code::kCorruption, fmt::format("{}: the gzip file ends too early", file_)};
  }
  return {};
}

}  // namespace sluice
