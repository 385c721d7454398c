// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <deque>

#include "format/arrow_arrays.h"

namespace sluice {
namespace {

constexpr int64_t kMicrosPerDay = int64_t{86'400} * 1'000'000;

// As SeaTunnel writes all of them; finer ones would lose digits.
bool InMillis(const Type& timestamp) {
  return timestamp.scale <= 3;
}

std::string FormatOf(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return "b";
    case TypeKind::kTinyInt:
      return "c";
    case TypeKind::kSmallInt:
      return "s";
    case TypeKind::kInt:
      return "i";
    case TypeKind::kBigInt:
      return "l";
    case TypeKind::kFloat:
      return "f";
    case TypeKind::kDouble:
      return "g";
    case TypeKind::kDecimal:
      return fmt::format("d:{},{}", type.precision, type.scale);
    case TypeKind::kString:
      return "u";
    case TypeKind::kBytes:
      return "z";
    case TypeKind::kDate:
      return "tdD";
    case TypeKind::kTime:
      return "ttu";
    case TypeKind::kTimestamp:
      return InMillis(type) ? "tsm:UTC" : "tsu:UTC";
  }
  return "";
}

// What an exported type owns; its address is the private data of the outermost one.
struct OwnedSchema {
  std::deque<std::string> texts;
  std::deque<ArrowSchema> fields;
  std::vector<ArrowSchema*> children;
};

struct OwnedArray {
  std::deque<ArrowArray> columns;
  std::vector<ArrowArray*> children;
  std::deque<std::vector<const void*>> buffers;
  std::deque<std::vector<uint8_t>> bits;      // booleans, packed
  std::deque<std::vector<int64_t>> instants;  // of timestamps
};

// Children belong to the outermost one.
template <typename T>
void ReleaseChild(T* child) {
  child->release = nullptr;
}

template <typename Owned, typename T>
void ReleaseParent(T* parent) {
  for (int64_t i = 0; i < parent->n_children; ++i) parent->children[i]->release = nullptr;
  delete static_cast<Owned*>(parent->private_data);
  parent->release = nullptr;
}

std::vector<uint8_t> Pack(const Column& column) {
  std::vector<uint8_t> bits((size_t{column.rows()} + 7) / 8);
  for (uint32_t row = 0; row < column.rows(); ++row) {
    if (column.data()[row] != 0) {
      bits[row >> 3U] = static_cast<uint8_t>(bits[row >> 3U] | (1U << (row & 7U)));
    }
  }
  return bits;
}

std::vector<int64_t> Instants(const Column& column, const LocalZone& zone) {
  std::vector<int64_t> out(column.rows());
  for (uint32_t row = 0; row < column.rows(); ++row) {
    const int64_t micros = zone.ToUtc(column.value<int64_t>(row));
    const int64_t millis = micros / 1000 - (micros % 1000 < 0 ? 1 : 0);
    out[row] = InMillis(column.type()) ? millis : micros;
  }
  return out;
}

Status CheckTimes(const Chunk& chunk, const EncodedColumn& info) {
  const Column& column = chunk.column(info.index);
  for (uint32_t row = 0; row < column.rows(); ++row) {
    const auto micros = column.value<int64_t>(row);
    if (micros >= 0 && micros < kMicrosPerDay) continue;
    return {Code::kSchemaMismatch,
            fmt::format("table {}, column '{}': {} is no time of a day, as parquet has them: write "
                        "csv or json, or leave the column out",
                        chunk.schema()->path.ToString(), info.name, ValueText(column, row))};
  }
  return {};
}

void ExportColumn(const Column& column, const LocalZone& zone, OwnedArray& owned) {
  const TypeKind kind = column.type().kind;
  std::vector<const void*>& buffers = owned.buffers.emplace_back();
  buffers.push_back(column.null_count() == 0 ? nullptr : column.validity().data());
  if (FixedWidth(kind) == 0) buffers.push_back(column.offsets().data());
  if (kind == TypeKind::kBoolean) {
    owned.bits.push_back(Pack(column));
    buffers.push_back(owned.bits.back().data());
  } else if (kind == TypeKind::kTimestamp) {
    owned.instants.push_back(Instants(column, zone));
    buffers.push_back(owned.instants.back().data());
  } else {
    buffers.push_back(column.data().data());
  }
  owned.columns.push_back({.length = column.rows(),
                           .null_count = column.null_count(),
                           .offset = 0,
                           .n_buffers = static_cast<int64_t>(buffers.size()),
                           .n_children = 0,
                           .buffers = buffers.data(),
                           .children = nullptr,
                           .dictionary = nullptr,
                           .release = ReleaseChild<ArrowArray>,
                           .private_data = nullptr});
}

}  // namespace

void ExportSchema(const Schema& schema, std::span<const EncodedColumn> columns, ArrowSchema* out) {
  auto owned = std::make_unique<OwnedSchema>();
  const auto keep = [&](std::string text) {
    return owned->texts.emplace_back(std::move(text)).c_str();
  };
  for (const EncodedColumn& column : columns) {
    const ColumnInfo& info = schema.columns[column.index];
    owned->fields.push_back({.format = keep(FormatOf(info.type)),
                             .name = keep(column.name),
                             .metadata = nullptr,
                             .flags = info.nullable ? ARROW_FLAG_NULLABLE : 0,
                             .n_children = 0,
                             .children = nullptr,
                             .dictionary = nullptr,
                             .release = ReleaseChild<ArrowSchema>,
                             .private_data = nullptr});
  }
  for (ArrowSchema& field : owned->fields) owned->children.push_back(&field);
  *out = {.format = "+s",
          .name = "",
          .metadata = nullptr,
          .flags = 0,
          .n_children = static_cast<int64_t>(owned->children.size()),
          .children = owned->children.data(),
          .dictionary = nullptr,
          .release = ReleaseParent<OwnedSchema, ArrowSchema>,
          .private_data = nullptr};
  out->private_data = owned.release();
}

Status ExportRows(const Chunk& chunk, std::span<const EncodedColumn> columns, const LocalZone& zone,
                  ArrowArray* out) {
  auto owned = std::make_unique<OwnedArray>();
  for (const EncodedColumn& info : columns) {
    const Column& column = chunk.column(info.index);
    if (column.type().kind == TypeKind::kTime) RETURN_IF_ERROR(CheckTimes(chunk, info));
    ExportColumn(column, zone, *owned);
  }
  for (ArrowArray& column : owned->columns) owned->children.push_back(&column);
  owned->buffers.push_back({nullptr});
  *out = {.length = chunk.rows(),
          .null_count = 0,
          .offset = 0,
          .n_buffers = 1,
          .n_children = static_cast<int64_t>(owned->children.size()),
          .buffers = owned->buffers.back().data(),
          .children = owned->children.data(),
          .dictionary = nullptr,
          .release = ReleaseParent<OwnedArray, ArrowArray>,
          .private_data = nullptr};
  out->private_data = owned.release();
  return {};
}

}  // namespace sluice
