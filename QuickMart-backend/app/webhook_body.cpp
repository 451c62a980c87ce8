#include "QuickMart-backend/app/webhook_body.hpp"

#include <boost/json/serialize.hpp>

namespace qm::shop {
namespace {

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::string_view{text}); }

// An object's members, one after the other. Amounts are numbers of two decimals, exactly.
class Members {
 public:
  Members& text(std::string_view name, std::string_view value) { return raw(name, quoted(value)); }
  Members& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  Members& amount(std::string_view name, Money value) { return raw(name, to_decimal(value)); }
  Members& raw(std::string_view name, std::string_view value) {
    text_.append(text_.empty() ? "" : ",").append(quoted(name)).append(":").append(value);
    return *this;
  }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string stock_data(const MerchantEvent& event) {
  Members data;
  data.text("sku", event.sku.str()).number("available", event.available).number("threshold", event.threshold);
  return data.object();
}

std::string order_data(const MerchantEvent& event) {
  std::string items;
  for (const MerchantEventLine& line : event.lines) {
    Members item;
    item.text("sku", line.sku.str()).text("product_id", line.product_id.str());
    item.number("quantity", line.quantity).amount("unit_price", line.unit_price);
    items.append(items.empty() ? "" : ",").append(item.object());
  }
  Members data;
  data.text("order_id", event.order_id.str()).text("user_id", event.user_id.str());
  data.text("status", event.status).text("payment_status", event.payment_status);
  data.amount("total_amount", event.total).text("currency", event.total.currency().code());
  data.raw("items", "[" + items + "]");
  if (event.type == MerchantEventType::order_refunded)
    data.text("refund_id", event.refund_id).amount("refunded_amount", event.amount);
  return data.object();
}

std::string whole(std::string_view type, Timestamp at, std::string_view data) {
  return Members{}.text("type", type).text("timestamp", to_rfc3339(at)).raw("data", data).object();
}

}  // namespace

std::string webhook_body(const MerchantEvent& event) {
  const std::string data = event.sku.empty() ? order_data(event) : stock_data(event);
  return whole(to_string(event.type), event.at, data);
}

std::string test_webhook_body(Timestamp at) { return whole(kTestEvent, at, R"({"message":"It works."})"); }

}  // namespace qm::shop
