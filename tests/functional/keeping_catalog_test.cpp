// The catalog as staff keep it, over HTTP.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

class KeepingTheCatalog : public testing::Test {
 protected:
  KeepingTheCatalog()
      : shop_(world_.start("quickmart-backend",
                           {"--threads", "2", "--jwt-secret", kJwtSecret, "--demo-data-dir", kDemoData})),
        staff_(sign_in(peer(), "admin@quickmart.com", "admin").headers()) {}

  const Peer& peer() const { return shop_.peer(); }
  HeaderList staff(const std::string& name = {}, const std::string& value = {}) const {
    HeaderList headers = staff_;
    if (!name.empty()) headers.emplace_back(name, value);
    return headers;
  }
  Reply create(const std::string& body) const { return peer().post("/api/admin/products", body, staff()); }

  // Sends a file and waits for the import's end; → what GET /api/admin/imports/{id} says then.
  boost::json::value import_file(const std::string& query, const std::string& text) const {
    const Reply taken = peer().post("/api/admin/products/import?" + query, text, staff("Content-Type", "text/plain"));
    EXPECT_EQ(taken.status, 202) << taken.body;
    const std::string address = taken.header("location");
    boost::json::value progress;
    EXPECT_TRUE(eventually([&] {
      progress = peer().get(address, staff()).json();
      const std::string state = text_at(progress, "state");
      return state != "checking" && state != "writing";
    })) << boost::json::serialize(progress);
    return progress;
  }

  std::int64_t memory_kib(const char* what) const {
    std::ifstream status{"/proc/" + std::to_string(shop_.pid()) + "/status"};
    for (std::string word; status >> word;)
      if (word == what) {
        std::int64_t kib = 0;
        status >> kib;
        return kib;
      }
    return -1;
  }

  World world_;
  ServiceProcess shop_;
  HeaderList staff_;
};

// An export comes as the store walks a set, which on a cluster is in no order.
std::vector<std::string> sorted_lines(const std::string& text) {
  std::istringstream rest{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(rest, line);) lines.push_back(line);
  std::ranges::sort(lines);
  return lines;
}

const std::string kCoat =
    R"({"product_id":"coat","name":"Coat","category":"clothing","price":50,"variants":[)"
    R"({"sku":"coat-red","options":{"color":"red"},"stock_quantity":2},)"
    R"({"sku":"coat-blue","options":{"color":"blue"},"price":60,"stock_quantity":3}]})";

TEST_F(KeepingTheCatalog, OfTwoWhoChangeOneProductTheSecondIsTold) {
  const Reply created = create(kCoat);
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.header("location"), "/api/admin/products/coat");
  EXPECT_EQ(number_at(peer().get("/api/products/coat").json(), "stock_quantity"), 5);

  const Reply read = peer().get("/api/admin/products/coat", staff());
  const std::string tag = read.header("etag");
  ASSERT_EQ(tag, created.header("etag"));
  const Reply first = peer().send("PATCH", "/api/admin/products/coat", R"({"name":"Warm coat"})",
                                  staff("If-Match", tag));
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_NE(first.header("etag"), tag);
  const Reply second = peer().put("/api/admin/products/coat", read.body, staff("If-Match", tag));
  EXPECT_EQ(second.status, 412) << second.body;
  EXPECT_EQ(text_at(peer().get("/api/products/coat").json(), "name"), "Warm coat");
  EXPECT_EQ(peer().put("/api/admin/products/coat", read.body, staff()).status, 428);
  EXPECT_EQ(peer().put("/api/admin/products/coat", read.body, staff("If-Match", "W/" + first.header("etag"))).status,
            412);
  const Reply third = peer().put("/api/admin/products/coat", read.body, staff("If-Match", first.header("etag")));
  EXPECT_EQ(third.status, 200) << "what was read can be sent back: " << third.body;
  EXPECT_EQ(text_at(peer().get("/api/products/coat").json(), "name"), "Coat");

  EXPECT_EQ(peer().send("DELETE", "/api/admin/products/coat", {}, staff("If-Match", tag)).status, 412);
  EXPECT_EQ(peer().send("DELETE", "/api/admin/products/coat", {}, staff()).status, 200);
  std::multiset<std::string> actions;
  const auto log = peer().get("/api/admin/audit?limit=50", staff()).json();
  for (const auto& each : list_at(log, "entries"))
    if (text_at(each, "subject_id") == "coat") actions.insert(text_at(each, "action"));
  EXPECT_EQ(actions, (std::multiset<std::string>{"product.create", "product.deactivate", "product.patch",
                                                 "product.replace"}))
      << boost::json::serialize(log);
  EXPECT_EQ(peer().get("/api/products/coat").status, 404);
  EXPECT_EQ(peer().get("/api/admin/products/coat", staff()).status, 200);
}

TEST_F(KeepingTheCatalog, NamesEveryFaultAndLetsOnlyStaffIn) {
  ASSERT_EQ(create(kCoat).status, 201);
  EXPECT_EQ(create(kCoat).status, 409);
  const Reply faulty = create(R"({"product_id":"other","name":"","category":"nothing","price":-1,"rating":9})");
  EXPECT_EQ(faulty.status, 422);
  std::set<std::string> fields;
  for (const auto& fault : list_at(faulty.json(), "detail")) fields.insert(text_at(fault, "loc/1"));
  EXPECT_EQ(fields, (std::set<std::string>{"category", "name", "price", "rating"})) << faulty.body;
  const Reply taken = create(R"({"name":"X","category":"books_media","price":1,"variants":[{"sku":"coat-red"}]})");
  EXPECT_EQ(taken.status, 422);
  EXPECT_EQ(text_at(taken.json(), "detail/0/loc/3"), "sku") << taken.body;
  const HeaderList customer = new_customer(peer()).headers();
  EXPECT_EQ(peer().post("/api/admin/products", kCoat, customer).status, 403);
  EXPECT_EQ(peer().post("/api/admin/products/import?format=csv", "x", customer).status, 403);
  EXPECT_EQ(peer().get("/api/admin/products/export").status, 401);
}

TEST_F(KeepingTheCatalog, ACategoryHoldsWhatIsUnderIt) {
  const std::string coats = R"({"category_id":"coats","name":"Coats","parent_id":"clothing"})";
  ASSERT_EQ(peer().post("/api/admin/categories", coats, staff()).status, 201);
  EXPECT_EQ(peer().post("/api/admin/categories", coats, staff()).status, 409);
  ASSERT_EQ(create(R"({"product_id":"parka","name":"Parka","category":"coats","price":80,"stock_quantity":1})").status,
            201);
  const auto names_parka = [&](const std::string& category) {
    const auto found = peer().get("/api/products?search=parka&category=" + category).json();
    return number_at(found, "total") == 1;
  };
  EXPECT_TRUE(names_parka("coats"));
  EXPECT_TRUE(names_parka("Clothing"));
  EXPECT_FALSE(names_parka("books_media"));
  bool listed = false;
  const auto categories = peer().get("/api/products/categories").json();
  for (const auto& each : categories.as_array()) {
    if (text_at(each, "category_id") != "coats") continue;
    listed = true;
    EXPECT_EQ(text_at(each, "parent_id"), "clothing");
    EXPECT_EQ(text_at(each, "path/0"), "clothing");
  }
  EXPECT_TRUE(listed);
  const Reply clothing = peer().get("/api/admin/categories/clothing", staff());
  const std::string circle = R"({"name":"Clothing","parent_id":"coats"})";
  EXPECT_EQ(peer().put("/api/admin/categories/clothing", circle, staff("If-Match", clothing.header("etag"))).status,
            422);
  EXPECT_EQ(peer().put("/api/admin/categories/clothing", circle, staff()).status, 428);
  const std::string moved = R"({"name":"Coats and more","parent_id":"books_media"})";
  const std::string tag = peer().get("/api/admin/categories/coats", staff()).header("etag");
  EXPECT_EQ(peer().put("/api/admin/categories/coats", moved, staff("If-Match", tag)).status, 200);
  EXPECT_EQ(peer().put("/api/admin/categories/coats", moved, staff("If-Match", tag)).status, 412);
  EXPECT_TRUE(names_parka("books_media"));
  EXPECT_EQ(peer().send("DELETE", "/api/admin/categories/coats", {}, staff()).status, 200);
}

TEST_F(KeepingTheCatalog, AFileWithBadLinesIsSkippedOverOrRefused) {
  const std::string file =
      "product_id,name,category,price,variants\r\n"
      "scarf,Scarf,clothing,12.50,\r\n"
      "bad,Bad,nowhere,1,\r\n"
      "hat,\"Hat, \"\"warm\"\"\",clothing,20,\"[{\"\"sku\"\":\"\"hat-m\"\",\"\"stock_quantity\"\":4}]\"\r\n"
      "worse,Worse,clothing,-3,\r\n";
  const auto refused = import_file("format=csv&on_error=refuse", file);
  EXPECT_EQ(text_at(refused, "state"), "refused");
  EXPECT_EQ(number_at(refused, "bad_lines"), 2);
  EXPECT_EQ(number_at(refused, "errors/0/line"), 3);
  EXPECT_EQ(text_at(refused, "errors/0/field"), "category");
  EXPECT_EQ(number_at(refused, "errors/1/line"), 5);
  EXPECT_EQ(peer().get("/api/products/scarf").status, 404);
  const auto skipped = import_file("format=csv&on_error=skip", file);
  EXPECT_EQ(text_at(skipped, "state"), "done");
  EXPECT_EQ(number_at(skipped, "created"), 2);
  EXPECT_EQ(number_at(skipped, "bad_lines"), 2);
  EXPECT_EQ(text_at(peer().get("/api/products/hat").json(), "name"), "Hat, \"warm\"");
  EXPECT_EQ(number_at(peer().get("/api/products/hat").json(), "stock_quantity"), 4);
  const auto again = import_file("format=csv&on_error=skip", file);
  EXPECT_EQ(number_at(again, "unchanged"), 2);
  EXPECT_EQ(number_at(again, "changed"), 0);
  EXPECT_EQ(peer().post("/api/admin/products/import", file, staff()).status, 422) << "in which format?";
  EXPECT_EQ(peer().get("/api/admin/imports/nothing", staff()).status, 404);
}

TEST_F(KeepingTheCatalog, WhatIsExportedCanBeImported) {
  ASSERT_EQ(create(kCoat).status, 201);
  for (const std::string format : {"csv", "jsonl"}) {
    const Reply exported = peer().send("GET", "/api/admin/products/export?format=" + format, {}, staff());
    ASSERT_EQ(exported.status, 200);
    const auto untouched = import_file("on_error=refuse&format=" + format, exported.body);
    EXPECT_EQ(text_at(untouched, "state"), "done") << boost::json::serialize(untouched);
    EXPECT_EQ(number_at(untouched, "unchanged"), number_at(untouched, "lines_read"));
    EXPECT_GT(number_at(untouched, "lines_read"), 60);
    const Reply again = peer().get("/api/admin/products/export?format=" + format, staff());
    EXPECT_EQ(sorted_lines(again.body), sorted_lines(exported.body));
  }
}

TEST_F(KeepingTheCatalog, FiftyThousandLinesTakeLittleMemory) {
  constexpr int kLines = 50'000, kProducts = 1'000;
  std::string description;
  while (description.size() < 1'900) description += "as long as a page ";
  std::string file;
  for (int i = 0; i < kLines; ++i)
    file += R"({"product_id":"bulk)" + std::to_string(i % kProducts) +
            R"(","name":"Bulk","category":"books_media","price":5,"description":")" + description + "\"}\n";
  const std::int64_t file_kib = static_cast<std::int64_t>(file.size() / 1024);
  ASSERT_GT(file_kib, 90'000);
  const std::int64_t before_kib = memory_kib("VmRSS:");
  const Reply taken = peer().post("/api/admin/products/import?format=jsonl&on_error=refuse", file, staff());
  ASSERT_EQ(taken.status, 202) << taken.body;
  boost::json::value progress;
  EXPECT_TRUE(eventually(
      [&] {
        progress = peer().get(taken.header("location"), staff()).json();
        const std::string state = text_at(progress, "state");
        return state != "checking" && state != "writing";
      },
      std::chrono::minutes{4}));
  EXPECT_EQ(number_at(progress, "lines_read"), kLines) << boost::json::serialize(progress);
  EXPECT_EQ(number_at(progress, "created"), kProducts);
  EXPECT_EQ(number_at(progress, "unchanged"), kLines - kProducts);
  EXPECT_LT(memory_kib("VmHWM:") - before_kib, file_kib * 3 / 4) << "the file was not held";
}

}  // namespace
}  // namespace qm::functional
