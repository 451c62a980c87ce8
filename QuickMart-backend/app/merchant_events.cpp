#include "QuickMart-backend/app/merchant_events.hpp"

#include <boost/json.hpp>

#include "platform/security/password.hpp"

namespace qm::shop {
namespace {

namespace bj = boost::json;

constexpr std::size_t kMaxEventIdInJob = 90;  // with the kind, a job's id is at most 128 bytes
constexpr std::size_t kEventIdDigits = 40;

std::string job_id_of(const std::string& event) {
  const std::string kind = MerchantEvents::kJobKind;
  if (event.size() <= kMaxEventIdInJob) return kind + "." + event;
  return kind + "." + security::sha256_hex(event).substr(0, kEventIdDigits);
}

std::string text_of(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::int64_t integer_of(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace

std::string print_merchant_event(const MerchantEvent& event) {
  bj::object out{{"id", event.id},
                 {"type", to_string(event.type)},
                 {"at", event.at.time_since_epoch().count()},
                 {"user_id", event.user_id.str()},
                 {"order_id", event.order_id.str()},
                 {"status", event.status},
                 {"payment_status", event.payment_status},
                 {"total", event.total.minor()},
                 {"amount", event.amount.minor()},
                 {"refund_id", event.refund_id},
                 {"sku", event.sku.str()},
                 {"available", event.available},
                 {"threshold", event.threshold}};
  bj::array lines;
  for (const MerchantEventLine& line : event.lines) {
    lines.push_back(bj::object{{"sku", line.sku.str()},
                               {"product_id", line.product_id.str()},
                               {"quantity", line.quantity},
                               {"unit_price", line.unit_price.minor()}});
  }
  out["lines"] = std::move(lines);
  return bj::serialize(out);
}

Result<MerchantEvent> parse_merchant_event(const std::string& payload) {
  boost::system::error_code failed;
  const auto document = bj::parse(payload, failed);
  const auto* object = failed ? nullptr : document.if_object();
  const auto type = object ? parse_merchant_event_type(text_of(*object, "type")) : std::nullopt;
  if (!type) return rejected("The job holds no event.");
  MerchantEvent event;
  event.id = text_of(*object, "id");
  event.type = *type;
  event.at = Timestamp{std::chrono::milliseconds{integer_of(*object, "at")}};
  event.user_id = UserId{text_of(*object, "user_id")};
  event.order_id = OrderId{text_of(*object, "order_id")};
  event.status = text_of(*object, "status");
  event.payment_status = text_of(*object, "payment_status");
  event.total = Money{integer_of(*object, "total")};
  event.amount = Money{integer_of(*object, "amount")};
  event.refund_id = text_of(*object, "refund_id");
  event.sku = SkuId{text_of(*object, "sku")};
  event.available = integer_of(*object, "available");
  event.threshold = integer_of(*object, "threshold");
  const auto* lines = object->if_contains("lines");
  if (lines == nullptr || !lines->is_array()) return event;
  for (const auto& each : lines->get_array()) {
    const auto* line = each.if_object();
    if (line == nullptr) continue;
    event.lines.push_back({SkuId{text_of(*line, "sku")}, ProductId{text_of(*line, "product_id")},
                           integer_of(*line, "quantity"), Money{integer_of(*line, "unit_price")}});
  }
  return event;
}

Task<Result<void>> MerchantEvents::note(MerchantEvent event) {
  jobs::Job job;
  job.id = job_id_of(event.id);
  job.kind = kJobKind;
  job.payload = print_merchant_event(event);
  co_return co_await queue_.enqueue(std::move(job));
}

}  // namespace qm::shop
