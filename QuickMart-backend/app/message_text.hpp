// What a message to a customer says: a template filled with what is known. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"

namespace qm::shop {

// The fields a template may name. What is empty is left out of the text.
struct MessageFields {
  std::string name;
  std::vector<std::string> reasons;     // for people, as in "no purchase for 74 days"; at most two are shown
  std::vector<std::string> products;    // names of products, such as those left in a cart
  std::optional<std::string> coupon;    // a code
  std::optional<Timestamp> expiry;      // the first moment at which the coupon is no longer valid
};

inline constexpr std::size_t kMaxTemplateBytes = 4'096;
inline constexpr std::size_t kMaxMessageBytes = 2'000;

// Mustache, without escaping for HTML: the text is text. A template that is broken, too long or calls for partials, and
// one that leaves nothing to read, gives a plain sentence instead. Never empty, valid UTF-8 if its parts are.
std::string render_message(const std::string& text_template, const MessageFields& fields);
std::string plain_message(const MessageFields& fields);

}  // namespace qm::shop
