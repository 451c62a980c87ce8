#include "tools/tidy/rules.hpp"

#include <gtest/gtest.h>

namespace qm::tidy {
namespace {

struct Case {
  const char* path;
  const char* line;
  const char* complaint;  // part of it; "": none
};

class Includes : public testing::TestWithParam<Case> {};

TEST_P(Includes, AreJudgedByTheTable) {
  const auto& [path, line, complaint] = GetParam();
  const auto found = judge(path, std::string{"#pragma once\n"} + line + "\n");
  if (*complaint == '\0') {
    EXPECT_TRUE(found.empty()) << path << ": " << found.front().rule;
    return;
  }
  ASSERT_EQ(found.size(), 1u) << path << ": " << line;
  EXPECT_EQ(found[0].line, 2);
  EXPECT_NE(found[0].rule.find(complaint), std::string::npos) << found[0].rule;
}

INSTANTIATE_TEST_SUITE_P(
    Layers, Includes,
    testing::Values(
        Case{"QuickMart-backend/domain/a.hpp", "#include \"QuickMart-backend/domain/coupon.hpp\"", ""},
        Case{"QuickMart-backend/domain/a.hpp", "#include \"platform/core/money.hpp\"", ""},
        Case{"QuickMart-backend/domain/a.hpp", "#include \"platform/kv/store.hpp\"", "domain/ may not include"},
        Case{"QuickMart-backend/domain/a.hpp", "#include \"QuickMart-backend/store/x.hpp\"", "domain/ may not include"},
        Case{"QuickMart-backend/domain/a.cpp", "#include <boost/json/value.hpp>", "domain/ is pure"},
        Case{"QuickMart-backend/domain/a.cpp", "#include <fstream>", "domain/ is pure"},
        Case{"QuickMart-backend/domain/a.cpp", "auto t = std::chrono::system_clock::now();", "the time is an argument"},
        Case{"QuickMart-backend/store/a.cpp", "#include \"platform/kv/store.hpp\"", ""},
        Case{"QuickMart-backend/store/a.cpp", "#include \"QuickMart-backend/app/login.hpp\"", "store/ may not include"},
        Case{"QuickMart-backend/store/a.cpp", "#include \"platform/http/api.hpp\"", "store/ may not include"},
        Case{"QuickMart-backend/app/login.cpp", "#include \"QuickMart-backend/store/user_store.hpp\"", ""},
        Case{"QuickMart-backend/app/login.cpp", "#include \"QuickMart-backend/api/x.hpp\"", "app/ may not include"},
        Case{"QuickMart-backend/app/login.cpp", "#include \"platform/json/parse.hpp\"", "app/ may not include"},
        Case{"QuickMart-backend/api/a.cpp", "#include \"QuickMart-backend/app/login.hpp\"", ""},
        Case{"QuickMart-backend/api/a.cpp", "#include \"QuickMart-backend/store/x.hpp\"", "api/ may not include"},
        Case{"QuickMart-backend/api/a_test.cpp", "#include \"QuickMart-backend/store/x.hpp\"", ""},
        Case{"QuickMart-backend/clients/reco_client.hpp", "#include \"platform/http/client.hpp\"", "clients/ may not"},
        Case{"QuickMart-backend/clients/http_reco_client.cpp", "#include \"platform/http/client.hpp\"", ""},
        Case{"QuickMart-backend/stuff/a.cpp", "#include \"platform/core/id.hpp\"", "there is no layer stuff/"},
        Case{"QuickMart-backend/main.cpp", "#include \"platform/service/service_host.hpp\"", ""},
        Case{"QuickMart-backend/main.cpp", "#include \"QuickMart-backend/api/a.hpp\"", ""},
        Case{"RecoEngine-featurestore/model/x.cpp", "#include <xgboost/c_api.h>", ""},
        Case{"RecoEngine-featurestore/model/x.hpp", "#include <xgboost/c_api.h>", "in a .cpp only"},
        Case{"RecoEngine-featurestore/app/x.cpp", "#include <xgboost/c_api.h>", "is seen in"}));

INSTANTIATE_TEST_SUITE_P(
    Services, Includes,
    testing::Values(
        Case{"QuickMart-backend/main.cpp", "#include \"RecoEngine-featurestore/domain/a.hpp\"", "never include each"},
        Case{"RecoEngine-featurestore/api/a_test.cpp", "#include \"QuickMart-backend/domain/a.hpp\"", "never include"},
        Case{"QuickMart-backend/app/a.cpp", "#include \"PaymentSandbox/app/a.hpp\"", "never include each other"},
        Case{"QuickMart-backend/clients/local_payment_gateway.hpp", "#include \"PaymentSandbox/app/a.hpp\"", ""},
        Case{"QuickMart-backend/clients/local_payment_gateway.cpp", "#include \"PaymentSandbox/api/a.hpp\"", "never"},
        Case{"PaymentSandbox/app/a.cpp", "#include \"QuickMart-backend/domain/order.hpp\"", "never include each"},
        Case{"platform/core/a.hpp", "#include \"QuickMart-backend/domain/a.hpp\"", "platform/ may not include"},
        Case{"platform/core/a.hpp", "#include \"platform/http/api.hpp\"", "platform/core/ may not include"},
        Case{"platform/jobs/a.hpp", "#include \"platform/kv/store.hpp\"", ""},
        Case{"platform/kv/a.hpp", "#  include  \"platform/jobs/queue.hpp\"", "platform/kv/ may not include"},
        Case{"platform/http/a.cpp", "#include <rocksdb/db.h>", "is seen in platform/kv/ only"},
        Case{"platform/kv/rocks_store.cpp", "#include <rocksdb/db.h>", ""},
        Case{"contracts/a.hpp", "#include \"platform/http/api.hpp\"", "contracts/ may not include"},
        Case{"platform/core/a.hpp", "#include \"id.hpp\"", "by their path"}));

INSTANTIATE_TEST_SUITE_P(
    Lines, Includes,
    testing::Values(Case{"platform/core/a_test.cpp", "std::this_thread::sleep_for(1ms);", "never sleeps"},
                    Case{"platform/core/a.cpp", "std::this_thread::sleep_for(1ms);", ""},
                    Case{"platform/core/a.cpp", "// TODO later", "work left lying"},
                    Case{"platform/core/a.cpp", "int kTODOs = 0;", ""},
                    Case{"platform/core/a.cpp", "open(\"/home/me/file\");", "outside the repository"},
                    Case{"platform/core/a.cpp", "open(\"/proc/self/exe\");", ""}));

TEST(Sleeping, IsAllowedWhereATestLooksAgain) {
  const std::string sleep = "std::this_thread::sleep_for(1ms);\n";
  EXPECT_TRUE(judge("platform/core/a_test.cpp", "bool eventually(F done) {\n  while (!done())\n  " + sleep).empty());
  EXPECT_EQ(judge("platform/core/a_test.cpp", "bool eventually(F done) {\n" + std::string(20, '\n') + sleep).size(),
            1u);
}

TEST(Columns, CountLettersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 120; ++i) umlauts += "ü";
  EXPECT_TRUE(judge("platform/core/a.cpp", umlauts).empty());
  EXPECT_EQ(judge("platform/core/a.cpp", umlauts + "x").size(), 1u);
  EXPECT_EQ(judge("cmake/a.cmake", std::string(121, 'x')).size(), 1u);
  EXPECT_TRUE(judge("platform/core/a.cpp", "  const char* text = R\"(" + std::string(121, 'x') + ")\";").empty());
}

TEST(Folders, MustSayWhatTheyHold) {
  for (const char* path :
       {"platform/util/a.cpp", "QuickMart-backend/domain/helpers/a.cpp", "tests/common/a.cpp", "misc/a.cpp"}) {
    const auto found = judge(path, "");
    ASSERT_EQ(found.size(), 1u) << path;
    EXPECT_NE(found[0].rule.find("says nothing"), std::string::npos);
  }
  EXPECT_TRUE(judge("platform/core/common.cpp", "").empty()) << "a file's name is not a folder's";
}

TEST(Headers, NeedPragmaOnce) {
  EXPECT_EQ(judge("platform/core/a.hpp", "int x;\n").size(), 1u);
  EXPECT_TRUE(judge("platform/core/a.cpp", "int x;\n").empty());
}

TEST(Files, AreJudgedByTheirKind) {
  for (const char* path : {"a.cpp", "a.hpp", "CMakeLists.txt", "cmake/a.cmake", "tools/run/a.sh"})
    EXPECT_TRUE(is_judged(path)) << path;
  for (const char* path : {"README.md", "data/a.json", "package-lock.json"}) EXPECT_FALSE(is_judged(path)) << path;
}

}  // namespace
}  // namespace qm::tidy
