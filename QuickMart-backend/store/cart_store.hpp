// Carts: set "cart", id = user id, one map from SKU to [quantity, price last seen] and one from the codes of coupons to
// what they were last said to take off. Every change is one step on
// one record, so that two devices that edit it at once lose nothing. Thread-safe.
//
// A guest's cart (domain/guest.hpp) expires, and may be given to a customer: then it answers Unauthenticated to
// everybody who would read or change it as the guest.
//
// A customer's changed cart is «untold» and, while it is filled, «left» since its last change, until somebody says
// otherwise: that is how RecoEngine is told of it (app/tell_carts.hpp).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/cart.hpp"
#include "QuickMart-backend/domain/guest.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

// A guest's, on its way into a customer's.
struct GivenCart {
  Cart cart;
  UserId customer;
};

struct CartRecord {
  Cart cart;
  std::uint32_t generation = 0;
};

class CartStore {
 public:
  // Makes of the line that is there (quantity 0: none) the one that shall be (quantity 0: none).
  using Change = std::function<Result<CartLine>(CartLine line)>;

  explicit CartStore(kv::Store& store) : store_(store) {}

  // An empty cart when there is none.
  Task<Result<Cart>> get(UserId user);
  // Applies the change to the line as it is now, anew when another device was faster. The change's own errors; Conflict
  // when the cart has kMaxCartLines. → the cart as it then is.
  Task<Result<Cart>> change(UserId user, SkuId sku, Change change, Timestamp now);
  // Takes everything out, coupons included.
  Task<Result<Cart>> clear(UserId user, Timestamp now);
  // These are the cart's coupons now; what was seen of those that stay is kept. → the cart as it then is.
  Task<Result<Cart>> set_coupons(UserId user, std::vector<std::string> codes, Timestamp now);
  // Remembers what the customer was told of the coupons: of those that it still has.
  Task<Result<void>> see_coupons(UserId user, std::vector<CartCoupon> coupons, Timestamp now);
  // Takes out what the order bought and the coupons it used, once; what was added meanwhile stays. Idempotent.
  Task<Result<void>> take_bought(UserId user, OrderId order, std::vector<OrderItem> items,
                                 std::vector<OrderCoupon> coupons, Timestamp now);

  // Gives a guest's cart to the customer → it, unless it has been emptied since. Idempotent; Conflict when it is
  // another customer's.
  Task<Result<std::optional<Cart>>> give(UserId guest, UserId customer, Timestamp now);
  // Adds a given cart's lines to the customer's, to the cart's limits, once: of the last 50 guests' carts it knows that
  // it took them in.
  Task<Result<void>> take_in(UserId customer, Cart given, Timestamp now);
  // It was taken in. Idempotent.
  Task<Result<void>> empty_given(UserId guest, Timestamp now);
  // Given at `until` or before, and not yet emptied; in no order, at most `limit` (1…1,000).
  Task<Result<std::vector<GivenCart>>> given_before(Timestamp until, std::size_t limit);

  // Declares the indexes; once, before anything that finds carts by them.
  Task<Result<void>> open();
  // Changed, and not yet told; in no order, at most `limit` (1…1,000).
  Task<Result<std::vector<CartRecord>>> untold(std::size_t limit);
  // Filled, last changed at `until` or before, and not yet told as abandoned; in no order, at most `limit` (1…1,000).
  Task<Result<std::vector<CartRecord>>> left_before(Timestamp until, std::size_t limit);
  // This customer's, if it is filled and not yet told as abandoned.
  Task<Result<std::optional<CartRecord>>> left(UserId user);
  // Nothing happens when the cart changed since.
  Task<Result<void>> mark_told(UserId user, std::uint32_t generation);
  Task<Result<void>> mark_abandoned(UserId user, std::uint32_t generation);

 private:
  Task<Result<std::vector<CartRecord>>> find_marked(std::string mark, kv::IndexRange range, std::size_t limit);
  Task<Result<void>> unmark(UserId user, std::string mark, std::uint32_t generation);

  kv::Store& store_;
};

}  // namespace qm::shop
