#include "QuickMart-backend/api/staff_catalog_api.hpp"

#include "platform/http/etag.hpp"
#include "QuickMart-backend/api/audit_api.hpp"
#include "QuickMart-backend/api/catalog_wire.hpp"
#include "QuickMart-backend/api/product_wire.hpp"

namespace qm::shop {
namespace wire {

struct OfStaffProduct {
  ProductId product_id;
};
BOOST_DESCRIBE_STRUCT(OfStaffProduct, (), (product_id))

struct OfStaffCategory {
  CategoryId category_id;
};
BOOST_DESCRIBE_STRUCT(OfStaffCategory, (), (category_id))

struct EditedProduct {
  std::string message;
  KeptProduct product;
};
BOOST_DESCRIBE_STRUCT(EditedProduct, (), (message, product))

struct KeptCategory {
  std::optional<CategoryId> category_id;  // where the path does not name it
  std::string name;
  std::string description;
  bool is_active = true;
  std::int64_t sort_order = 0;
  std::optional<CategoryId> parent_id;
};
BOOST_DESCRIBE_STRUCT(KeptCategory, (), (category_id, name, description, is_active, sort_order, parent_id))
inline auto constraints(const KeptCategory*) {
  using C = KeptCategory;
  return json::fields(json::field(&C::description, json::defaulted()), json::field(&C::is_active, json::defaulted()),
                      json::field(&C::sort_order, json::defaulted()));
}

struct EditedCategory {
  std::string message;
  Category category;
};
BOOST_DESCRIBE_STRUCT(EditedCategory, (), (message, category))

}  // namespace wire

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::None;
using ProductAnswer = Answer<wire::EditedProduct>;
using CategoryAnswer = Answer<wire::EditedCategory>;

http::EndpointInfo catalog_keeping(std::string name, std::string summary, std::vector<int> errors) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary);
  info.tag = "admin";
  info.access = Access::Staff;
  info.errors = std::move(errors);
  info.errors.push_back(403);
  info.max_body_bytes = 256 * 1024;
  return info;
}

Error stale(const char* what) {
  return {ErrorKind::PreconditionFailed, std::string{"This "} + what + " was changed meanwhile; read it again."};
}

Error other_id(const char* field) {
  return invalid({Fault{{"body", field}, "the path names another one", "value_error"}});
}

// The revision to change, of the product as it stands: what If-Match admits.
Task<Result<StoredProduct>> wanted_product(EditProduct& products, ProductId id, http::IfMatch wanted) {
  auto stored = co_await products.get(std::move(id));
  if (!stored) co_return stored.error();
  if (!wanted.admits(stored->revision)) co_return stale("product");
  co_return stored;
}

ProductAnswer product_answer(const WrittenProduct& written, int status, const char* done) {
  ProductAnswer answer;
  answer.status = status;
  const Product& product = written.stored.product;
  answer.body.message = "The product " + product.id.str() + " ";
  answer.body.message += written.outcome == ProductOutcome::unchanged ? "is as it was." : done;
  if (written.kept_quantities)
    answer.body.message += " Quantities stay as they are counted; adjust them at /api/admin/stock.";
  answer.body.product = wire::to_kept(product);
  answer.headers.emplace_back("ETag", http::etag_of(written.stored.revision));
  if (status == 201) answer.headers.emplace_back("Location", "/api/admin/products/" + product.id.str());
  return answer;
}

void add_product_reading(http::Api& api, const StaffCatalogApp& app) {
  EditProduct& products = app.products;
  api.get("/api/admin/products/{product_id}",
          catalog_keeping("staff_product", "A product as it is kept, inactive or not, with its ETag", {404}),
          [&products](Call<wire::OfStaffProduct> call) -> Task<Result<Answer<wire::KeptProduct>>> {
            auto stored = co_await products.get(std::move(call.path.product_id));
            if (!stored) co_return stored.error();
            Answer<wire::KeptProduct> answer;
            answer.body = wire::to_kept(stored->product);
            answer.headers.emplace_back("ETag", http::etag_of(stored->revision));
            co_return answer;
          });
}

void add_product_creation(http::Api& api, const StaffCatalogApp& app) {
  EditProduct& products = app.products;
  Audit& audit = app.audit;
  const Clock& clock = app.clock;
  api.post("/api/admin/products", catalog_keeping("create_product", "Creates a product; 201", {409}),
           [&products, &audit, &clock](Call<None, None, wire::KeptProduct> call) -> Task<Result<ProductAnswer>> {
             auto product = wire::to_domain(std::move(call.body));
             if (!product) co_return product.error();
             if (product->id.empty()) product->id = ProductId::make(clock.now());
             AuditEntry entry = audit_entry(*call.request, "product.create", {"product", product->id.str()});
             auto work = products.create(std::move(*product));
             auto created = co_await audit.around(std::move(entry), std::move(work));
             if (!created) co_return created.error();
             co_return product_answer(*created, 201, "was created.");
           });
}

// The members that a patch names, for the log.
std::string named(const boost::json::object& patch) {
  constexpr std::size_t kMaxNamedBytes = 200;
  std::string names;
  for (const auto& [name, value] : patch) {
    if (names.size() + name.size() > kMaxNamedBytes) return names + " and more";
    names += (names.empty() ? "" : ", ") + std::string{name};
  }
  return names;
}

void add_product_changes(http::Api& api, const StaffCatalogApp& app) {
  EditProduct& products = app.products;
  Audit& audit = app.audit;
  api.put("/api/admin/products/{product_id}",
          catalog_keeping("replace_product", "Changes a product as a whole; needs If-Match", {404, 409, 412, 428}),
          [&products, &audit](Call<wire::OfStaffProduct, None, wire::KeptProduct> call) -> Task<Result<ProductAnswer>> {
            auto wanted = http::parse_if_match(call.request->header("if-match"));
            if (!wanted) co_return wanted.error();
            if (call.body.product_id && *call.body.product_id != call.path.product_id) co_return other_id("product_id");
            auto product = wire::to_domain(std::move(call.body));
            if (!product) co_return product.error();
            product->id = call.path.product_id;
            auto stored = co_await wanted_product(products, call.path.product_id, std::move(*wanted));
            if (!stored) co_return stored.error();
            const std::optional<std::int64_t> revision = stored->revision;
            AuditEntry entry = audit_entry(*call.request, "product.replace", {"product", product->id.str()});
            auto work = products.replace(std::move(*product), revision);
            auto written = co_await audit.around(std::move(entry), std::move(work));
            if (!written) co_return written.error();
            co_return product_answer(*written, 200, "was changed.");
          });
  api.patch(
      "/api/admin/products/{product_id}",
      catalog_keeping("patch_product", "Changes what is named of a product (RFC 7396); needs If-Match",
                      {404, 409, 412, 428}),
      [&products, &audit](Call<wire::OfStaffProduct, None, boost::json::value> call) -> Task<Result<ProductAnswer>> {
        auto wanted = http::parse_if_match(call.request->header("if-match"));
        if (!wanted) co_return wanted.error();
        const auto* patch = call.body.if_object();
        if (patch == nullptr) co_return invalid({Fault{{"body"}, "value is not an object", "type_error.dict"}});
        const auto* id = patch->if_contains("product_id");
        if (id != nullptr && *id != boost::json::value(call.path.product_id.str())) co_return other_id("product_id");
        auto stored = co_await wanted_product(products, call.path.product_id, std::move(*wanted));
        if (!stored) co_return stored.error();
        auto product = wire::patch_product(call.path.product_id, &stored->product, *patch);
        if (!product) co_return product.error();
        const std::optional<std::int64_t> revision = stored->revision;
        AuditEntry entry = audit_entry(*call.request, "product.patch", {"product", product->id.str()}, named(*patch));
        auto work = products.replace(std::move(*product), revision);
        auto written = co_await audit.around(std::move(entry), std::move(work));
        if (!written) co_return written.error();
        co_return product_answer(*written, 200, "was changed.");
      });
  api.del("/api/admin/products/{product_id}",
          catalog_keeping("deactivate_product", "Takes a product out of the catalog; orders keep it. Heeds If-Match",
                          {404, 412}),
          [&products, &audit](Call<wire::OfStaffProduct> call) -> Task<Result<ProductAnswer>> {
            std::optional<std::int64_t> revision;
            if (const auto header = call.request->header("if-match"); !header.empty()) {
              auto wanted = http::parse_if_match(header);
              if (!wanted) co_return wanted.error();
              auto stored = co_await wanted_product(products, call.path.product_id, std::move(*wanted));
              if (!stored) co_return stored.error();
              revision = stored->revision;
            }
            AuditEntry entry =
                audit_entry(*call.request, "product.deactivate", {"product", call.path.product_id.str()});
            auto work = products.deactivate(std::move(call.path.product_id), revision);
            auto written = co_await audit.around(std::move(entry), std::move(work));
            if (!written) co_return written.error();
            co_return product_answer(*written, 200, "is no longer sold.");
          });
}

// --- categories ------------------------------------------------------------------------------------------------------

Category category_of(wire::KeptCategory&& kept, CategoryId id) {
  Category category;
  category.id = std::move(id);
  category.name = std::move(kept.name);
  category.description = std::move(kept.description);
  category.is_active = kept.is_active;
  category.sort_order = kept.sort_order;
  category.parent = std::move(kept.parent_id);
  return category;
}

Task<Result<CategoryAnswer>> category_answer(EditCategory& categories, StoredCategory stored, int status,
                                             std::string done) {
  auto tree = co_await categories.tree();
  if (!tree) co_return tree.error();
  CategoryAnswer answer;
  answer.status = status;
  answer.body.message = "The category " + stored.category.id.str() + " " + done;
  answer.body.category = wire::to_wire(stored.category, *tree);
  answer.headers.emplace_back("ETag", http::etag_of(stored.generation));
  co_return answer;
}

// The generation to change: that of the category as it stands, if If-Match admits it.
Task<Result<std::uint32_t>> wanted_category(EditCategory& categories, CategoryId id, http::IfMatch wanted) {
  auto stored = co_await categories.get(std::move(id));
  if (!stored) co_return stored.error();
  if (!wanted.admits(stored->generation)) co_return stale("category");
  co_return stored->generation;
}

void add_category_reading(http::Api& api, EditCategory& categories, Audit& audit) {
  api.get("/api/admin/categories/{category_id}",
          catalog_keeping("staff_category", "A category, inactive or not, with its ETag", {404}),
          [&categories](Call<wire::OfStaffCategory> call) -> Task<Result<CategoryAnswer>> {
            auto stored = co_await categories.get(std::move(call.path.category_id));
            if (!stored) co_return stored.error();
            co_return co_await category_answer(categories, std::move(*stored), 200, "stands.");
          });
  api.post("/api/admin/categories", catalog_keeping("create_category", "Creates a category; 201", {400, 409}),
           [&categories, &audit](Call<None, None, wire::KeptCategory> call) -> Task<Result<CategoryAnswer>> {
             if (!call.body.category_id)
               co_return invalid({Fault{{"body", "category_id"}, "field required", "value_error.missing"}});
             CategoryId id = *call.body.category_id;
             Category category = category_of(std::move(call.body), std::move(id));
             AuditEntry entry = audit_entry(*call.request, "category.create", {"category", category.id.str()});
             auto work = categories.create(std::move(category));
             auto created = co_await audit.around(std::move(entry), std::move(work));
             if (!created) co_return created.error();
             co_return co_await category_answer(categories, std::move(*created), 201, "was created.");
           });
}

using CategoryCall = Call<wire::OfStaffCategory, None, wire::KeptCategory>;

void add_category_changes(http::Api& api, EditCategory& categories, Audit& audit) {
  api.put("/api/admin/categories/{category_id}",
          catalog_keeping("replace_category", "Changes a category; needs If-Match", {404, 409, 412, 428}),
          [&categories, &audit](CategoryCall call) -> Task<Result<CategoryAnswer>> {
            auto wanted = http::parse_if_match(call.request->header("if-match"));
            if (!wanted) co_return wanted.error();
            if (call.body.category_id && *call.body.category_id != call.path.category_id)
              co_return other_id("category_id");
            auto generation = co_await wanted_category(categories, call.path.category_id, std::move(*wanted));
            if (!generation) co_return generation.error();
            Category category = category_of(std::move(call.body), std::move(call.path.category_id));
            const std::optional<std::uint32_t> expected = *generation;
            AuditEntry entry = audit_entry(*call.request, "category.replace", {"category", category.id.str()});
            auto work = categories.replace(std::move(category), expected);
            auto changed = co_await audit.around(std::move(entry), std::move(work));
            if (!changed) co_return changed.error();
            co_return co_await category_answer(categories, std::move(*changed), 200, "was changed.");
          });
  api.del("/api/admin/categories/{category_id}",
          catalog_keeping("deactivate_category", "Hides a category and what lies under it. Heeds If-Match",
                          {404, 409, 412}),
          [&categories, &audit](Call<wire::OfStaffCategory> call) -> Task<Result<CategoryAnswer>> {
            std::optional<std::uint32_t> expected;
            if (const auto header = call.request->header("if-match"); !header.empty()) {
              auto wanted = http::parse_if_match(header);
              if (!wanted) co_return wanted.error();
              auto generation = co_await wanted_category(categories, call.path.category_id, std::move(*wanted));
              if (!generation) co_return generation.error();
              expected = *generation;
            }
            AuditEntry entry =
                audit_entry(*call.request, "category.deactivate", {"category", call.path.category_id.str()});
            auto work = categories.deactivate(std::move(call.path.category_id), expected);
            auto changed = co_await audit.around(std::move(entry), std::move(work));
            if (!changed) co_return changed.error();
            co_return co_await category_answer(categories, std::move(*changed), 200, "is no longer shown.");
          });
}

}  // namespace

void add_staff_product_routes(http::Api& api, StaffCatalogApp app) {
  add_product_reading(api, app);
  add_product_creation(api, app);
  add_product_changes(api, app);
}

void add_staff_category_routes(http::Api& api, StaffCatalogApp app) {
  add_category_reading(api, app.categories, app.audit);
  add_category_changes(api, app.categories, app.audit);
}

}  // namespace qm::shop
