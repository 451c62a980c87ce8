#include "QuickMart-backend/store/checkout_store.hpp"

#include "QuickMart-backend/store/order_codec.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kCheckoutSet = "checkout";

kv::Bins encode_checkout(const Checkout& checkout) {
  kv::Bins bins;
  bins["fingerprint"] = checkout.fingerprint;
  bins["order_id"] = checkout.order_id.str();
  bins["state"] = std::string{to_string(checkout.state)};
  bins["started_at"] = to_value(checkout.started_at);
  bins["attempt"] = checkout.attempt;
  if (checkout.answer) bins["answer"] = kv::Map{encode_order(*checkout.answer)};
  if (checkout.failure) {
    bins["rejected"] = *checkout.failure == ErrorKind::Rejected;
    bins["failure_text"] = checkout.failure_text;
  }
  return bins;
}

Result<Checkout> decode_checkout(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  const auto state = parse_checkout_state(fields.text("state"));
  if (!state) return Error{ErrorKind::Internal, "The checkout " + id + " has an unknown state."};
  Checkout checkout;
  checkout.id = id;
  checkout.fingerprint = fields.text("fingerprint");
  checkout.order_id = OrderId{fields.text("order_id")};
  checkout.state = *state;
  checkout.started_at = fields.time("started_at");
  checkout.attempt = fields.integer("attempt");
  if (fields.has("answer")) {
    auto answer = decode_order(checkout.order_id.str(), fields.map("answer"));
    if (!answer) return answer.error();
    checkout.answer = std::move(*answer);
  }
  if (fields.has("failure_text")) {
    checkout.failure = fields.flag("rejected") ? ErrorKind::Rejected : ErrorKind::Conflict;
    checkout.failure_text = fields.text("failure_text");
  }
  return checkout;
}

}  // namespace

Task<Result<StoredCheckout>> CheckoutStore::create(Checkout checkout) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  options.ttl = kKeepCheckout;
  kv::Key key{kCheckoutSet, checkout.id};
  kv::Bins bins = encode_checkout(checkout);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return StoredCheckout{std::move(checkout), *written};
}

Task<Result<StoredCheckout>> CheckoutStore::get(std::string id) {
  kv::Key key{kCheckoutSet, id};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  auto checkout = decode_checkout(id, *record);
  if (!checkout) co_return checkout.error();
  co_return StoredCheckout{std::move(*checkout), record->generation};
}

Task<Result<std::uint32_t>> CheckoutStore::update(Checkout checkout, std::uint32_t expect_generation) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  options.expect_generation = expect_generation;
  options.ttl = kKeepCheckout;
  kv::Key key{kCheckoutSet, checkout.id};
  kv::Bins bins = encode_checkout(checkout);
  co_return co_await store_.put(std::move(key), std::move(bins), options);
}

}  // namespace qm::shop
