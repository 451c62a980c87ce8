#include "platform/core/clock.hpp"

namespace qm {

using std::chrono::milliseconds;

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

namespace {

// Writes `value` over the `width` characters that end at `end`.
void write_digits(char* end, unsigned value, int width) {
  for (; width > 0; --width, value /= 10) *--end = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string to_rfc3339(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const auto in_day = static_cast<unsigned>((at - day).count());
  std::string text = "0000-00-00T00:00:00.000Z";
  write_digits(&text[4], static_cast<unsigned>(int{date.year()}), 4);
  write_digits(&text[7], unsigned{date.month()}, 2);
  write_digits(&text[10], unsigned{date.day()}, 2);
  write_digits(&text[13], in_day / 3'600'000, 2);
  write_digits(&text[16], in_day / 60'000 % 60, 2);
  write_digits(&text[19], in_day / 1'000 % 60, 2);
  write_digits(&text[23], in_day % 1'000, 3);
  return text;
}

namespace {

// Reads exactly `width` digits at `pos`, or gives -1.
int digits(std::string_view text, std::size_t pos, std::size_t width) {
  if (pos + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = pos; i < pos + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Result<Timestamp> parse_rfc3339(std::string_view text) {
  // Made when it is needed only: most texts are times, and each event has one.
  const auto bad = [] { return Error{ErrorKind::Rejected, "A time is written as in 2026-11-22T09:49:08.614Z"}; };
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year < 1970 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60) {
    return bad();
  }
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return bad();
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return bad();
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return bad();

  std::size_t pos = 19;
  int millis = 0;
  if (pos < text.size() && text[pos] == '.') {
    const std::size_t first = ++pos;
    int scale = 100;
    for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, scale /= 10) {
      millis += (text[pos] - '0') * scale;
    }
    if (pos == first || pos - first > 9) return bad();
  }
  int offset_minutes = 0;
  if (pos >= text.size()) return bad();
  const char zone = text[pos];
  if (zone == '+' || zone == '-') {
    const int oh = digits(text, pos + 1, 2), om = digits(text, pos + 4, 2);
    if (oh < 0 || oh > 23 || om < 0 || om > 59 || text[pos + 3] != ':') return bad();
    offset_minutes = (zone == '+' ? 1 : -1) * (oh * 60 + om);
    pos += 6;
  } else if (zone == 'Z' || zone == 'z') {
    pos += 1;
  } else {
    return bad();
  }
  if (pos != text.size()) return bad();
  return Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute - offset_minutes} + std::chrono::seconds{second} + milliseconds{millis};
}

}  // namespace qm
