// An array that is copied in a moment and changed in the copy: copies share the chunks that were not written to since.
// Build one, copy it, write to the copy; what was copied from is written to no more and may be read by any thread.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace qm::shop {

template <class T>
class ChunkedArray {
 public:
  ChunkedArray() = default;
  ChunkedArray(const ChunkedArray& other) : chunks_(other.chunks_), own_(chunks_.size(), false), size_(other.size_) {}
  ChunkedArray(ChunkedArray&&) noexcept = default;
  ChunkedArray& operator=(ChunkedArray&&) noexcept = default;

  std::size_t size() const noexcept { return size_; }
  // Precondition: at < size().
  const T& operator[](std::size_t at) const noexcept { return (*chunks_[at / kPerChunk])[at % kPerChunk]; }
  // Past the end: grows, and what lies between is T{}.
  void set(std::size_t at, T value) {
    const std::size_t chunk = at / kPerChunk;
    while (chunks_.size() <= chunk) {
      chunks_.push_back(std::make_shared<Chunk>());
      own_.push_back(true);
    }
    if (!own_[chunk]) {
      chunks_[chunk] = std::make_shared<Chunk>(*chunks_[chunk]);
      own_[chunk] = true;
    }
    (*chunks_[chunk])[at % kPerChunk] = std::move(value);
    if (at >= size_) size_ = at + 1;
  }

 private:
  static constexpr std::size_t kPerChunk = 256;
  using Chunk = std::array<T, kPerChunk>;

  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::vector<bool> own_;  // by chunk: made or copied here, so that nobody else reads it yet
  std::size_t size_ = 0;
};

}  // namespace qm::shop
