#include "platform/core/money.hpp"

#include <stdexcept>

namespace qm {

namespace {

void same_currency(Money a, Money b) {
  if (a.currency() != b.currency()) throw std::logic_error("arithmetic on two currencies");
}

std::int64_t checked(bool overflow, std::int64_t value) {
  if (overflow) throw std::overflow_error("an amount of money exceeds 64 bits");
  return value;
}

}  // namespace

Money Money::operator+(Money other) const {
  same_currency(*this, other);
  std::int64_t sum = 0;
  const bool overflow = __builtin_add_overflow(minor_, other.minor_, &sum);
  return Money{checked(overflow, sum), currency_};
}

Money Money::operator-(Money other) const {
  same_currency(*this, other);
  std::int64_t difference = 0;
  const bool overflow = __builtin_sub_overflow(minor_, other.minor_, &difference);
  return Money{checked(overflow, difference), currency_};
}

Money Money::operator*(std::int64_t quantity) const {
  std::int64_t product = 0;
  const bool overflow = __builtin_mul_overflow(minor_, quantity, &product);
  return Money{checked(overflow, product), currency_};
}

Money Money::percent(BasisPoints rate) const {
  std::int64_t scaled = 0;
  const bool overflow = __builtin_mul_overflow(minor_, rate.value, &scaled);
  checked(overflow, scaled);
  const std::int64_t half = scaled < 0 ? -5000 : 5000;
  std::int64_t rounded = 0;
  const bool overflow_again = __builtin_add_overflow(scaled, half, &rounded);
  return Money{checked(overflow_again, rounded) / 10000, currency_};
}

std::strong_ordering Money::operator<=>(const Money& other) const {
  same_currency(*this, other);
  return minor_ <=> other.minor_;
}

std::string to_decimal(Money amount) {
  const bool negative = amount.minor() < 0;
  const auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(amount.minor()) : static_cast<std::uint64_t>(amount.minor());
  std::string cents = std::to_string(magnitude % 100);
  if (cents.size() < 2) cents.insert(0, 1, '0');
  return (negative ? "-" : "") + std::to_string(magnitude / 100) + "." + cents;
}

}  // namespace qm
