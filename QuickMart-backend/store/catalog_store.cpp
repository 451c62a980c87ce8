#include "QuickMart-backend/store/catalog_store.hpp"

#include <set>

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kProductSet = "product";
constexpr const char* kCategorySet = "category";
constexpr const char* kChanges = "changes";
constexpr const char* kRevision = "revision";
constexpr const char* kVariantStock = "variant_stock";  // a map of its own, so that one of them can be set alone
constexpr const char* kChanged = "changed";  // ids of the last products that changed; one for each count
constexpr const char* kTheCategories = "";    // among them
constexpr std::size_t kProductsPerPage = 500;
constexpr std::size_t kNotedAtOnce = 200;

void encode_variants(const std::vector<Variant>& variants, kv::Bins& bins) {
  if (variants.empty()) return;
  kv::List list;
  kv::Map stock;
  for (const Variant& variant : variants) {
    kv::Map options;
    for (const auto& [option, value] : variant.options) options[option] = value;
    kv::Map fields;
    fields["sku"] = variant.id.str();
    fields["options"] = std::move(options);
    if (variant.price) fields["price"] = to_value(*variant.price);
    list.emplace_back(std::move(fields));
    stock[variant.id.str()] = variant.stock_quantity;
  }
  bins["variants"] = std::move(list);
  bins[kVariantStock] = std::move(stock);
}

std::vector<Variant> decode_variants(const RecordFields& product) {
  std::vector<Variant> variants;
  const kv::Map stock = product.map(kVariantStock);
  const RecordFields stocks{stock};
  for (const kv::Value& each : product.list("variants")) {
    const auto* map = each.as<kv::Map>();
    if (map == nullptr) continue;
    const RecordFields fields{*map};
    Variant variant;
    variant.id = SkuId{fields.text("sku")};
    for (const auto& [option, value] : fields.map("options"))
      if (const auto* text = value.as<std::string>()) variant.options[option] = *text;
    variant.price = fields.maybe_money("price");
    variant.stock_quantity = stocks.integer(variant.id.str());
    variants.push_back(std::move(variant));
  }
  return variants;
}

kv::Bins encode(const Product& product) {
  kv::Map specifications;
  for (const auto& [name, value] : product.specifications) specifications[name] = value;
  kv::Bins bins;
  bins["name"] = product.name;
  bins["description"] = product.description;
  bins["category"] = product.category.str();
  bins["subcategory"] = to_value(product.subcategory);
  bins["price"] = to_value(product.price);
  bins["original_price"] = to_value(product.original_price);
  bins["brand"] = product.brand;
  bins["images"] = to_value(product.images);
  bins["specifications"] = std::move(specifications);
  bins["stock"] = product.stock_quantity;
  bins["rating"] = product.rating;
  bins["review_count"] = product.review_count;
  bins["tags"] = to_value(product.tags);
  encode_variants(product.variants, bins);
  bins["is_featured"] = product.is_featured;
  bins["is_active"] = product.is_active;
  bins["created_at"] = to_value(product.created_at);
  bins["updated_at"] = to_value(product.updated_at);
  return bins;
}

Product decode_product(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  Product product;
  product.id = ProductId{id};
  product.name = fields.text("name");
  product.description = fields.text("description");
  product.category = CategoryId{fields.text("category")};
  product.subcategory = fields.maybe_text("subcategory");
  product.price = fields.money("price");
  product.original_price = fields.maybe_money("original_price");
  product.brand = fields.text("brand");
  product.images = fields.texts("images");
  for (const auto& [name, value] : fields.map("specifications"))
    if (const auto* text = value.as<std::string>()) product.specifications[name] = *text;
  product.stock_quantity = fields.integer("stock");
  product.rating = fields.number("rating");
  product.review_count = fields.integer("review_count");
  product.tags = fields.texts("tags");
  product.variants = decode_variants(fields);
  if (!product.variants.empty()) product.stock_quantity = 0;
  for (const Variant& variant : product.variants) product.stock_quantity += variant.stock_quantity;
  product.is_featured = fields.flag("is_featured");
  product.is_active = fields.flag("is_active");
  product.created_at = fields.time("created_at");
  product.updated_at = fields.time("updated_at");
  return product;
}

kv::Bins encode(const Category& category) {
  kv::Bins bins;
  bins["name"] = category.name;
  bins["description"] = category.description;
  bins["is_active"] = category.is_active;
  bins["sort_order"] = category.sort_order;
  if (category.parent) bins["parent"] = category.parent->str();
  return bins;
}

Category decode_category(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  Category category;
  category.id = CategoryId{id};
  category.name = fields.text("name");
  category.description = fields.text("description");
  category.is_active = fields.flag("is_active");
  category.sort_order = fields.integer("sort_order");
  if (const auto parent = fields.maybe_text("parent")) category.parent = CategoryId{*parent};
  return category;
}

StoredProduct decode_stored(const std::string& id, const kv::Record& record) {
  StoredProduct stored;
  stored.product = decode_product(id, record);
  // Records from before there were revisions are the first.
  stored.revision = RecordFields{record}.maybe_integer(kRevision).value_or(1);
  return stored;
}

kv::Key the_count_of_changes() { return kv::Key{"catalog", kChanges}; }

template <class T>
Task<Result<void>> put_record(kv::Store& store, const char* set, T thing) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  kv::Key key{set, thing.id.str()};
  kv::Bins bins = encode(thing);
  auto written = co_await store.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

template <class T>
Task<Result<std::vector<T>>> read_all(kv::Store& store, const char* set, std::size_t limit,
                                      T (*decode)(const std::string&, const kv::Record&)) {
  std::vector<T> all;
  std::string cursor;
  do {
    auto page = co_await store.scan(set, cursor, kProductsPerPage);
    if (!page) co_return page.error();
    for (const kv::Entry& entry : page->entries) all.push_back(decode(entry.key.id, entry.record));
    if (all.size() > limit) co_return Error{ErrorKind::TooLarge, "The catalog has more entries than can be shown."};
    cursor = page->cursor;
  } while (!cursor.empty());
  co_return all;
}

}  // namespace

Task<Result<void>> CatalogStore::put(Product product) {
  ProductId id = product.id;
  ProductChange replace = [&product](const StoredProduct*) -> Result<std::optional<Product>> { return product; };
  auto changed = co_await change(std::move(id), std::move(replace));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> CatalogStore::put(Category category) {
  return put_record(store_, kCategorySet, std::move(category));
}

Task<Result<void>> CatalogStore::set_stock(ProductId id, SkuId sku, std::int64_t quantity) {
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  std::vector<kv::Op> ops;
  if (sku.str() == id.str())
    ops.push_back(kv::Op::set("stock", kv::Value{quantity}));
  else
    ops.push_back(kv::Op::map_put(kVariantStock, sku.str(), kv::Value{quantity}));
  kv::Key key{kProductSet, id.str()};
  auto done = co_await store_.operate(std::move(key), std::move(ops), std::move(options));
  if (!done) co_return done.error();
  co_return Result<void>{};
}

Task<Result<Product>> CatalogStore::product(ProductId id) {
  kv::Key key{kProductSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  co_return decode_product(id.str(), *record);
}

Task<Result<StoredProduct>> CatalogStore::stored_product(ProductId id) {
  kv::Key key{kProductSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  co_return decode_stored(id.str(), *record);
}

Task<Result<std::vector<std::optional<StoredProduct>>>> CatalogStore::stored_products(std::vector<ProductId> ids) {
  std::vector<kv::Key> keys;
  for (const ProductId& id : ids) keys.push_back({kProductSet, id.str()});
  auto records = co_await store_.get_many(std::move(keys));
  if (!records) co_return records.error();
  std::vector<std::optional<StoredProduct>> stored(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    if ((*records)[i]) stored[i] = decode_stored(ids[i].str(), *(*records)[i]);
  co_return stored;
}

Task<Result<StoredProduct>> CatalogStore::change(ProductId id, ProductChange change) {
  StoredProduct after;
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    std::optional<StoredProduct> known;
    if (record != nullptr) known = decode_stored(id.str(), *record);
    auto wanted = change(known ? &*known : nullptr);
    if (!wanted) return wanted.error();
    if (!*wanted) {
      if (known) after = std::move(*known);
      return std::nullopt;
    }
    after.revision = known ? known->revision + 1 : 1;
    after.product = std::move(**wanted);
    kv::Bins bins = encode(after.product);
    bins[kRevision] = after.revision;
    return bins;
  };
  kv::Key key{kProductSet, id.str()};
  auto changed = co_await change_record(store_, std::move(key), std::move(apply),
                                        "This product is being changed by many; please try again.");
  if (!changed) co_return changed.error();
  co_return after;
}

Task<Result<CatalogStore::ProductsPage>> CatalogStore::page(std::string cursor, std::size_t limit) {
  auto found = co_await store_.scan(kProductSet, std::move(cursor), limit);
  if (!found) co_return found.error();
  ProductsPage page;
  for (const kv::Entry& entry : found->entries) page.products.push_back(decode_product(entry.key.id, entry.record));
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<StoredCategory>> CatalogStore::category(CategoryId id) {
  kv::Key key{kCategorySet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  StoredCategory stored;
  stored.category = decode_category(id.str(), *record);
  stored.generation = record->generation;
  co_return stored;
}

Task<Result<std::uint32_t>> CatalogStore::create(Category category) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kCategorySet, category.id.str()};
  kv::Bins bins = encode(category);
  co_return co_await store_.put(std::move(key), std::move(bins), options);
}

Task<Result<std::uint32_t>> CatalogStore::update(Category category, std::uint32_t generation) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  options.expect_generation = generation;
  kv::Key key{kCategorySet, category.id.str()};
  kv::Bins bins = encode(category);
  co_return co_await store_.put(std::move(key), std::move(bins), options);
}

Task<Result<std::vector<Product>>> CatalogStore::products() {
  return read_all<Product>(store_, kProductSet, kMaxProducts, &decode_product);
}

Task<Result<std::vector<Category>>> CatalogStore::categories() {
  return read_all<Category>(store_, kCategorySet, kMaxCategories, &decode_category);
}

Task<Result<std::vector<std::optional<Product>>>> CatalogStore::products(std::vector<ProductId> ids) {
  std::vector<kv::Key> keys;
  keys.reserve(ids.size());
  for (const ProductId& id : ids) keys.push_back({kProductSet, id.str()});
  auto records = co_await store_.get_many(std::move(keys));
  if (!records) co_return records.error();
  std::vector<std::optional<Product>> products(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    if ((*records)[i]) products[i] = decode_product(ids[i].str(), *(*records)[i]);
  co_return products;
}

// As many at once as no list of changes explains.
Task<Result<void>> CatalogStore::note_change() {
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::add(kChanges, kv::Value{kMaxNotedChanges + 1}));
  kv::Key key = the_count_of_changes();
  auto counted = co_await store_.operate(std::move(key), std::move(ops));
  if (!counted) co_return counted.error();
  co_return Result<void>{};
}

Task<Result<void>> CatalogStore::note_changes(std::vector<ProductId> products, bool categories) {
  std::vector<std::string> noted;
  if (categories) noted.emplace_back(kTheCategories);
  for (const ProductId& id : products) noted.push_back(id.str());
  if (noted.size() > static_cast<std::size_t>(kMaxNotedChanges)) co_return co_await note_change();
  for (std::size_t from = 0; from < noted.size(); from += kNotedAtOnce) {
    const std::size_t to = std::min(from + kNotedAtOnce, noted.size());
    std::vector<kv::Op> ops;
    ops.push_back(kv::Op::add(kChanges, kv::Value{static_cast<std::int64_t>(to - from)}));
    for (std::size_t i = from; i < to; ++i) ops.push_back(kv::Op::append(kChanged, kv::Value{noted[i]}));
    ops.push_back(kv::Op::trim_keep_last(kChanged, kMaxNotedChanges));
    kv::Key key = the_count_of_changes();
    auto counted = co_await store_.operate(std::move(key), std::move(ops));
    if (!counted) co_return counted.error();
  }
  co_return Result<void>{};
}

Task<Result<std::int64_t>> CatalogStore::changes() {
  kv::Key key = the_count_of_changes();
  std::vector<std::string> bins{kChanges};
  auto record = co_await store_.get(std::move(key), std::move(bins));
  if (!record && record.error().kind != ErrorKind::NotFound) co_return record.error();
  const auto* counted = record ? record->get<std::int64_t>(kChanges) : nullptr;
  co_return counted == nullptr ? 0 : *counted;
}

Task<Result<CatalogChanges>> CatalogStore::changes_after(std::int64_t counted) {
  kv::Key key = the_count_of_changes();
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind != ErrorKind::NotFound) co_return record.error();
  CatalogChanges changes;
  if (!record) {
    changes.everything = counted != 0;  // the store forgot
    co_return changes;
  }
  const RecordFields fields{*record};
  changes.counted = fields.integer(kChanges);
  const std::vector<std::string> noted = fields.texts(kChanged);
  const std::int64_t missed = changes.counted - counted;
  if (missed < 0 || missed > static_cast<std::int64_t>(noted.size())) {
    changes.everything = true;
    co_return changes;
  }
  std::set<std::string> each_once(noted.end() - missed, noted.end());
  changes.categories = each_once.erase(kTheCategories) > 0;
  for (const std::string& id : each_once) changes.products.emplace_back(id);
  co_return changes;
}

}  // namespace qm::shop
