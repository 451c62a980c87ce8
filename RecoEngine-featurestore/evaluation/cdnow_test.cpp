// On the CDNOW sample itself, where it lies beside the repository or in the folder that DATASETS_DIR names; its terms
// do not say that it may be copied into it.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "RecoEngine-featurestore/evaluation/bg_nbd.hpp"
#include "platform/csv/csv.hpp"
#include "platform/csv/gzip_file.hpp"

namespace qm::reco {
namespace {

using std::chrono::sys_days;

// The first 39 weeks, in weeks, as its publishers use it: days on which somebody bought, by customer.
std::vector<RepeatPurchases> calibration_period(std::istream& in) {
  constexpr sys_days kEnd{std::chrono::year{1997} / 9 / 30};
  std::map<std::string, std::set<sys_days>> by_customer;
  csv::Reader reader{in};
  reader.next();  // masterid, sampleid, date, cds, sales
  while (const auto record = reader.next()) {
    const int date = std::stoi(record->fields.at(2));
    const sys_days day{std::chrono::year{date / 10000} / (date / 100 % 100) / (date % 100)};
    if (day <= kEnd) by_customer[record->fields.at(0)].insert(day);
  }
  std::vector<RepeatPurchases> customers;
  for (const auto& [id, bought] : by_customer) {
    const auto weeks = [](std::chrono::days span) { return static_cast<double>(span.count()) / 7; };
    customers.push_back({static_cast<int>(bought.size()) - 1, weeks(*bought.rbegin() - *bought.begin()),
                         weeks(kEnd - *bought.begin())});
  }
  return customers;
}

TEST(BgNbdOnCdnow, HasThePublishedLikelihoodAndIsFoundAgain) {
  const char* const folder = std::getenv("DATASETS_DIR");
  const auto beside = std::filesystem::path{QM_SOURCE_DIR}.parent_path() / "shared/data";
  const auto path = (folder == nullptr ? beside : std::filesystem::path{folder}) / "cdnow_sample.csv.gz";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the CDNOW sample is not there: " << path;
  auto file = csv::GzipFile::open(path.string()).value();
  const auto customers = calibration_period(file.stream());
  ASSERT_EQ(customers.size(), 2357U);
  const BgNbd published{0.243, 4.414, 0.793, 2.426};
  EXPECT_NEAR(published.log_likelihood(customers), -9582.4, 0.05);

  const BgNbd found = fit_bg_nbd(customers).value();
  EXPECT_NEAR(found.r, 0.243, 0.002);
  EXPECT_NEAR(found.alpha, 4.414, 0.02);
  EXPECT_NEAR(found.a, 0.793, 0.01);
  EXPECT_NEAR(found.b, 2.426, 0.03);
}

}  // namespace
}  // namespace qm::reco
