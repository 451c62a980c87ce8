#include "QuickMart-backend/store/sandbox_ledger.hpp"

#include <array>

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kSandboxSet = "sandbox_payment";
constexpr std::array<std::pair<SandboxState, std::string_view>, 5> kSandboxNames{
    {{SandboxState::none, "none"},
     {SandboxState::declined, "declined"},
     {SandboxState::authorised, "authorised"},
     {SandboxState::captured, "captured"},
     {SandboxState::cancelled, "cancelled"}}};

SandboxPayment decode_payment(const OrderId& order, const kv::Record& record) {
  const RecordFields fields{record};
  SandboxPayment payment;
  payment.order_id = order;
  for (const auto& [state, name] : kSandboxNames)
    if (name == fields.text("state")) payment.state = state;
  payment.amount = fields.money("amount");
  payment.captures = fields.integer("captures");
  for (const auto& [refund, value] : fields.map("refunds"))
    if (const auto* minor = value.as<std::int64_t>()) payment.refunds[refund] = Money{*minor};
  return payment;
}

kv::Bins encode_payment(const SandboxPayment& payment) {
  kv::Bins bins;
  for (const auto& [state, name] : kSandboxNames)
    if (state == payment.state) bins["state"] = std::string{name};
  bins["amount"] = to_value(payment.amount);
  bins["captures"] = payment.captures;
  kv::Map refunds;
  for (const auto& [refund, part] : payment.refunds) refunds[refund] = to_value(part);
  if (!refunds.empty()) bins["refunds"] = std::move(refunds);
  return bins;
}

}  // namespace

Task<Result<SandboxPayment>> SandboxLedger::get(OrderId order) {
  kv::Key key{kSandboxSet, order.str()};
  auto record = co_await store_.get(std::move(key));
  if (record) co_return decode_payment(order, *record);
  if (record.error().kind != ErrorKind::NotFound) co_return record.error();
  SandboxPayment none;
  none.order_id = std::move(order);
  co_return none;
}

Task<Result<void>> SandboxLedger::change(OrderId order, Change change) {
  kv::Key key{kSandboxSet, order.str()};
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    SandboxPayment payment;
    payment.order_id = order;
    if (record != nullptr) payment = decode_payment(order, *record);
    auto changed = change(payment);
    if (!changed) return changed.error();
    return *changed ? std::optional{encode_payment(payment)} : std::nullopt;
  };
  co_return co_await change_record(store_, std::move(key), std::move(apply),
                                   "The payment is being changed elsewhere; please try again.");
}

}  // namespace qm::shop
