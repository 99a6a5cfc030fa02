/** Numbers that a model keeps: its own, or those of a file in memory that outlives it. */
#pragma once
#include <algorithm>
#include <vector>
#include "buffer.h"

namespace octavec {

template <class T>
class Numbers {
 public:
  Numbers() = default;
  Numbers(Buffer<T> own) : own_(std::move(own)) {}
  Numbers(const std::vector<T>& values) : own_(values.size()) { std::copy(values.begin(), values.end(), own_.data()); }

  static Numbers view(const T* data, size_t size) {
    Numbers numbers;
    numbers.view_ = data;
    numbers.viewed_ = size;
    return numbers;
  }

  const T* data() const { return view_ != nullptr ? view_ : own_.data(); }
  size_t size() const { return view_ != nullptr ? viewed_ : own_.size(); }
  size_t bytes() const { return size() * sizeof(T); }
  bool empty() const { return size() == 0; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  const T& operator[](size_t index) const { return data()[index]; }

 private:
  Buffer<T> own_;
  const T* view_ = nullptr;
  size_t viewed_ = 0;
};

}  // namespace octavec
