#include "platform/http/message.hpp"

namespace qm::http {

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::Get: return "GET";
    case Method::Head: return "HEAD";
    case Method::Post: return "POST";
    case Method::Put: return "PUT";
    case Method::Delete: return "DELETE";
    case Method::Patch: return "PATCH";
    case Method::Options: return "OPTIONS";
    case Method::Other: break;
  }
  return "OTHER";
}

namespace {

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
           return lower(x) == lower(y);
         });
}

}  // namespace

BodyParts parts_of(const Request& request) {
  if (request.parts) return request.parts;
  return [&request, given = false]() mutable -> Task<Result<std::string>> {
    const bool all_given = std::exchange(given, true);
    std::string part = all_given ? std::string{} : request.body;
    co_return part;
  };
}

std::string_view Request::header(std::string_view name) const noexcept {
  for (const auto& [known, value] : headers) {
    if (same_name(known, name)) return value;
  }
  return {};
}

}  // namespace qm::http
