#include "PaymentSandbox/api/fault_api.hpp"

namespace qm::sandbox {
namespace wire {

// What is left out is off.
struct FaultPlan {
  double decline = 0;
  double unavailable = 0;
  double delay = 0;
  double slow_answer = 0;
  double lost_answer = 0;
  std::int64_t delay_ms = 5'000;
  std::int64_t webhook_delay_ms = 0;
  double webhook_repeat = 0;
  double webhook_drop = 0;
  std::int64_t seed = 1;
};
BOOST_DESCRIBE_STRUCT(FaultPlan, (),
                      (decline, unavailable, delay, slow_answer, lost_answer, delay_ms, webhook_delay_ms,
                       webhook_repeat, webhook_drop, seed))
inline auto constraints(const FaultPlan*) {
  return json::fields(json::field(&FaultPlan::decline, json::defaulted(), json::range(0, 1)),
                      json::field(&FaultPlan::unavailable, json::defaulted(), json::range(0, 1)),
                      json::field(&FaultPlan::delay, json::defaulted(), json::range(0, 1)),
                      json::field(&FaultPlan::slow_answer, json::defaulted(), json::range(0, 1)),
                      json::field(&FaultPlan::lost_answer, json::defaulted(), json::range(0, 1)),
                      json::field(&FaultPlan::delay_ms, json::defaulted(), json::range(0, 60'000)),
                      json::field(&FaultPlan::webhook_delay_ms, json::defaulted(), json::range(0, 3'600'000)),
                      json::field(&FaultPlan::webhook_repeat, json::defaulted(), json::range(0, 1)),
                      json::field(&FaultPlan::webhook_drop, json::defaulted(), json::range(0, 1)),
                      json::field(&FaultPlan::seed, json::defaulted(), json::range(0, 9e15)));
}

}  // namespace wire

namespace {

wire::FaultPlan to_wire(const FaultPlan& plan) {
  return {plan.decline,
          plan.unavailable,
          plan.delay,
          plan.slow_answer,
          plan.lost_answer,
          plan.delay_ms.count(),
          plan.webhook_delay_ms.count(),
          plan.webhook_repeat,
          plan.webhook_drop,
          static_cast<std::int64_t>(plan.seed)};
}

FaultPlan to_domain(const wire::FaultPlan& plan) {
  FaultPlan out;
  out.decline = plan.decline;
  out.unavailable = plan.unavailable;
  out.delay = plan.delay;
  out.slow_answer = plan.slow_answer;
  out.lost_answer = plan.lost_answer;
  out.delay_ms = std::chrono::milliseconds{plan.delay_ms};
  out.webhook_delay_ms = std::chrono::milliseconds{plan.webhook_delay_ms};
  out.webhook_repeat = plan.webhook_repeat;
  out.webhook_drop = plan.webhook_drop;
  out.seed = static_cast<std::uint64_t>(plan.seed);
  return out;
}

}  // namespace

void add_fault_routes(http::Api& api, Faults& faults) {
  api.post("/faults",
           {.name = "order_faults",
            .summary = "Orders trouble from now on, replayable from its seed; {} ends all",
            .tag = "faults",
            .access = http::Access::Service},
           [&faults](http::Call<http::None, http::None, wire::FaultPlan> call) -> Task<Result<wire::FaultPlan>> {
             faults.order(to_domain(call.body));
             co_return to_wire(faults.plan());
           });
  api.get("/faults",
          {.name = "get_faults", .summary = "The trouble that is ordered", .tag = "faults",
           .access = http::Access::Service},
          [&faults](http::Call<>) -> Task<Result<wire::FaultPlan>> { co_return to_wire(faults.plan()); });
}

}  // namespace qm::sandbox
