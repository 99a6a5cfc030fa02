/** Memory aligned to cache lines that is not initialised: for packed weights and scratch. */
#pragma once
#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

namespace octavec {

template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t count) : count_(count), data_(static_cast<T*>(allocate(count * sizeof(T)))) {}
  Buffer(Buffer&& other) noexcept
      : count_(std::exchange(other.count_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(count_, other.count_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Buffer() { release(data_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return count_; }
  size_t bytes() const { return count_ * sizeof(T); }

  /** Makes room for `count` elements; what was there is lost. */
  void reserve(size_t count) {
    if (count > count_) {
      *this = Buffer();
      *this = Buffer(count);
    }
  }

 private:
  static void* allocate(size_t bytes) { return ::operator new(bytes, std::align_val_t(64)); }
  static void release(void* memory) { ::operator delete(memory, std::align_val_t(64)); }

  size_t count_ = 0;
  T* data_ = nullptr;
};

}  // namespace octavec
