#include "mapped_file.h"
#include <stdexcept>
#include <string>
#ifdef _WIN32
#include <filesystem>
#include <fstream>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace octavec {
namespace {

[[noreturn]] void refuse(const char* path) { throw std::runtime_error(std::string(path) + " cannot be read"); }

}  // namespace

#ifdef _WIN32

MappedFile::MappedFile(const char* path) {
  std::ifstream file(std::filesystem::u8path(path), std::ios::binary | std::ios::ate);
  if (!file) {
    refuse(path);
  }
  size_ = static_cast<size_t>(file.tellg());
  copy_ = Buffer<uint8_t>(size_);
  file.seekg(0);
  if (!file.read(reinterpret_cast<char*>(copy_.data()), static_cast<std::streamsize>(size_))) {
    refuse(path);
  }
  data_ = copy_.data();
}

MappedFile::~MappedFile() = default;

void MappedFile::read_ahead(size_t) const {}

#else

MappedFile::MappedFile(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    refuse(path);
  }
  struct stat facts;
  void* memory = MAP_FAILED;
  if (fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0) {
    size_ = static_cast<size_t>(facts.st_size);
    memory = mmap(nullptr, size_, PROT_READ, MAP_SHARED, file, 0);
  }
  close(file);
  if (memory == MAP_FAILED) {
    refuse(path);
  }
  data_ = static_cast<const uint8_t*>(memory);
}

MappedFile::~MappedFile() { munmap(const_cast<uint8_t*>(data_), size_); }

void MappedFile::read_ahead(size_t bytes) const { madvise(const_cast<uint8_t*>(data_), bytes, MADV_WILLNEED); }

#endif

}  // namespace octavec
