// The staff of a run: what they do to stock, prices, the catalog and orders, each deed entered in the books under the
// names that the audit log gives it. All its coroutines run on the scene's thread.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "tests/chaos/chaos_scene.hpp"

namespace qm::chaos {

inline const std::string kStaff = "chaos_staff";

class Staff {
 public:
  explicit Staff(Scene& scene) : scene_(scene), token_(token_of(kStaff, "admin")) {}

  const std::string& token() const { return token_; }

  // Until nobody buys any more: prices change, two of them edit one product, one is taken out of the catalog and put
  // back. `skus`: flat products.
  void start(std::vector<std::string> skus);

  // Insists, and enters it in the books.
  Task<Reply> act(Deed deed, std::size_t shop, http::Method method, std::string target, std::string body,
                  std::string key);
  // Counts up or down; down only if there are so many.
  Task<void> adjust(std::string sku, std::int64_t change, std::string key);
  // An amount, a piece that comes back, or all that is left, as `dice` says.
  Task<void> refund(std::size_t shop, std::string order, std::string sku, std::string key, std::uint64_t dice);
  Task<void> cancel(std::size_t shop, std::string order);
  // To processing, shipped, delivered: as far as `steps`.
  Task<void> move_on(std::size_t shop, std::string order, std::uint64_t steps);

 private:
  Task<void> reprice(std::vector<std::string> skus);
  Task<void> edit(std::string product, std::uint64_t seed);
  Task<void> take_out_and_back(std::string product);
  // Reads the product's ETag, and changes it by that. → the answer; `target` is the product's.
  Task<Reply> patch(std::string product, std::string names, std::string body, std::string etag);

  Scene& scene_;
  const std::string token_;
};

}  // namespace qm::chaos
