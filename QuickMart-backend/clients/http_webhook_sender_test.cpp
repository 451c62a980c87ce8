#include "QuickMart-backend/clients/http_webhook_sender.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"

namespace qm::shop {
namespace {

TEST(HttpWebhookSender, OutsideDevelopmentOnlyHttpsToThePublicInternetWillDo) {
  HttpWebhookSender sender{false};
  for (const char* url : {"https://example.com", "https://example.com/hook?a=b", "https://8.8.8.8:8443/"})
    EXPECT_TRUE(sender.check(url)) << url;
  for (const char* url :
       {"", "example.com", "http://example.com/", "ftp://example.com/", "https://", "https://u:p@example.com/",
        "https://example.com/#part", "https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest",
        "https://[::1]/", "https://[fd00::1]/", "https://[::ffff:127.0.0.1]/", "https://localhost/",
        "https://a.localhost/"}) {
    const auto allowed = sender.check(url);
    ASSERT_FALSE(allowed) << url;
    EXPECT_EQ(allowed.error().kind, ErrorKind::Rejected) << url;
    std::vector<std::pair<std::string, std::string>> headers;
    EXPECT_EQ(await(sender.send(url, headers, "{}", deadline_in(std::chrono::seconds{1}))).error().kind,
              ErrorKind::Rejected)
        << url;
  }
}

TEST(HttpWebhookSender, InDevelopmentTheOwnMachineWillDoToo) {
  const HttpWebhookSender sender{true};
  EXPECT_TRUE(sender.check("http://127.0.0.1:9000/hook"));
  EXPECT_FALSE(sender.check("file:///etc/passwd"));
}

}  // namespace
}  // namespace qm::shop
