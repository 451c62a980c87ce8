#include "RecoEngine-featurestore/training/purchase_importer.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace qm::reco {
namespace {

constexpr const char* kHeader = "invoice,stock_code,description,quantity,invoice_date,unit_price,customer_id,country\n";

Result<PurchaseData> read(const std::string& text) {
  std::istringstream in{text};
  return read_purchases(in);
}

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }

TEST(PurchaseImporter, MakesOrdersOfInvoiceLines) {
  const auto data = read(std::string{kHeader} +
                         "1,85048,\"BALL, 7\"\"\",12,2009-12-01 07:45:00,6.95,13085,United Kingdom\n"
                         "1,22041,FRAME,2,2009-12-01 07:45:00,0.125,13085,United Kingdom\n"
                         "2,84879,BIRD,5,2009-12-02 09:00:00,1.69,,United Kingdom\n"
                         ",,BIRD ,1,2010-12-01 08:26:00,3,13085,United Kingdom\n"
                         "3,84880,GIFT,5,2009-12-02 09:00:00,0,12347,Iceland\n"
                         "C4,85048,BALL,-2,2009-12-03 10:00:00,6.95,13085,United Kingdom\n")
                        .value();
  EXPECT_EQ(data.name, "Online Retail II");
  EXPECT_EQ(data.short_name, "online_retail_ii");
  EXPECT_EQ(data.lines, 6);
  EXPECT_EQ(data.lines_without_customer, 1);
  EXPECT_EQ(data.lines_without_price, 1);
  ASSERT_EQ(data.customers.size(), 1U);
  const auto& customer = data.customers[0];
  EXPECT_EQ(customer.customer, "13085");
  const std::vector<Purchase> bought{{at("2009-12-01T07:45:00Z"), Money{8365}, 2, 14, {"85048", "22041"}},
                                     {at("2010-12-01T08:26:00Z"), Money{300}, 1, 1, {"84879"}}};
  EXPECT_EQ(customer.purchases, bought);
  const std::vector<PurchaseReturn> returned{{at("2009-12-03T10:00:00Z"), Money{1390}, 1, 2, {"85048"}}};
  EXPECT_EQ(customer.returns, returned);
  EXPECT_EQ(data.first, at("2009-12-01T07:45:00Z"));
  EXPECT_EQ(data.last, at("2010-12-01T08:26:00Z"));
}

TEST(PurchaseImporter, ReadsCdnow) {
  const auto data = read("masterid,sampleid,date,cds,sales\n4,1,19970101,2,29.33\n4,1,19970118,2,29.73\n").value();
  EXPECT_EQ(data.name, "CDNOW");
  ASSERT_EQ(data.customers.size(), 1U);
  EXPECT_EQ(data.customers[0].purchases[1].amount, Money{2973});
  EXPECT_EQ(data.customers[0].purchases[1].items, 2);
  EXPECT_EQ(data.customers[0].purchases[1].at, at("1997-01-18T00:00:00Z"));
}

TEST(PurchaseImporter, NamesTheLineThatDoesNotFit) {
  const struct {
    const char *line, *wrong;
  } cases[] = {
      {"1,2,A,x,2009-12-01 07:45:00,1,5,UK\n", "quantity"}, {"1,2,A,1,2009-13-01 07:45:00,1,5,UK\n", "date"},
      {"1,2,A,1,2009-12-01 27:45:00,1,5,UK\n", "date"},     {"1,2,A,1,2009-12-01 07:45:00,1e3,5,UK\n", "price"},
      {"1,2,A,1,2009-12-01 07:45:00,1,5\n", "fields"},      {"1,2,\"A,1,2009-12-01 07:45:00,1,5,UK\n", "quote"},
      {"1,2,A,1,2009-12-01 07:45:00,1.-5,5,UK\n", "price"},
  };
  for (const auto& c : cases) {
    const auto refused = read(std::string{kHeader} + "1,2,A,1,2009-12-01 07:45:00,1,5,UK\n" + c.line);
    ASSERT_FALSE(refused) << c.line;
    EXPECT_NE(refused.error().detail.find("Line 3"), std::string::npos) << refused.error().detail;
    EXPECT_NE(refused.error().detail.find(c.wrong), std::string::npos) << refused.error().detail;
  }
  EXPECT_FALSE(read("a,b\n1,2\n"));
  EXPECT_FALSE(read(""));
  EXPECT_EQ(import_purchases("no/such/file.csv.gz").error().kind, ErrorKind::NotFound);
}

TEST(PurchaseImporter, HashesWhatAModelCanSee) {
  const std::string line = "1,2,A,1,2009-12-01 07:45:00,1,5,UK\n";
  const auto hash = [](const std::string& text) { return read(text)->hash; };
  EXPECT_EQ(hash(kHeader + line), hash(kHeader + line));
  EXPECT_NE(hash(kHeader + line), hash(kHeader + line + line));
  EXPECT_NE(hash(kHeader + line), hash(std::string{kHeader} + "1,2,A,1,2009-12-01 07:45:01,1,5,UK\n"));
}

}  // namespace
}  // namespace qm::reco
