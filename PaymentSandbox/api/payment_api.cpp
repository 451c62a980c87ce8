#include "PaymentSandbox/api/payment_api.hpp"

#include <charconv>

#include "contracts/payment.hpp"
#include "PaymentSandbox/app/payment_wire.hpp"

namespace qm::sandbox {
namespace wire {

struct ByPayment {
  PaymentId payment_id;
};
BOOST_DESCRIBE_STRUCT(ByPayment, (), (payment_id))

struct PaymentPaging {
  std::string cursor;
  std::int64_t limit = 100;
};
BOOST_DESCRIBE_STRUCT(PaymentPaging, (), (cursor, limit))
inline auto constraints(const PaymentPaging*) {
  return json::fields(json::field(&PaymentPaging::cursor, json::defaulted(), json::length(0, 2'000)),
                      json::field(&PaymentPaging::limit, json::defaulted(), json::range(1, 1'000)));
}

struct PaymentList {
  std::vector<contracts::Payment> payments;
  std::string cursor;  // for the next page; empty: no more
};
BOOST_DESCRIBE_STRUCT(PaymentList, (), (payments, cursor))

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::None;
using Answered = Task<Result<http::Answer<contracts::Payment>>>;

// A fault may make a call late by up to a minute.
constexpr std::chrono::milliseconds kCallTimeout{90'000};

Fault bad_header(const char* header, const char* message) {
  Fault fault;
  fault.loc = {"header", header};
  fault.msg = message;
  fault.type = "value_error.header";
  return fault;
}

// What a call's headers say of it.
Result<void> read_headers(const http::Request& request, PaymentCall& call) {
  std::vector<Fault> faults;
  call.key = std::string{request.header("idempotency-key")};
  if (call.key.size() > kMaxIdempotencyKeyBytes)
    faults.push_back(bad_header("idempotency-key", "ensure this has at most 255 characters"));
  if (const std::string_view asked = request.header("sandbox-fault"); !asked.empty()) {
    call.fault = parse_fault_kind(asked);
    if (!call.fault)
      faults.push_back(
          bad_header("sandbox-fault", "one of decline, unavailable, delay, slow_answer, lost_answer is meant"));
  }
  if (!faults.empty()) return invalid(std::move(faults));
  return {};
}

Answered run_call(PaymentCalls& calls, PaymentCall call, const http::Request& request) {
  if (auto good = read_headers(request, call); !good) co_return good.error();
  CallOutcome outcome = co_await calls.run(std::move(call));
  http::Answer<contracts::Payment> answer;
  answer.lost = outcome.is_lost;
  if (!outcome.result && !answer.lost) co_return outcome.result.error();
  if (outcome.result) answer.body = to_wire(*outcome.result);
  if (outcome.is_replayed) answer.headers.emplace_back("Idempotent-Replayed", "true");
  co_return answer;
}

http::EndpointInfo about(const char* name, const char* summary) {
  http::EndpointInfo info;
  info.name = name;
  info.summary = summary;
  info.tag = "payments";
  info.access = Access::Service;
  info.errors = {400, 409};
  info.timeout_ms = kCallTimeout;
  return info;
}

void add_plain_step(http::Api& api, PaymentCalls& calls, PaymentStep step, const char* summary) {
  const std::string name{to_string(step)};
  http::EndpointInfo info = about((name + "_payment").c_str(), summary);
  api.post("/payments/{payment_id}/" + name, std::move(info), [&calls, step](Call<wire::ByPayment> call) -> Answered {
    PaymentCall asked;
    asked.payment = std::move(call.path.payment_id);
    asked.step = step;
    co_return co_await run_call(calls, std::move(asked), *call.request);
  });
}

void add_steps(http::Api& api, PaymentCalls& calls) {
  api.post("/payments/{payment_id}/authorise",
           about("authorise_payment", "Sets an amount aside; 400 when it is declined"),
           [&calls](Call<wire::ByPayment, None, contracts::AuthorisePayment> call) -> Answered {
             PaymentCall asked;
             asked.payment = std::move(call.path.payment_id);
             asked.step = PaymentStep::authorise;
             asked.amount = Money{call.body.amount_minor, Currency{call.body.currency}};
             asked.method = std::move(call.body.method);
             co_return co_await run_call(calls, std::move(asked), *call.request);
           });
  api.post("/payments/{payment_id}/refund", about("refund_payment", "Gives back part of what was captured, or all"),
           [&calls](Call<wire::ByPayment, None, contracts::RefundPayment> call) -> Answered {
             PaymentCall asked;
             asked.payment = std::move(call.path.payment_id);
             asked.step = PaymentStep::refund;
             asked.amount = Money{call.body.amount_minor, Currency{call.body.currency}};
             asked.refund = std::move(call.body.refund_id);
             co_return co_await run_call(calls, std::move(asked), *call.request);
           });
  add_plain_step(api, calls, PaymentStep::capture, "Takes what was authorised, once");
  add_plain_step(api, calls, PaymentStep::cancel, "Lets go of what was authorised, and of what may yet come");
  add_plain_step(api, calls, PaymentStep::dispute, "The customer asks the bank for the money: for trials");
}

// Cursors of the store are bytes.
std::string to_hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

Result<std::string> from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, failed] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    if (failed != std::errc{} || end != hex.data() + i + 2) break;
    bytes += static_cast<char>(byte);
  }
  if (bytes.size() * 2 != hex.size()) return rejected("The cursor is not one of this list's.");
  return bytes;
}

}  // namespace

void add_payment_routes(http::Api& api, PaymentCalls& calls, SandboxPayments& payments) {
  add_steps(api, calls);
  api.get("/payments", about("list_payments", "Every payment of the books, in no order"),
          [&payments](Call<None, wire::PaymentPaging> call) -> Task<Result<wire::PaymentList>> {
            auto cursor = from_hex(call.query.cursor);
            if (!cursor) co_return cursor.error();
            auto page = co_await payments.list(std::move(*cursor), static_cast<std::size_t>(call.query.limit));
            if (!page) co_return page.error();
            wire::PaymentList list;
            for (const Payment& payment : page->payments) list.payments.push_back(to_wire(payment));
            list.cursor = to_hex(page->cursor);
            co_return list;
          });
  api.get("/payments/{payment_id}", about("get_payment", "One payment; 404 when nothing is known of it"),
          [&payments](Call<wire::ByPayment> call) -> Task<Result<contracts::Payment>> {
            auto payment = co_await payments.get(std::move(call.path.payment_id));
            if (!payment) co_return payment.error();
            co_return to_wire(*payment);
          });
}

}  // namespace qm::sandbox
