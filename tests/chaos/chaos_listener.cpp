#include "tests/chaos/chaos_listener.hpp"

#include "tests/chaos/chaos_call.hpp"

namespace qm::chaos {
namespace {

constexpr std::uint64_t kRefusedOneIn = 40, kLostOneIn = 43;  // of batches: before and after they were taken

http::Response answer_of(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

}  // namespace

Listener::Listener() : api_{{"listener", "1", ""}} {
  api_.raw(http::Method::Post, "/events", {.name = "events"},
           [this](const http::Request& request) { return take(request); });
  server_ = std::make_unique<http::Server>(workers_, api_, http::ServerOptions{});
  server_->start();
  workers_.start();
}

Listener::~Listener() {
  workers_.stop();
  workers_.join();
}

Task<http::Response> Listener::take(const http::Request& request) {
  const std::lock_guard lock{mutex_};
  ++batches_;
  if (batches_ % kRefusedOneIn == 0) co_return answer_of(503, "{}");
  boost::system::error_code malformed;
  const auto batch = boost::json::parse(request.body, malformed);
  if (malformed) co_return answer_of(422, "{}");
  const auto& events = list_of(batch, "/events");
  for (const auto& event : events) {
    const std::string order = text_of(event, "/data/order_id");
    if (!order.empty()) heard_[order][text_of(event, "/type")].insert(text_of(event, "/event_id"));
  }
  auto answer = answer_of(200, R"({"accepted":)" + std::to_string(events.size()) + R"(,"duplicates":0,"ignored":[]})");
  answer.lost = batches_ % kLostOneIn == 0;
  co_return answer;
}

std::int64_t Listener::heard(const std::string& order, const std::string& type) const {
  const std::lock_guard lock{mutex_};
  const auto of_order = heard_.find(order);
  if (of_order == heard_.end()) return 0;
  const auto of_type = of_order->second.find(type);
  return of_type == of_order->second.end() ? 0 : static_cast<std::int64_t>(of_type->second.size());
}

}  // namespace qm::chaos
