#include "model_file.h"
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>
#include "model_layout.h"
#include "packed_file.h"

namespace octavec {
namespace {

PackedHeader header_for(Precision precision, const Kernels& kernels) {
  PackedHeader header{};
  std::memcpy(header.magic, kFileMagic, sizeof kFileMagic);
  header.format = kFileFormat;
  header.precision = static_cast<int32_t>(precision);
  header.number_bytes = kernels.number_bytes;
  header.short_sums = kernels.short_sums ? 1 : 0;
  return header;
}

}  // namespace

uint64_t hash_facts(const uint8_t* facts, size_t size) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < size; i++) {
    hash = (hash ^ facts[i]) * 0x100000001b3u;
  }
  return hash;
}

void write_model_file(const Model& model, const Kernels& kernels, const char* path) {
  if (model.precision == Precision::kFloat32) {
    throw std::invalid_argument("models of the reference path are not written");
  }
  PackedWriter writer;
  ModelLayout(writer, model, kernels).everything();
  writer.write(header_for(model.precision, kernels), path);
}

Model read_model_file(const uint8_t* data, size_t size, const Kernels& kernels) {
  const Precision precision = kernels.number_bytes == 2 ? Precision::kBFloat16 : Precision::kInt8;
  const PackedHeader expected = header_for(precision, kernels);
  PackedHeader header;
  if (size < sizeof header) {
    PackedReader::refuse();
  }
  std::memcpy(&header, data, sizeof header);
  if (std::memcmp(&header, &expected, offsetof(PackedHeader, fact_bytes)) != 0 || header.file_bytes != size ||
      header.fact_bytes > size || aligned(sizeof header + header.fact_bytes) > size ||
      header.fact_hash != hash_facts(data + sizeof header, header.fact_bytes)) {
    PackedReader::refuse();
  }
  PackedReader reader(data, header);
  Model model{};
  model.precision = precision;
  ModelLayout(reader, model, kernels).everything();
  reader.expect_end();
  return model;
}

Model map_model_file(const char* path, const Kernels& kernels) {
  const auto file = std::make_shared<const MappedFile>(path);
  Model model = read_model_file(file->data(), file->size(), kernels);
  // All but the words, which stand last: most of a vocabulary is hardly ever looked at, and need not be in memory.
  const WordTable& words = model.words;
  const void* numbers = !words.halves.empty()  ? static_cast<const void*>(words.halves.data())
                        : !words.codes.empty() ? static_cast<const void*>(words.steps.data())
                                               : words.quantized.data();
  file->read_ahead(static_cast<const uint8_t*>(numbers) - file->data());
  model.file = file;
  return model;
}

}  // namespace octavec
