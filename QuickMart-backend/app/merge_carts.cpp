#include "QuickMart-backend/app/merge_carts.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kMergesAtOnce = 100;
constexpr std::chrono::seconds kMergeTime{5};  // whoever takes longer has died, or may be helped

}  // namespace

Task<Result<void>> MergeCarts::finish(Cart given, UserId customer) {
  const Timestamp now = clock_.now();
  auto taken = co_await carts_.take_in(std::move(customer), given, now);
  if (!taken) co_return taken;
  co_return co_await carts_.empty_given(std::move(given.user_id), now);
}

Task<Result<void>> MergeCarts::run(UserId guest, UserId customer) {
  auto given = co_await carts_.give(std::move(guest), customer, clock_.now());
  if (!given) co_return given.error();
  if (!*given) co_return Result<void>{};
  co_return co_await finish(std::move(**given), std::move(customer));
}

Task<Result<int>> MergeCarts::recover() {
  auto given = co_await carts_.given_before(clock_.now() - kMergeTime, kMergesAtOnce);
  if (!given) co_return given.error();
  int finished = 0;
  for (GivenCart& each : *given) {
    auto done = co_await finish(std::move(each.cart), std::move(each.customer));
    if (!done) co_return done.error();
    ++finished;
  }
  co_return finished;
}

}  // namespace qm::shop
