// For `quickmart-backend-breakable`, which is no part of a release: the store with a guard taken out, as QM_TEST_BREAK
// says, so that a test sees the chaos harness find out.
//   stock_guard   more is reserved than there is
//   idempotency   nobody remembers what became of an Idempotency-Key
//   recovery      orders that a crash left open are never found
//   coupon_guard  no coupon has a limit of all customers together
#include <atomic>
#include <cstdlib>
#include <limits>
#include <string>

#include "platform/kv/forwarding_store_fixture.hpp"
#include "platform/service/service_host.hpp"

namespace qm::chaos {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

class BrokenStore final : public kv::ForwardingStore {
 public:
  BrokenStore(std::unique_ptr<kv::Store> store, std::string what)
      : ForwardingStore(std::move(store)), what_(std::move(what)) {}

  Task<Result<kv::Operated>> operate(kv::Key key, std::vector<kv::Op> ops, kv::OperateOptions options) override {
    if (what_ == "stock_guard" && key.set == "stock") options.only_if.clear();
    co_return co_await ForwardingStore::operate(std::move(key), std::move(ops), std::move(options));
  }
  Task<Result<kv::Record>> get(kv::Key key, std::vector<std::string> bins, kv::ReadOptions options) override {
    const bool is_coupon = key.set == "coupon";
    const bool is_key = what_ == "idempotency" && key.set == "checkout";
    auto record = co_await ForwardingStore::get(std::move(key), std::move(bins), options);
    if (is_key && record) {
      record->bins["state"] = std::string{"given_back"};
      record->bins["attempt"] = next_attempt_++;
    }
    if (what_ == "coupon_guard" && is_coupon && record) record->bins["usage_limit"] = kNoLimit;
    co_return record;
  }
  Task<Result<kv::Page>> find(std::string set, std::string bin, kv::IndexRange range, std::string cursor,
                              std::size_t limit, kv::ReadOptions options) override {
    if (what_ == "recovery" && set == "order") co_return kv::Page{};
    co_return co_await ForwardingStore::find(std::move(set), std::move(bin), std::move(range), std::move(cursor),
                                             limit, options);
  }

 private:
  const std::string what_;
  std::atomic<std::int64_t> next_attempt_{1'000};
};

std::unique_ptr<kv::Store> break_store(std::unique_ptr<kv::Store> store) {
  const char* what = std::getenv("QM_TEST_BREAK");
  if (what == nullptr) return store;
  return std::make_unique<BrokenStore>(std::move(store), what);
}

const bool kInFront = [] {
  service::store_front = break_store;
  return true;
}();

}  // namespace
}  // namespace qm::chaos
