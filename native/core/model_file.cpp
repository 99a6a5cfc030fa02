#include "model_file.h"
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include "narrow_weights.h"
#include <stdexcept>
#include <string>

namespace octavec {
namespace {

constexpr char kFileMagic[8] = {'o', 'c', 't', 'a', 'v', 'e', 'c', 'P'};
/** Another number for every change of what is written, or of what it means. */
constexpr int32_t kFileFormat = 3;
constexpr size_t kAlignment = 64;

/** At the start of the file. Facts follow, then numbers, each array from a multiple of kAlignment on. */
struct Header {
  char magic[8];
  int32_t format;
  int32_t precision;
  int32_t number_bytes;
  int32_t short_sums;
  uint64_t fact_bytes;
  uint64_t file_bytes;
  uint64_t fact_hash;
};
static_assert(sizeof(Header) == kModelFileHeader, "as tests know it");

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

/** Where an array stands: its length, and its first byte from the beginning of the numbers on. */
struct Place {
  uint64_t count, offset;
};

class Writer {
 public:
  template <class T>
  void integer(T& value, int32_t, int32_t) {
    add(static_cast<int32_t>(value));
  }
  void number(const float& value) { add(value); }

  template <class T>
  void numbers(const Numbers<T>& array, size_t) {
    add(Place{array.size(), number_bytes_});
    arrays_.push_back({array.data(), array.bytes()});
    number_bytes_ += aligned(array.bytes());
  }
  template <class T>
  void optional_numbers(const Numbers<T>& array, size_t, size_t = 0) {
    numbers(array, 0);
  }

  template <class Item, class Visit>
  void list(const std::vector<Item>& items, int32_t, int32_t, Visit visit) {
    add(static_cast<int32_t>(items.size()));
    for (const Item& item : items) {
      visit(item);
    }
  }

  void write(Header header, const char* path) const {
    std::ofstream file(std::filesystem::u8path(path), std::ios::binary | std::ios::trunc);
    header.fact_bytes = facts_.size();
    header.fact_hash = hash_facts(reinterpret_cast<const uint8_t*>(facts_.data()), facts_.size());
    header.file_bytes = aligned(sizeof header + facts_.size()) + number_bytes_;
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
    file.write(facts_.data(), static_cast<std::streamsize>(facts_.size()));
    pad(file, sizeof header + facts_.size());
    for (const auto& [data, bytes] : arrays_) {
      file.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
      pad(file, bytes);
    }
    file.close();
    if (!file) {
      throw std::runtime_error(std::string(path) + " cannot be written");
    }
  }

 private:
  template <class T>
  void add(const T& value) {
    facts_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  static void pad(std::ofstream& file, size_t bytes) {
    static constexpr char zeros[kAlignment] = {};
    file.write(zeros, static_cast<std::streamsize>(aligned(bytes) - bytes));
  }

  struct Array {
    const void* data;
    size_t bytes;
  };
  std::string facts_;
  std::vector<Array> arrays_;
  size_t number_bytes_ = 0;
};

class Reader {
 public:
  Reader(const uint8_t* file, const Header& header)
      : facts_(file + sizeof header),
        facts_left_(header.fact_bytes),
        numbers_(file + aligned(sizeof header + header.fact_bytes)),
        number_bytes_(header.file_bytes - (numbers_ - file)) {}

  template <class T>
  void integer(T& value, int32_t low, int32_t high) {
    const auto read = take<int32_t>();
    if (read < low || read > high) {
      refuse();
    }
    value = static_cast<T>(read);
  }

  void number(float& value) {
    value = take<float>();
    if (!std::isfinite(value)) {
      refuse();
    }
  }

  template <class T>
  void numbers(Numbers<T>& array, size_t count) {
    if (optional_numbers(array, count); array.size() != count) {
      refuse();
    }
  }
  /** @param other another length that it may have */
  template <class T>
  void optional_numbers(Numbers<T>& array, size_t count, size_t other = 0) {
    const auto place = take<Place>();
    if (place.count == 0) {
      return;
    }
    if ((place.count != count && place.count != other) || place.offset % kAlignment != 0 ||
        place.offset > number_bytes_ || place.count > (number_bytes_ - place.offset) / sizeof(T)) {
      refuse();
    }
    array = Numbers<T>::view(reinterpret_cast<const T*>(numbers_ + place.offset), place.count);
  }

  template <class Item, class Visit>
  void list(std::vector<Item>& items, int32_t least, int32_t most, Visit visit) {
    int32_t count;
    integer(count, least, most);
    for (int32_t i = 0; i < count; i++) {
      items.emplace_back();
      visit(items.back());
    }
  }

  void expect_end() const {
    if (facts_left_ != 0) {
      refuse();
    }
  }

  [[noreturn]] static void refuse() {
    throw std::invalid_argument("not a packed model of this format, or a damaged one");
  }

 private:
  template <class T>
  T take() {
    if (facts_left_ < sizeof(T)) {
      refuse();
    }
    T value;
    std::memcpy(&value, facts_, sizeof value);
    facts_ += sizeof value;
    facts_left_ -= sizeof value;
    return value;
  }

  const uint8_t* facts_;
  size_t facts_left_;
  const uint8_t* numbers_;
  size_t number_bytes_;
};

/**
 * Everything that a model holds, in the order of the file: a const model goes through a Writer, another is filled by a
 * Reader, which refuses numbers out of range and arrays of other lengths than these.
 */
template <class File, class AnyModel>
class ModelLayout {
 public:
  ModelLayout(File& file, AnyModel& model, const Kernels& kernels) : file_(file), model_(model), kernels_(kernels) {}

  void everything() {
    widths();
    file_.integer(model_.max_tokens, 1, kMaxTokens);
    file_.integer(model_.activation, 0, 3);
    file_.integer(model_.gated, 0, 1);
    file_.integer(model_.pre_norm, 0, 1);
    file_.number(model_.score_scale);
    if (model_.score_scale < 0) {
      Reader::refuse();
    }
    file_.integer(model_.vocabulary, 1, kMaxVocabulary);
    file_.integer(model_.uncounted_word, -1, model_.vocabulary - 1);
    const size_t tokens = model_.max_tokens;
    file_.optional_numbers(model_.positions, (tokens + (model_.uncounted_word < 0 ? 0 : 1)) * model_.hidden);
    file_.optional_numbers(model_.token_type, model_.hidden);
    file_.optional_numbers(model_.relative_bias, model_.heads * (2 * tokens - 1 + kRelativePadding));
    norm(model_.embedding_norm, model_.hidden);
    norm(model_.final_norm, model_.hidden);
    file_.list(model_.rotations, 0, kMaxRotations, [this, tokens](auto& rotation) {
      file_.numbers(rotation.steps, model_.head_width / 2);
      file_.numbers(rotation.turns, tokens * model_.head_width);
    });
    file_.list(model_.layers, 1, kMaxLayers, [this](auto& each) { layer(each); });
    head();
    words();
  }

 private:
  void widths() {
    file_.integer(model_.hidden, kPanel, kMaxWidth);
    file_.integer(model_.heads, 1, kMaxHeads);
    file_.integer(model_.key_value_heads, 1, model_.heads);
    file_.integer(model_.head_width, 16, kMaxHeadWidth);
    file_.integer(model_.ffn, kPanel, kMaxWidth);
    check_widths(model_.hidden, model_.heads, model_.key_value_heads, model_.head_width, model_.ffn);
  }

  /** @param other another width that it may have */
  template <class AnyNorm>
  void norm(AnyNorm& norm, int32_t width, int32_t other = 0) {
    file_.optional_numbers(norm.gamma, width, other);
    file_.optional_numbers(norm.beta, norm.gamma.size());
    file_.number(norm.epsilon);
    file_.integer(norm.rms, 0, 1);
    if (norm.beta.size() != norm.gamma.size()) {
      Reader::refuse();
    }
  }

  template <class AnyLinear>
  void linear(AnyLinear& linear, int32_t inputs, int32_t columns) {
    file_.integer(linear.inputs, inputs, inputs);
    file_.integer(linear.columns, columns, columns);
    file_.numbers(linear.bias, columns);
    file_.numbers(linear.scale, columns);
    file_.numbers(linear.sum, columns);
    file_.integer(linear.narrow, 0, columns);
    file_.integer(linear.block, 0, kMaxWidth);
    if (linear.narrow % kPanel != 0 || (linear.narrow > 0 && (linear.block < 8 || linear.block % 8 != 0)) ||
        (linear.narrow > 0 && kernels_.number_bytes != 1)) {
      Reader::refuse();
    }
    const size_t narrow = linear.narrow > 0 ? narrow_bytes(inputs, linear.narrow, linear.block) : 0;
    file_.optional_numbers(linear.narrow_blocks, narrow);
    const size_t wide = size_t(inputs) * (columns - linear.narrow) * kernels_.number_bytes;
    file_.optional_numbers(linear.groups, wide);
    if (linear.narrow_blocks.size() != narrow || linear.groups.size() != wide) {
      Reader::refuse();
    }
  }

  template <class AnyLayer>
  void layer(AnyLayer& layer) {
    const int32_t hidden = model_.hidden, inner = model_.inner(), ffn = model_.ffn;
    norm(layer.attention_norm, hidden);
    norm(layer.query_norm, model_.head_width, inner);
    norm(layer.key_norm, model_.head_width, model_.key_value_inner());
    norm(layer.attention_out_norm, hidden);
    norm(layer.ffn_norm, hidden);
    norm(layer.ffn_out_norm, hidden);
    if (!model_.pre_norm && (layer.attention_out_norm.present() || layer.ffn_out_norm.present())) {
      Reader::refuse();
    }
    if (!model_.pre_norm && !(layer.attention_norm.present() && layer.ffn_norm.present())) {
      Reader::refuse();
    }
    file_.optional_numbers(layer.qkv_factor, hidden);
    file_.optional_numbers(layer.out_factor, inner);
    file_.optional_numbers(layer.up_factor, hidden);
    file_.optional_numbers(layer.down_factor, ffn);
    file_.integer(layer.rotation, -1, static_cast<int32_t>(model_.rotations.size()) - 1);
    file_.integer(layer.window, 0, kMaxTokens);
    file_.integer(layer.causal, 0, 1);
    linear(layer.qkv, hidden, model_.qkv_width());
    linear(layer.out, inner, hidden);
    linear(layer.up, hidden, model_.gated ? 2 * ffn : ffn);
    linear(layer.down, ffn, hidden);
  }

  void head() {
    file_.list(model_.pooling, 1, kMaxPoolings, [this](auto& mode) { file_.integer(mode, 0, kMaxPoolings - 1); });
    check_poolings(model_.pooling);
    int32_t width = model_.pooled_width();
    file_.list(model_.dense, 0, kMaxDenseLayers, [this, &width](auto& dense) {
      file_.integer(dense.inputs, width, width);
      file_.integer(dense.outputs, 1, kMaxWidth);
      width = dense.outputs;
      file_.numbers(dense.weights, size_t(dense.inputs) * dense.outputs);
      file_.optional_numbers(dense.bias, dense.outputs);
      file_.integer(dense.tanh, 0, 1);
    });
    file_.integer(model_.normalize, 0, 1);
  }

  void words() {
    const size_t numbers = size_t(model_.vocabulary) * model_.hidden;
    auto& words = model_.words;
    if (model_.precision == Precision::kBFloat16) {
      file_.numbers(words.halves, numbers);
      return;
    }
    file_.integer(words.bits, 0, 8);
    file_.integer(words.block, 0, kMaxWidth);
    if (words.block == 0) {
      file_.numbers(words.scale, model_.vocabulary);
      file_.numbers(words.quantized, numbers);
      return;
    }
    if (words.bits != 4 && words.bits != 8) {
      Reader::refuse();
    }
    const size_t blocks = size_t(model_.vocabulary) * ((model_.hidden + words.block - 1) / words.block);
    file_.numbers(words.steps, blocks);
    file_.optional_numbers(words.zeros, blocks);
    file_.numbers(words.codes, numbers * words.bits / 8);
  }

  File& file_;
  AnyModel& model_;
  const Kernels& kernels_;
};

Header header_for(Precision precision, const Kernels& kernels) {
  Header header{};
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
  Writer writer;
  ModelLayout(writer, model, kernels).everything();
  writer.write(header_for(model.precision, kernels), path);
}

Model read_model_file(const uint8_t* data, size_t size, const Kernels& kernels) {
  const Precision precision = kernels.number_bytes == 2 ? Precision::kBFloat16 : Precision::kInt8;
  const Header expected = header_for(precision, kernels);
  Header header;
  if (size < sizeof header) {
    Reader::refuse();
  }
  std::memcpy(&header, data, sizeof header);
  if (std::memcmp(&header, &expected, offsetof(Header, fact_bytes)) != 0 || header.file_bytes != size ||
      header.fact_bytes > size || aligned(sizeof header + header.fact_bytes) > size ||
      header.fact_hash != hash_facts(data + sizeof header, header.fact_bytes)) {
    Reader::refuse();
  }
  Reader reader(data, header);
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
