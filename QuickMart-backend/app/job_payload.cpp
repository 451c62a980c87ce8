#include "QuickMart-backend/app/job_payload.hpp"

#include <boost/json.hpp>

namespace qm::shop {

std::string print_customer_job(const UserId& user) {
  boost::json::object payload;
  payload["user_id"] = user.str();
  return boost::json::serialize(payload);
}

Result<UserId> parse_customer_job(const std::string& payload) {
  boost::system::error_code failed;
  const auto document = boost::json::parse(payload, failed);
  const auto* object = failed ? nullptr : document.if_object();
  const auto* id = object ? object->if_contains("user_id") : nullptr;
  if (!id || !id->is_string()) return rejected("The job names no customer.");
  return UserId::parse(std::string{id->get_string()});
}

}  // namespace qm::shop
