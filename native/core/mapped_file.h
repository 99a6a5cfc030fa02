/** A file in memory, read only: mapped where the system can, so that processes share what they read of it. */
#pragma once
#include <cstddef>
#include <cstdint>
#include "buffer.h"

namespace octavec {

class MappedFile {
 public:
  /** @param path in UTF-8. Throws std::runtime_error if the file cannot be read. */
  explicit MappedFile(const char* path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  /** Asks the system to read so many bytes ahead. */
  void read_ahead(size_t bytes) const;

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  /** The file's bytes where nothing is mapped. */
  Buffer<uint8_t> copy_;
};

}  // namespace octavec
