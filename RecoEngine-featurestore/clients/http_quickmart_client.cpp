#include "RecoEngine-featurestore/clients/http_quickmart_client.hpp"

#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace qm::reco {

HttpQuickmartClient::HttpQuickmartClient(std::string base_url, std::string service_token)
    : client_(std::move(base_url)), service_token_(std::move(service_token)) {}

Task<Result<contracts::AssignCouponAnswer>> HttpQuickmartClient::assign_coupon(contracts::AssignCouponRequest request,
                                                                               Deadline deadline) {
  http::ClientRequest call;
  call.method = http::Method::Post;
  call.target = "/api/coupons/internal/assign-nudge-coupon";
  call.body = json::print(request);
  call.headers.emplace_back("Authorization", "Bearer " + service_token_);
  call.idempotent = true;
  auto answer = co_await client_.send(std::move(call), deadline);
  if (!answer) co_return answer.error();
  if (answer->status == 200) {
    auto assigned = json::parse<contracts::AssignCouponAnswer>(answer->body, "answer");
    if (!assigned) co_return Error{ErrorKind::InDoubt, "QuickMart's answer makes no sense."};
    co_return std::move(*assigned);
  }
  const std::string status = std::to_string(answer->status);
  switch (answer->status) {
    case 400:
    case 409:
    case 422: co_return rejected("QuickMart refused the coupon (" + status + ").");
    case 404: co_return not_found("QuickMart knows no such customer or coupon.");
    // A wrong token is mended by an operator, not by giving up.
    default: co_return unavailable("QuickMart answered " + status + ".");
  }
}

}  // namespace qm::reco
