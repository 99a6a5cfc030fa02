/**
 * The bytes of a packed model: a header, facts one after the other, and the numbers of arrays. What a model holds, and
 * in which order, is model_layout.h.
 */
#pragma once
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>
#include "model_file.h"

namespace octavec {

constexpr char kFileMagic[8] = {'o', 'c', 't', 'a', 'v', 'e', 'c', 'P'};
/** Another number for every change of what is written, or of what it means. */
constexpr int32_t kFileFormat = 3;
constexpr size_t kAlignment = 64;

/** At the start of the file. Facts follow, then numbers, each array from a multiple of kAlignment on. */
struct PackedHeader {
  char magic[8];
  int32_t format;
  int32_t precision;
  int32_t number_bytes;
  int32_t short_sums;
  uint64_t fact_bytes;
  uint64_t file_bytes;
  uint64_t fact_hash;
};
static_assert(sizeof(PackedHeader) == kModelFileHeader, "as tests know it");

inline size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

/** Where an array stands: its length, and its first byte from the beginning of the numbers on. */
struct PackedPlace {
  uint64_t count, offset;
};

class PackedWriter {
 public:
  template <class T>
  void integer(T& value, int32_t, int32_t) {
    add(static_cast<int32_t>(value));
  }
  void number(const float& value) { add(value); }

  template <class T>
  void numbers(const Numbers<T>& array, size_t) {
    add(PackedPlace{array.size(), number_bytes_});
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

  void write(PackedHeader header, const char* path) const {
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

class PackedReader {
 public:
  PackedReader(const uint8_t* file, const PackedHeader& header)
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
    const auto place = take<PackedPlace>();
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

}  // namespace octavec
