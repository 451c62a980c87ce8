#include "QuickMart-backend/store/cart_store.hpp"

#include <algorithm>

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kCartSet = "cart";
constexpr const char* kCartLines = "lines";
constexpr const char* kCartBought = "bought";
constexpr std::size_t kBoughtKept = 20;
constexpr int kMaxCartAttempts = 50;

CartLine decode_line(const std::string& product, const kv::Value& value) {
  CartLine line{ProductId{product}, 0, Money{}};
  const auto* fields = value.as<kv::List>();
  if (fields == nullptr || fields->size() != 2) return line;
  if (const auto* quantity = (*fields)[0].as<std::int64_t>()) line.quantity = *quantity;
  if (const auto* minor = (*fields)[1].as<std::int64_t>()) line.seen_price = Money{*minor};
  return line;
}

Error contended() { return unavailable("The cart is being changed elsewhere; please try again."); }

}  // namespace

Task<Result<CartStore::Read>> CartStore::read(UserId user) {
  Read read;
  read.cart.user_id = user;
  kv::Key key{kCartSet, user.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return read;
  if (!record) co_return record.error();
  const RecordFields fields{*record};
  for (const auto& [product, value] : fields.map(kCartLines))
    read.cart.lines.push_back(decode_line(product, value));
  read.cart.updated_at = fields.time("updated_at");
  read.bought = fields.texts(kCartBought);
  read.generation = record->generation;
  co_return read;
}

Task<Result<void>> CartStore::write(Read read) {
  kv::Map lines;
  for (const CartLine& line : read.cart.lines) {
    kv::List fields;
    fields.emplace_back(line.quantity);
    fields.push_back(to_value(line.seen_price));
    lines[line.product_id.str()] = kv::Value{std::move(fields)};
  }
  kv::Bins bins;
  bins[kCartLines] = std::move(lines);
  bins[kCartBought] = to_value(read.bought);
  bins["updated_at"] = to_value(read.cart.updated_at);
  kv::WriteOptions options;
  options.mode = read.generation == 0 ? kv::WriteMode::CreateOnly : kv::WriteMode::Replace;
  if (read.generation > 0) options.expect_generation = read.generation;
  kv::Key key{kCartSet, read.cart.user_id.str()};
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

namespace {

bool was_faster(const Error& error) {
  return error.kind == ErrorKind::GenerationMismatch || error.kind == ErrorKind::AlreadyExists;
}

}  // namespace

Task<Result<Cart>> CartStore::get(UserId user) {
  auto there = co_await read(std::move(user));
  if (!there) co_return there.error();
  co_return std::move(there->cart);
}

Task<Result<Cart>> CartStore::change(UserId user, ProductId product, Change change, Timestamp now) {
  for (int attempt = 0; attempt < kMaxCartAttempts; ++attempt) {
    auto there = co_await read(user);
    if (!there) co_return there.error();
    auto& lines = there->cart.lines;
    const auto at = std::ranges::find(lines, product, &CartLine::product_id);
    const bool known = at != lines.end();
    auto changed = change(known ? *at : CartLine{product, 0, Money{}});
    if (!changed) co_return changed.error();
    if (known && changed->quantity > 0)
      *at = std::move(*changed);
    else if (known)
      lines.erase(at);
    else if (changed->quantity > 0 && lines.size() >= kMaxCartLines)
      co_return Error{ErrorKind::Conflict, "A cart holds at most " + std::to_string(kMaxCartLines) + " products."};
    else if (changed->quantity > 0)
      lines.push_back(std::move(*changed));
    std::ranges::sort(lines, {}, &CartLine::product_id);
    there->cart.updated_at = now;
    Cart cart = there->cart;
    auto written = co_await write(std::move(*there));
    if (written) co_return cart;
    if (!was_faster(written.error())) co_return written.error();
  }
  co_return contended();
}

Task<Result<Cart>> CartStore::clear(UserId user, Timestamp now) {
  for (int attempt = 0; attempt < kMaxCartAttempts; ++attempt) {
    auto there = co_await read(user);
    if (!there) co_return there.error();
    there->cart.lines.clear();
    there->cart.updated_at = now;
    Cart cart = there->cart;
    if (there->generation == 0) co_return cart;
    auto written = co_await write(std::move(*there));
    if (written) co_return cart;
    if (!was_faster(written.error())) co_return written.error();
  }
  co_return contended();
}

Task<Result<void>> CartStore::take_bought(UserId user, OrderId order, std::vector<OrderItem> items, Timestamp now) {
  for (int attempt = 0; attempt < kMaxCartAttempts; ++attempt) {
    auto there = co_await read(user);
    if (!there) co_return there.error();
    if (there->generation == 0 || std::ranges::count(there->bought, order.str()) > 0) co_return Result<void>{};
    auto& lines = there->cart.lines;
    for (const OrderItem& item : items) {
      const auto at = std::ranges::find(lines, item.product_id, &CartLine::product_id);
      if (at == lines.end()) continue;
      at->quantity -= item.quantity;
      if (at->quantity <= 0) lines.erase(at);
    }
    there->bought.push_back(order.str());
    if (there->bought.size() > kBoughtKept) there->bought.erase(there->bought.begin());
    there->cart.updated_at = now;
    auto written = co_await write(std::move(*there));
    if (written) co_return Result<void>{};
    if (!was_faster(written.error())) co_return written.error();
  }
  co_return contended();
}

}  // namespace qm::shop
