#pragma once
#include <string>

#include "platform/http/client.hpp"
#include "QuickMart-backend/clients/payment_gateway.hpp"

namespace qm::shop {

// The payment sandbox as a process of its own (contracts/payment.hpp). Each step has an Idempotency-Key that follows
// from the order and the step, so that a call is made again within its deadline when its answer got lost. What is sent
// and not answered, or answered with a failure of the server's, is InDoubt.
class HttpPaymentGateway final : public PaymentGateway {
 public:
  struct Options {
    std::string base_url;       // "http://host:port"; std::invalid_argument is thrown for anything else
    std::string service_token;
    std::chrono::milliseconds timeout_ms{3'000};  // a whole call
  };
  explicit HttpPaymentGateway(Options options);

  bool is_reachable() const override { return client_.would_call(); }

  Task<Result<void>> authorise(OrderId order, Money amount, std::string method) override;
  Task<Result<void>> capture(OrderId order) override;
  Task<Result<void>> cancel(OrderId order) override;
  Task<Result<void>> refund(OrderId order, std::string refund, Money amount) override;

 private:
  // `key` tells the steps of an order apart; the step itself may not.
  Task<Result<void>> post(OrderId order, std::string step, std::string key, std::string body);

  http::Client client_;
  std::string authorization_;
  std::chrono::milliseconds timeout_ms_;
};

}  // namespace qm::shop
