#include "platform/core/id.hpp"

#include <sys/random.h>

#include <system_error>

namespace qm {

bool is_valid_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > kMaxIdBytes) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '@' || c == '+' || c == '-';
  });
}

namespace {

// Kernel randomness, bought in batches: one system call for some hundred ids per thread.
std::uint64_t random_bits() {
  thread_local std::array<std::uint64_t, 256> batch;
  thread_local std::size_t used = batch.size();
  if (used == batch.size()) {
    if (getrandom(batch.data(), sizeof batch, 0) != static_cast<ssize_t>(sizeof batch)) {
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    used = 0;
  }
  return batch[used++];
}

}  // namespace

std::string make_id(std::string_view prefix, Timestamp now) {
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<char, 26> text;
  auto millis = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (int i = 9; i >= 0; --i, millis >>= 5) text[static_cast<std::size_t>(i)] = kAlphabet[millis & 31];
  std::uint64_t high = random_bits(), low = random_bits();
  for (std::size_t i = 10; i < 18; ++i, high >>= 5) text[i] = kAlphabet[high & 31];
  for (std::size_t i = 18; i < 26; ++i, low >>= 5) text[i] = kAlphabet[low & 31];
  std::string id;
  id.reserve(prefix.size() + 27);
  id.append(prefix).append(1, '_').append(text.data(), text.size());
  return id;
}

}  // namespace qm
