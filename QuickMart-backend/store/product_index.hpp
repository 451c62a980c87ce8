// The search index over products' texts: a Xapian database in a directory of its own. It holds nothing that the catalog
// does not: whatever happens to it, it is made anew from the products.
//
// A word of a query matches the words of its stem («running» finds «run»); one that no product has matches the words
// that begin so; one that nothing begins with is replaced by the most frequent word that is spelt much like it. All
// words must match, but for the most common ones («the», «for»), which are left out. Case and accents never matter,
// and no text is an error. An id or SKU alone finds its product.
//
// Ranked by BM25's saturation, without lengths: a word counts once per product, in the weightiest of the fields it
// stands in (name, brand, tags, category and variants' options, description and specifications), the more the fewer
// products have it.
#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/product.hpp"
#include "QuickMart-backend/domain/text_matches.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxQueryWords = 8;        // further ones are ignored
inline constexpr std::size_t kMaxIndexedWordBytes = 64;  // longer words are not indexed
inline constexpr std::size_t kMaxSuggestions = 8;

class ProductIndex {
 public:
  // Of a product: see Catalog. The index finds numbers, not ids.
  using Number = std::uint32_t;

  // Nothing is opened before the first bring_to(). Instances that share `directory` take one subdirectory each; empty:
  // a temporary directory, removed at the end.
  explicit ProductIndex(std::filesystem::path directory = {});
  ~ProductIndex();
  ProductIndex(const ProductIndex&) = delete;

  // --- writing: one thread at a time. Blocks: a synced write, and some 100 µs for each product whose text changed,
  // which is minutes for all of a million, so call it on a thread for such work. An index that is broken, of another
  // version or half empty is thrown away first. Unavailable: the directory cannot be written.

  // Makes the index hold these products and no others; → their numbers, in the same order. Those whose text did not
  // change are not touched and keep their number, in this process and the next.
  Result<std::vector<Number>> bring_to(const std::vector<const Product*>& products);
  // Adds, replaces or, where the product is null, takes out. After a bring_to().
  Result<void> change(const std::vector<std::pair<Number, const Product*>>& changes);

  // False before the first bring_to(), and from when something was found to be broken until the next one.
  bool is_usable() const noexcept { return usable_.load(std::memory_order_acquire); }

  // --- reading: from any thread, on the caller's. Memory and the page cache: some 10 µs to a few ms. Unavailable
  // while the index is not usable.

  Result<TextMatches> search(std::string_view query) const;
  // Queries that begin so, which find something: the last word completed, the most frequent first. At most
  // kMaxSuggestions.
  Result<std::vector<std::string>> suggest(std::string_view query) const;

 private:
  struct Writer;
  struct Reader;
  void open();
  void discard();
  std::unique_ptr<Reader> take_reader() const;
  void give_back(std::unique_ptr<Reader> reader) const;
  template <class F>
  auto read(F use) const -> Result<decltype(use(std::declval<const Reader&>()))>;
  template <class F>
  Result<void> write(F work);

  const std::filesystem::path directory_;
  std::filesystem::path temporary_;  // what to remove at the end
  std::unique_ptr<Writer> writer_;
  mutable std::atomic<bool> usable_{false};
  std::atomic<std::uint64_t> revision_{0};  // how often it was written: readers look anew when they lag behind

  mutable std::mutex mutex_;
  std::filesystem::path path_;       // of what is read
  std::uint64_t opened_ = 0;         // readers of an earlier one are dropped
  mutable std::vector<std::unique_ptr<Reader>> readers_;
};

}  // namespace qm::shop
