#include "QuickMart-backend/store/cart_store.hpp"

#include <algorithm>

#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kCartSet = "cart";
constexpr const char* kCartLines = "lines";
constexpr const char* kCartCoupons = "coupons";  // code → minor units; kNotSeen when it takes nothing off
constexpr std::int64_t kNotSeen = -1;
constexpr const char* kCartBought = "bought";
constexpr std::size_t kBoughtKept = 20;
// When the cart was last changed, until that was told, and until it was told as abandoned; indexed.
constexpr const char* kCartUntold = "untold";
constexpr const char* kCartLeft = "left_at";
// Of a guest's cart: whose it became, and since when until it is emptied; the latter indexed.
constexpr const char* kCartGivenTo = "given_to";
constexpr const char* kCartGivenAt = "given_at";
constexpr const char* kCartTaken = "taken";
constexpr std::size_t kTakenKept = 50;

CartLine decode_line(const std::string& sku, const kv::Value& value) {
  CartLine line{SkuId{sku}, 0, Money{}};
  const auto* fields = value.as<kv::List>();
  if (fields == nullptr || fields->size() != 2) return line;
  if (const auto* quantity = (*fields)[0].as<std::int64_t>()) line.quantity = *quantity;
  if (const auto* minor = (*fields)[1].as<std::int64_t>()) line.seen_price = Money{*minor};
  return line;
}

struct StoredCart {
  Cart cart;
  std::vector<std::string> bought;  // the last orders that were taken out
  std::vector<std::string> taken;   // the last guests whose carts were taken in
  std::string given_to;             // of a guest's: the customer; empty: nobody
  std::optional<Timestamp> given_at;
};

StoredCart decode_cart(const UserId& user, const kv::Record* record) {
  StoredCart stored;
  stored.cart.user_id = user;
  if (record == nullptr) return stored;
  const RecordFields fields{*record};
  for (const auto& [sku, value] : fields.map(kCartLines)) stored.cart.lines.push_back(decode_line(sku, value));
  for (const auto& [code, value] : fields.map(kCartCoupons)) {
    const auto* minor = value.as<std::int64_t>();
    stored.cart.coupons.push_back({code, {}});
    if (minor != nullptr && *minor != kNotSeen) stored.cart.coupons.back().seen = Money{*minor};
  }
  stored.cart.updated_at = fields.time("updated_at");
  stored.bought = fields.texts(kCartBought);
  stored.taken = fields.texts(kCartTaken);
  stored.given_to = fields.text(kCartGivenTo);
  stored.given_at = fields.maybe_time(kCartGivenAt);
  return stored;
}

kv::Bins encode_cart(const StoredCart& stored) {
  kv::Map lines;
  for (const CartLine& line : stored.cart.lines) {
    kv::List fields;
    fields.emplace_back(line.quantity);
    fields.push_back(to_value(line.seen_price));
    lines[line.sku.str()] = kv::Value{std::move(fields)};
  }
  kv::Bins bins;
  bins[kCartLines] = std::move(lines);
  kv::Map coupons;
  for (const CartCoupon& coupon : stored.cart.coupons)
    coupons[coupon.code] = kv::Value{coupon.seen ? coupon.seen->minor() : kNotSeen};
  if (!coupons.empty()) bins[kCartCoupons] = std::move(coupons);
  bins[kCartBought] = to_value(stored.bought);
  bins["updated_at"] = to_value(stored.cart.updated_at);
  if (!stored.taken.empty()) bins[kCartTaken] = to_value(stored.taken);
  if (!stored.given_to.empty()) bins[kCartGivenTo] = stored.given_to;
  if (stored.given_at) bins[kCartGivenAt] = to_value(*stored.given_at);
  if (is_guest(stored.cart.user_id)) return bins;
  bins[kCartUntold] = to_value(stored.cart.updated_at);
  if (!stored.cart.lines.empty()) bins[kCartLeft] = to_value(stored.cart.updated_at);
  return bins;
}

// → whether there is something to write.
using CartEdit = std::function<Result<bool>(StoredCart& stored)>;

Error given_away() {
  return {ErrorKind::Unauthenticated, "This cart came along to an account; please sign in to see it."};
}

// A change of whatever is in the record; `now` is noted when something changed.
Task<Result<Cart>> edit_any_cart(kv::Store& store, UserId user, CartEdit edit, Timestamp now) {
  kv::Key key{kCartSet, user.str()};
  std::optional<std::chrono::seconds> ttl;
  if (is_guest(user)) ttl = kGuestCartLife;
  StoredCart stored;
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    stored = decode_cart(user, record);
    auto edited = edit(stored);
    if (!edited) return edited.error();
    if (!*edited) return std::optional<kv::Bins>{};
    stored.cart.updated_at = now;
    return std::optional{encode_cart(stored)};
  };
  auto changed = co_await change_record(store, std::move(key), std::move(apply),
                                        "The cart is being changed elsewhere; please try again.", ttl);
  if (!changed) co_return changed.error();
  co_return std::move(stored.cart);
}

Task<Result<Cart>> edit_cart(kv::Store& store, UserId user, CartEdit edit, Timestamp now) {
  CartEdit edit_own = [edit = std::move(edit)](StoredCart& stored) -> Result<bool> {
    if (!stored.given_to.empty()) return given_away();
    return edit(stored);
  };
  co_return co_await edit_any_cart(store, std::move(user), std::move(edit_own), now);
}

// As far as the cart's limits allow.
void add_line(std::vector<CartLine>& lines, const CartLine& more) {
  const auto at = std::ranges::find(lines, more.sku, &CartLine::sku);
  if (at == lines.end()) {
    if (lines.size() < kMaxCartLines) lines.push_back(more);
    return;
  }
  at->quantity = std::min(at->quantity + more.quantity, kMaxLineQuantity);
  at->seen_price = more.seen_price;
}

void add_coupon(std::vector<CartCoupon>& coupons, const std::string& code) {
  const bool is_there = std::ranges::count(coupons, code, &CartCoupon::code) > 0;
  if (!is_there && coupons.size() < kMaxCouponsPerOrder) coupons.push_back({code, {}});
}

}  // namespace

Task<Result<Cart>> CartStore::get(UserId user) {
  kv::Key key{kCartSet, user.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind != ErrorKind::NotFound) co_return record.error();
  StoredCart stored = decode_cart(user, record ? &*record : nullptr);
  if (!stored.given_to.empty()) co_return given_away();
  co_return std::move(stored.cart);
}

Task<Result<Cart>> CartStore::change(UserId user, SkuId sku, Change change, Timestamp now) {
  CartEdit edit = [&](StoredCart& stored) -> Result<bool> {
    auto& lines = stored.cart.lines;
    const auto at = std::ranges::find(lines, sku, &CartLine::sku);
    const bool known = at != lines.end();
    auto changed = change(known ? *at : CartLine{sku, 0, Money{}});
    if (!changed) return changed.error();
    if (!known && changed->quantity > 0 && lines.size() >= kMaxCartLines)
      return Error{ErrorKind::Conflict, "A cart holds at most " + std::to_string(kMaxCartLines) + " products."};
    if (known) lines.erase(at);
    if (changed->quantity > 0) lines.push_back(std::move(*changed));
    std::ranges::sort(lines, {}, &CartLine::sku);
    return true;
  };
  co_return co_await edit_cart(store_, std::move(user), std::move(edit), now);
}

Task<Result<Cart>> CartStore::clear(UserId user, Timestamp now) {
  CartEdit edit = [](StoredCart& stored) -> Result<bool> {
    const bool filled = !stored.cart.lines.empty() || !stored.cart.coupons.empty();
    stored.cart.lines.clear();
    stored.cart.coupons.clear();
    return filled;
  };
  co_return co_await edit_cart(store_, std::move(user), std::move(edit), now);
}

Task<Result<Cart>> CartStore::set_coupons(UserId user, std::vector<std::string> codes, Timestamp now) {
  std::ranges::sort(codes);
  CartEdit edit = [&codes](StoredCart& stored) -> Result<bool> {
    std::vector<CartCoupon> coupons;
    for (const std::string& code : codes) {
      const auto at = std::ranges::find(stored.cart.coupons, code, &CartCoupon::code);
      coupons.push_back(at == stored.cart.coupons.end() ? CartCoupon{code, {}} : *at);
    }
    const bool differs = coupons != stored.cart.coupons;
    stored.cart.coupons = std::move(coupons);
    return differs;
  };
  co_return co_await edit_cart(store_, std::move(user), std::move(edit), now);
}

Task<Result<void>> CartStore::see_coupons(UserId user, std::vector<CartCoupon> coupons, Timestamp now) {
  CartEdit edit = [&coupons](StoredCart& stored) -> Result<bool> {
    const std::vector<CartCoupon> before = stored.cart.coupons;
    for (const CartCoupon& coupon : coupons) {
      const auto at = std::ranges::find(stored.cart.coupons, coupon.code, &CartCoupon::code);
      if (at != stored.cart.coupons.end()) at->seen = coupon.seen;
    }
    return stored.cart.coupons != before;
  };
  auto seen = co_await edit_cart(store_, std::move(user), std::move(edit), now);
  if (!seen) co_return seen.error();
  co_return Result<void>{};
}

Task<Result<void>> CartStore::take_bought(UserId user, OrderId order, std::vector<OrderItem> items,
                                          std::vector<OrderCoupon> coupons, Timestamp now) {
  CartEdit edit = [&](StoredCart& stored) -> Result<bool> {
    if (std::ranges::count(stored.bought, order.str()) > 0) return false;
    auto& lines = stored.cart.lines;
    for (const OrderItem& item : items) {
      const auto at = std::ranges::find(lines, item.sku, &CartLine::sku);
      if (at == lines.end()) continue;
      at->quantity -= item.quantity;
      if (at->quantity <= 0) lines.erase(at);
    }
    std::erase_if(stored.cart.coupons, [&coupons](const CartCoupon& each) {
      return std::ranges::count(coupons, each.code, &OrderCoupon::code) > 0;
    });
    stored.bought.push_back(order.str());
    if (stored.bought.size() > kBoughtKept) stored.bought.erase(stored.bought.begin());
    return true;
  };
  auto taken = co_await edit_cart(store_, std::move(user), std::move(edit), now);
  if (!taken) co_return taken.error();
  co_return Result<void>{};
}

Task<Result<std::optional<Cart>>> CartStore::give(UserId guest, UserId customer, Timestamp now) {
  std::optional<Cart> given;
  CartEdit hand_over = [&](StoredCart& stored) -> Result<bool> {
    given.reset();
    if (stored.given_to.empty()) {
      stored.given_to = customer.str();
      if (stored.cart.lines.empty()) return true;
      stored.given_at = now;
      given = stored.cart;
      return true;
    }
    if (stored.given_to != customer.str())
      return Error{ErrorKind::Conflict, "This cart came along to another account."};
    if (stored.given_at) given = stored.cart;
    return false;
  };
  auto edited = co_await edit_any_cart(store_, std::move(guest), std::move(hand_over), now);
  if (!edited) co_return edited.error();
  co_return given;
}

Task<Result<void>> CartStore::take_in(UserId customer, Cart given, Timestamp now) {
  CartEdit add_all = [&given](StoredCart& stored) -> Result<bool> {
    if (std::ranges::count(stored.taken, given.user_id.str()) > 0) return false;
    for (const CartLine& line : given.lines) add_line(stored.cart.lines, line);
    std::ranges::sort(stored.cart.lines, {}, &CartLine::sku);
    for (const CartCoupon& coupon : given.coupons) add_coupon(stored.cart.coupons, coupon.code);
    std::ranges::sort(stored.cart.coupons, {}, &CartCoupon::code);
    stored.taken.push_back(given.user_id.str());
    if (stored.taken.size() > kTakenKept) stored.taken.erase(stored.taken.begin());
    return true;
  };
  auto taken = co_await edit_cart(store_, std::move(customer), std::move(add_all), now);
  if (!taken) co_return taken.error();
  co_return Result<void>{};
}

Task<Result<void>> CartStore::empty_given(UserId guest, Timestamp now) {
  CartEdit empty = [](StoredCart& stored) -> Result<bool> {
    if (!stored.given_at) return false;
    stored.given_at.reset();
    stored.cart.lines.clear();
    stored.cart.coupons.clear();
    return true;
  };
  auto emptied = co_await edit_any_cart(store_, std::move(guest), std::move(empty), now);
  if (!emptied) co_return emptied.error();
  co_return Result<void>{};
}

Task<Result<std::vector<GivenCart>>> CartStore::given_before(Timestamp until, std::size_t limit) {
  kv::IndexRange range;
  range.high = to_value(until);
  auto found = co_await store_.find(kCartSet, kCartGivenAt, std::move(range), {}, limit);
  if (!found) co_return found.error();
  std::vector<GivenCart> carts;
  for (const kv::Entry& entry : found->entries) {
    StoredCart stored = decode_cart(UserId{entry.key.id}, &entry.record);
    carts.push_back({std::move(stored.cart), UserId{stored.given_to}});
  }
  co_return carts;
}

Task<Result<void>> CartStore::open() {
  auto untold = co_await store_.ensure_index(kCartSet, kCartUntold, kv::IndexType::Integer);
  if (!untold) co_return untold;
  auto given = co_await store_.ensure_index(kCartSet, kCartGivenAt, kv::IndexType::Integer);
  if (!given) co_return given;
  co_return co_await store_.ensure_index(kCartSet, kCartLeft, kv::IndexType::Integer);
}

Task<Result<std::vector<CartRecord>>> CartStore::find_marked(std::string mark, kv::IndexRange range,
                                                             std::size_t limit) {
  auto found = co_await store_.find(kCartSet, std::move(mark), std::move(range), {}, limit);
  if (!found) co_return found.error();
  std::vector<CartRecord> carts;
  for (const kv::Entry& entry : found->entries)
    carts.push_back({decode_cart(UserId{entry.key.id}, &entry.record).cart, entry.record.generation});
  co_return carts;
}

Task<Result<std::vector<CartRecord>>> CartStore::untold(std::size_t limit) {
  std::string mark = kCartUntold;
  kv::IndexRange any;
  co_return co_await find_marked(std::move(mark), std::move(any), limit);
}

Task<Result<std::vector<CartRecord>>> CartStore::left_before(Timestamp until, std::size_t limit) {
  std::string mark = kCartLeft;
  kv::IndexRange range;
  range.high = to_value(until);
  co_return co_await find_marked(std::move(mark), std::move(range), limit);
}

Task<Result<std::optional<CartRecord>>> CartStore::left(UserId user) {
  kv::Key key{kCartSet, user.str()};
  auto record = co_await store_.get(std::move(key));
  std::optional<CartRecord> found;
  if (!record && record.error().kind == ErrorKind::NotFound) co_return found;
  if (!record) co_return record.error();
  if (RecordFields{*record}.has(kCartLeft)) found = CartRecord{decode_cart(user, &*record).cart, record->generation};
  co_return found;
}

Task<Result<void>> CartStore::unmark(UserId user, std::string mark, std::uint32_t generation) {
  kv::Key key{kCartSet, user.str()};
  kv::Bins bins;
  bins[std::move(mark)] = kv::Value{};
  kv::WriteOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.expect_generation = generation;
  options.durable = false;  // should it get lost, the same is told again
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written && written.error().kind != ErrorKind::GenerationMismatch) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> CartStore::mark_told(UserId user, std::uint32_t generation) {
  std::string mark = kCartUntold;
  co_return co_await unmark(std::move(user), std::move(mark), generation);
}

Task<Result<void>> CartStore::mark_abandoned(UserId user, std::uint32_t generation) {
  std::string mark = kCartLeft;
  co_return co_await unmark(std::move(user), std::move(mark), generation);
}

}  // namespace qm::shop
