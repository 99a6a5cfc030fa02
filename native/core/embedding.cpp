#include "embedding.h"
#include <algorithm>
#include <functional>
#include "bf16.h"

namespace octavec {
namespace {

/** A word whose codes are in blocks. */
void read_blocks(const WordTable& table, int32_t word, int32_t width, float* out) {
  const int32_t blocks = (width + table.block - 1) / table.block;
  const uint8_t* codes = table.codes.data() + size_t(word) * width * table.bits / 8;
  for (int32_t block = 0; block < blocks; block++) {
    const size_t at = size_t(word) * blocks + block;
    const int32_t zero = table.zeros.empty() ? 1 << (table.bits - 1) : table.zeros[at];
    const int32_t end = std::min(width, (block + 1) * table.block);
    for (int32_t i = block * table.block; i < end; i++) {
      const int32_t code = table.bits == 8 ? codes[i] : codes[i / 2] >> (4 * (i & 1)) & 15;
      out[i] = table.steps[at] * static_cast<float>(code - zero);
    }
  }
}

void read_word(const Model& model, int32_t word, float* out) {
  const size_t width = model.hidden;
  const WordTable& table = model.words;
  if (model.precision == Precision::kBFloat16) {
    std::transform(table.halves.data() + word * width, table.halves.data() + (word + 1) * width, out, from_bf16);
  } else if (table.block > 0) {
    read_blocks(table, word, model.hidden, out);
  } else {
    const int8_t* row = table.quantized.data() + word * width;
    const float scale = table.scale[word];
    std::transform(row, row + width, out, [scale](int8_t code) { return scale * float(code); });
  }
}

/** What a token gets beside its word; null if that is nothing. */
const float* added_to(const Model& model, int32_t position) {
  return !model.positions.empty()    ? model.positions.data() + size_t(position) * model.hidden
         : !model.token_type.empty() ? model.token_type.data()
                                     : nullptr;
}

}  // namespace

void embed_rows(const ChunkTask& task, const Share& rows) {
  const Model& model = task.model;
  task.for_tokens(rows, [&](int32_t row, int32_t token, int32_t start) {
    float* out = task.hidden_row(row);
    read_word(model, task.batch.ids[token], out);
    if (const float* added = added_to(model, model.position(task.batch.ids + start, token - start))) {
      std::transform(out, out + model.hidden, added, out, std::plus<float>());
    }
  });
}

}  // namespace octavec
