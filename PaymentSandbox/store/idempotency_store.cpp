#include "PaymentSandbox/store/idempotency_store.hpp"

#include "platform/kv/record_fields.hpp"
#include "platform/security/password.hpp"
#include "PaymentSandbox/store/payment_ledger.hpp"

namespace qm::sandbox {
namespace {

constexpr const char* kAnswerSet = "idempotency_key";

kv::Key answer_key(const std::string& key) { return {kAnswerSet, security::sha256_hex(key)}; }

}  // namespace

Task<Result<std::optional<KeptAnswer>>> IdempotencyStore::find(std::string key) {
  std::optional<KeptAnswer> kept;
  kv::Key of_answer = answer_key(key);
  auto record = co_await store_.get(std::move(of_answer));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return kept;
  if (!record) co_return record.error();
  const kv::RecordFields fields{*record};
  kept.emplace();
  kept->fingerprint = fields.text("fingerprint");
  kept->refusal = fields.maybe_text("refusal");
  kept->payment = decode_payment(PaymentId{fields.text("payment_id")}, fields.map("payment"));
  co_return kept;
}

Task<Result<void>> IdempotencyStore::keep(std::string key, KeptAnswer answer) {
  kv::Bins bins;
  bins["fingerprint"] = answer.fingerprint;
  if (answer.refusal) bins["refusal"] = *answer.refusal;
  bins["payment_id"] = answer.payment.id.str();
  bins["payment"] = encode_payment(answer.payment);
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  options.ttl = kKeepAnswer;
  kv::Key record = answer_key(key);
  auto written = co_await store_.put(std::move(record), std::move(bins), options);
  if (!written && written.error().kind != ErrorKind::AlreadyExists) co_return written.error();
  co_return Result<void>{};
}

}  // namespace qm::sandbox
