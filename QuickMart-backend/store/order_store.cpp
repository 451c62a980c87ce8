#include "QuickMart-backend/store/order_store.hpp"

#include "QuickMart-backend/store/order_codec.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kOrderSet = "order";

}  // namespace

Task<Result<void>> OrderStore::replace(Order order) {
  auto listed = co_await list_.add(order.user_id.str(), order.id.str(), order.created_at);
  if (!listed) co_return listed.error();
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  kv::Key key{kOrderSet, order.id.str()};
  kv::Bins bins = encode_order(order);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<std::uint32_t>> OrderStore::add(Order order) {
  auto listed = co_await list_.add(order.user_id.str(), order.id.str(), order.created_at);
  if (!listed) co_return listed.error();

  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kOrderSet, order.id.str()};
  kv::Bins bins = encode_order(order);
  auto created = co_await store_.put(std::move(key), std::move(bins), options);
  if (created || created.error().kind != ErrorKind::AlreadyExists) co_return created;
  auto there = co_await get(order.id);
  if (!there) co_return there.error();
  if (there->order == order) co_return there->generation;
  co_return Error{ErrorKind::AlreadyExists, "There is another order of this id."};
}

Task<Result<StoredOrder>> OrderStore::get(OrderId id) {
  kv::Key key{kOrderSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  auto order = decode_order(id.str(), record->bins);
  if (!order) co_return order.error();
  StoredOrder stored;
  stored.order = std::move(*order);
  stored.generation = record->generation;
  co_return stored;
}

Task<Result<std::uint32_t>> OrderStore::update(Order order, std::uint32_t expect_generation) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;  // what it no longer has goes with it
  options.expect_generation = expect_generation;
  kv::Key key{kOrderSet, order.id.str()};
  kv::Bins bins = encode_order(order);
  co_return co_await store_.put(std::move(key), std::move(bins), options);
}

Task<Result<void>> OrderStore::open() {
  co_return co_await store_.ensure_index(kOrderSet, kOrderLeaseBin, kv::IndexType::Integer);
}

Task<Result<std::vector<StoredOrder>>> OrderStore::abandoned(Timestamp now, std::size_t limit) {
  kv::IndexRange range;
  range.high = to_value(now);
  auto page = co_await store_.find(kOrderSet, kOrderLeaseBin, std::move(range), {}, limit);
  if (!page) co_return page.error();
  std::vector<StoredOrder> orders;
  for (const kv::Entry& entry : page->entries) {
    auto order = decode_order(entry.key.id, entry.record.bins);
    if (!order) co_return order.error();
    orders.push_back({std::move(*order), entry.record.generation});
  }
  co_return orders;
}

Task<Result<OrderPage>> OrderStore::page(std::string cursor, std::size_t limit) {
  auto found = co_await store_.scan(kOrderSet, std::move(cursor), limit);
  if (!found) co_return found.error();
  OrderPage page;
  for (const kv::Entry& entry : found->entries) {
    auto order = decode_order(entry.key.id, entry.record.bins);
    if (!order) co_return order.error();
    page.orders.push_back(std::move(*order));
  }
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<std::vector<Order>>> OrderStore::of_user(UserId user, std::size_t limit) {
  std::vector<Order> orders;
  MonthlyList::Visit take = [&orders, &user, limit](MonthlyList::Item item) -> Result<bool> {
    auto order = decode_order(item.id, item.record.bins);
    if (!order) return order.error();
    // An entry may be left over from a replaced order that was another customer's or another month's.
    if (order->user_id == user && month_of(order->created_at) == item.month) orders.push_back(std::move(*order));
    return orders.size() < limit;
  };
  auto walked = co_await list_.walk(user.str(), std::move(take));
  if (!walked) co_return walked.error();
  co_return orders;
}

}  // namespace qm::shop
