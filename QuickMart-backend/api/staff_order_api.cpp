#include "QuickMart-backend/api/staff_order_api.hpp"

#include "platform/security/password.hpp"
#include "QuickMart-backend/api/audit_api.hpp"
#include "QuickMart-backend/api/idempotency_key.hpp"
#include "QuickMart-backend/api/order_wire.hpp"

namespace qm::shop {
namespace wire {

struct ByStaffOrder {
  OrderId order_id;
};
BOOST_DESCRIBE_STRUCT(ByStaffOrder, (), (order_id))

struct OrderPaging {
  std::int64_t limit = 100;
  std::optional<std::string> cursor;  // of the answer before
  std::optional<OrderStatus> status;
};
BOOST_DESCRIBE_STRUCT(OrderPaging, (), (limit, cursor, status))
inline auto constraints(const OrderPaging*) {
  return json::fields(json::field(&OrderPaging::limit, json::defaulted(), json::range(1, 500)),
                      json::field(&OrderPaging::cursor, json::length(1, 1'024)));
}

struct StaffOrders {
  std::vector<StaffOrder> orders;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(StaffOrders, (), (orders, cursor))

struct NewStatus {
  OrderStatus status = OrderStatus::processing;
};
BOOST_DESCRIBE_STRUCT(NewStatus, (), (status))

struct NewRefund {
  std::optional<json::Amount> amount;
  std::vector<ReturnedLine> lines;
  bool with_shipping = false;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(NewRefund, (), (amount, lines, with_shipping, reason))
inline auto constraints(const NewRefund*) {
  using R = NewRefund;
  return json::fields(json::field(&R::amount, json::range(0.01, 1e9)),
                      json::field(&R::lines, json::defaulted(), json::length(0, kMaxCartLines)),
                      json::field(&R::with_shipping, json::defaulted()), json::field(&R::reason, json::length(1, 500)));
}

}  // namespace wire

namespace {

using http::Call;
using http::None;
using StaffShown = Task<Result<wire::StaffOrder>>;

constexpr std::size_t kRefundIdDigits = 26;

http::EndpointInfo order_staff(std::string name, std::string summary, std::vector<int> errors) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary);
  info.tag = "admin";
  info.access = http::Access::Staff;
  info.errors = std::move(errors);
  return info;
}

RefundRequest to_refund_request(const wire::NewRefund& body, const std::string& order, std::string key,
                                std::string by) {
  RefundRequest request;
  request.id = "rf_" + security::sha256_hex({order, key}).substr(0, kRefundIdDigits);
  std::string lines;
  for (const wire::ReturnedLine& line : body.lines) {
    lines += line.sku.str() + "=" + std::to_string(line.quantity) + (line.restock ? "+" : "-") + ";";
    request.lines.push_back({line.sku, line.quantity, line.restock});
  }
  if (body.amount) request.amount = Money{body.amount->minor};
  request.with_shipping = body.with_shipping;
  request.fingerprint = security::sha256_hex(
      {lines, body.amount ? std::to_string(body.amount->minor) : "", body.with_shipping ? "1" : "0", body.reason});
  request.reason = body.reason;
  request.by = std::move(by);
  return request;
}

void add_looking(http::Api& api, StaffOrders& staff) {
  api.get("/api/admin/orders",
          order_staff("admin_orders", "Everybody's orders, in no particular order; a page may be less than full",
                      {403}),
          [&staff](Call<None, wire::OrderPaging> call) -> Task<Result<wire::StaffOrders>> {
            std::string cursor = std::move(call.query.cursor).value_or("");
            auto page = co_await staff.list(std::move(cursor), static_cast<std::size_t>(call.query.limit));
            if (!page) co_return page.error();
            wire::StaffOrders out;
            for (const Order& order : page->orders)
              if (!call.query.status || order.status == *call.query.status)
                out.orders.push_back(wire::to_staff_wire(order));
            if (!page->cursor.empty()) out.cursor = std::move(page->cursor);
            co_return out;
          });
  api.get("/api/admin/orders/{order_id}",
          order_staff("admin_order", "One order, with who did what to it", {403, 404}),
          [&staff](Call<wire::ByStaffOrder> call) -> StaffShown {
            auto order = co_await staff.get(std::move(call.path.order_id));
            if (!order) co_return order.error();
            co_return wire::to_staff_wire(*order);
          });
}

std::string refund_detail(const RefundRequest& request) {
  std::string detail = request.id + ": ";
  if (request.amount) detail += to_decimal(*request.amount) + ", ";
  for (const shop::ReturnedLine& line : request.lines)
    detail += std::to_string(line.quantity) + " × " + line.sku.str() + ", ";
  return detail + request.reason;
}

std::string told_status(const Order& order) {
  std::string told = "status: ";
  return told.append(to_string(order.status)).append(", payment: ").append(to_string(order.payment_status));
}

void add_moving(http::Api& api, StaffOrders& staff, Audit& audit) {
  api.post("/api/admin/orders/{order_id}/status",
           order_staff("advance_order", "Moves an order on: processing, shipped, delivered", {403, 404, 409}),
           [&staff, &audit](Call<wire::ByStaffOrder, None, wire::NewStatus> call) -> StaffShown {
             AuditEntry entry = audit_entry(*call.request, "order.status", {"order", call.path.order_id.str()},
                                            "to " + std::string{to_string(call.body.status)});
             auto work = staff.advance(std::move(call.path.order_id), call.body.status, entry.actor);
             std::function<std::string(const Order&)> tell = told_status;
             auto order = co_await audit.around(std::move(entry), std::move(work), std::move(tell));
             if (!order) co_return order.error();
             co_return wire::to_staff_wire(*order);
           });
  api.post("/api/admin/orders/{order_id}/cancel",
           order_staff("admin_cancel_order", "Cancels an order that has not been shipped", {403, 404, 409}),
           [&staff, &audit](Call<wire::ByStaffOrder> call) -> StaffShown {
             AuditEntry entry = audit_entry(*call.request, "order.cancel", {"order", call.path.order_id.str()});
             auto work = staff.cancel(std::move(call.path.order_id), entry.actor);
             std::function<std::string(const Order&)> tell = told_status;
             auto order = co_await audit.around(std::move(entry), std::move(work), std::move(tell));
             if (!order) co_return order.error();
             co_return wire::to_staff_wire(*order);
           });
  api.post("/api/admin/orders/{order_id}/refunds",
           order_staff("refund_order",
                       "Gives money back, once per Idempotency-Key: an amount, or what returned lines are worth, or "
                       "without either all that is left",
                       {400, 403, 404, 409}),
           [&staff, &audit](Call<wire::ByStaffOrder, None, wire::NewRefund> call)
               -> Task<Result<http::Answer<wire::StaffOrder>>> {
             auto key = idempotency_key_of(*call.request, "refund");
             if (!key) co_return key.error();
             RefundRequest request = to_refund_request(call.body, call.path.order_id.str(), std::move(*key),
                                                       call.principal().subject);
             AuditEntry entry = audit_entry(*call.request, "order.refund", {"order", call.path.order_id.str()},
                                            refund_detail(request));
             auto work = staff.refund(std::move(call.path.order_id), std::move(request));
             std::function<std::string(const Order&)> tell = told_status;
             auto order = co_await audit.around(std::move(entry), std::move(work), std::move(tell));
             if (!order) co_return order.error();
             http::Answer<wire::StaffOrder> answer;
             answer.status = 201;
             answer.body = wire::to_staff_wire(*order);
             co_return answer;
           });
}

}  // namespace

void add_staff_order_routes(http::Api& api, OrderApp& orders, Audit& audit) {
  add_looking(api, orders.staff);
  add_moving(api, orders.staff, audit);
}

}  // namespace qm::shop
