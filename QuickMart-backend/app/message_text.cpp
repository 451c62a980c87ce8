#include "QuickMart-backend/app/message_text.hpp"

#include <array>
#include <cstdio>

#include <kainjow/mustache.hpp>

namespace qm::shop {
namespace {

constexpr std::size_t kShownReasons = 2;
constexpr std::size_t kShownProducts = 3;

std::string as_sentence(std::string text) {
  if (text.empty()) return text;
  if (text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  const char last = text.back();
  if (last != '.' && last != '!' && last != '?') text += '.';
  return text;
}

std::string join_reasons(const std::vector<std::string>& reasons) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& reason : reasons) {
    if (reason.empty()) continue;
    if (shown++ == kShownReasons) break;
    if (!text.empty()) text += ' ';
    text += as_sentence(reason);
  }
  return text;
}

std::string join_products(const std::vector<std::string>& products) {
  std::string text;
  const std::size_t shown = std::min(products.size(), kShownProducts);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == shown ? " and " : ", ";
    text += products[i];
  }
  return text;
}

// "24 November 2026": the last day on which the coupon still counts.
std::string last_day(Timestamp expiry) {
  static constexpr std::array kMonths{"January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December"};
  const auto last_moment = expiry - std::chrono::milliseconds{1};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(last_moment)};
  return std::to_string(static_cast<unsigned>(day.day())) + ' ' + kMonths[static_cast<unsigned>(day.month()) - 1] +
         ' ' + std::to_string(static_cast<int>(day.year()));
}

kainjow::mustache::data to_data(const MessageFields& fields) {
  kainjow::mustache::data data;
  const auto set = [&data](const char* field, const std::string& text) {
    if (!text.empty()) data.set(field, text);
  };
  set("name", fields.name.empty() ? "Dear customer" : fields.name);
  set("reasons", join_reasons(fields.reasons));
  set("products", join_products(fields.products));
  set("coupon", fields.coupon.value_or(""));
  if (fields.coupon && fields.expiry) set("expiry", last_day(*fields.expiry));
  return data;
}

// Fields that were left out leave their spaces behind.
std::string tidy(const std::string& text) {
  std::string tidied;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (is_space && (tidied.empty() || tidied.back() == ' ')) continue;
    tidied += is_space ? ' ' : c;
  }
  while (!tidied.empty() && tidied.back() == ' ') tidied.pop_back();
  return tidied;
}

std::string cut(std::string text) {
  if (text.size() <= kMaxMessageBytes) return text;
  std::size_t end = kMaxMessageBytes - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
  text.resize(end);
  return text + "…";
}

bool may_be_rendered(const std::string& text_template) {
  // A partial ({{> name}}) would read a field as a template, and fields come from people.
  return text_template.size() <= kMaxTemplateBytes && text_template.find(">") == std::string::npos;
}

}  // namespace

std::string plain_message(const MessageFields& fields) {
  std::string text = (fields.name.empty() ? "Dear customer" : fields.name) + ", we would be glad to see you again.";
  if (fields.coupon) {
    text += " Use the coupon " + *fields.coupon;
    text += fields.expiry ? ", valid until " + last_day(*fields.expiry) + "." : ".";
  }
  return cut(std::move(text));
}

std::string render_message(const std::string& text_template, const MessageFields& fields) {
  if (!may_be_rendered(text_template)) return plain_message(fields);
  kainjow::mustache::mustache rendered{text_template};
  if (!rendered.is_valid()) return plain_message(fields);
  rendered.set_custom_escape([](const std::string& text) { return text; });
  std::string text = tidy(rendered.render(to_data(fields)));
  if (!rendered.is_valid() || text.empty()) return plain_message(fields);
  return cut(std::move(text));
}

}  // namespace qm::shop
