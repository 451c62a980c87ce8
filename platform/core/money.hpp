// Money: an integer number of minor units (cents) with its currency. Never a float.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace qm {

// ISO 4217 code of a currency with two decimals.
class Currency {
 public:
  constexpr Currency() = default;  // USD
  // Precondition: three letters A–Z.
  constexpr explicit Currency(std::string_view code) : code_{code.at(0), code.at(1), code.at(2)} {}
  constexpr std::string_view code() const { return {code_.data(), code_.size()}; }
  friend constexpr auto operator<=>(const Currency&, const Currency&) = default;

 private:
  std::array<char, 3> code_{'U', 'S', 'D'};
};

// A share of 10 000ths: 8 % is 800. Exact for every rate with up to two decimals.
struct BasisPoints {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(const BasisPoints&, const BasisPoints&) = default;
};

class Money {
 public:
  constexpr Money() = default;
  constexpr explicit Money(std::int64_t minor, Currency currency = {}) : minor_(minor), currency_(currency) {}

  constexpr std::int64_t minor() const { return minor_; }
  constexpr Currency currency() const { return currency_; }
  constexpr bool is_zero() const { return minor_ == 0; }

  // Arithmetic on two currencies, or past 64 bits, is a defect: throws std::logic_error / std::overflow_error.
  Money operator+(Money other) const;
  Money operator-(Money other) const;
  Money operator*(std::int64_t quantity) const;
  // Rounded half away from zero to the minor unit.
  Money percent(BasisPoints rate) const;

  std::strong_ordering operator<=>(const Money& other) const;
  friend constexpr bool operator==(const Money&, const Money&) = default;

 private:
  std::int64_t minor_ = 0;
  Currency currency_{};
};

// "19.99" / "-0.05": the amount without its currency.
std::string to_decimal(Money amount);

}  // namespace qm
