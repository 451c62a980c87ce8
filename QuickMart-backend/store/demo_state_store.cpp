#include "QuickMart-backend/store/demo_state_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

kv::Key the_record() { return kv::Key{"demo", "state"}; }

}  // namespace

Task<Result<void>> DemoStateStore::put(DemoState state) {
  kv::Bins bins;
  bins["version"] = std::move(state.version);
  bins["histories_at"] = to_value(state.histories_at);
  kv::Key key = the_record();
  auto written = co_await store_.put(std::move(key), std::move(bins));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<DemoState>> DemoStateStore::get() {
  kv::Key key = the_record();
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  const RecordFields fields{*record};
  DemoState state;
  state.version = fields.text("version");
  state.histories_at = fields.time("histories_at");
  co_return state;
}

}  // namespace qm::shop
