#include "platform/http/public_address.hpp"

#include <gtest/gtest.h>

namespace qm::http {
namespace {

TEST(PublicAddress, KnowsTheInternetFromEverythingElse) {
  for (const char* text : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.0.1", "100.128.0.1",
                           "192.167.1.1", "169.253.1.1", "223.255.255.254", "2606:4700::1111", "2001:4860:4860::8888",
                           "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"})
    EXPECT_TRUE(is_public(boost::asio::ip::make_address(text))) << text;
  for (const char* text :
       {"127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1",
        "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.2.1", "198.18.0.1", "198.19.255.255", "203.0.113.9",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
        "2001::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "2002:7f00:1::1", "fec0::1"})
    EXPECT_FALSE(is_public(boost::asio::ip::make_address(text))) << text;
}

}  // namespace
}  // namespace qm::http
