#include "QuickMart-backend/domain/stock_level.hpp"

#include <gtest/gtest.h>

namespace qm::shop {
namespace {

constexpr Timestamp kThen{std::chrono::days{20'000}};

Stock stock_of(std::int64_t quantity) {
  Stock stock;
  stock.sku = SkuId{"pen"};
  stock.initial = stock.on_hand = stock.available = quantity;
  return stock;
}

// Moves through the numbers, tells what is to be told, → what was, as "low out back".
std::string told_along(std::int64_t begin, std::initializer_list<std::int64_t> available) {
  Stock stock = stock_of(begin);
  std::string told;
  for (const std::int64_t now : available) {
    stock.available = now;
    cross_level(stock, 5, kThen);
    const auto event = untold_event(stock, 5);
    if (!event) continue;
    told.append(told.empty() ? "" : " ").append(std::string_view{to_string(event->type)}.substr(6));
    stock.level.untold.reset();
  }
  return told;
}

TEST(StockLevel, TellsEachCrossingOnce) {
  EXPECT_EQ(told_along(10, {9, 6, 5}), "");
  EXPECT_EQ(told_along(10, {5, 4, 3, 4, 1}), "low");
  EXPECT_EQ(told_along(10, {4, 5, 4}), "low low");
  EXPECT_EQ(told_along(10, {4, 0, 0}), "low out");
  EXPECT_EQ(told_along(10, {0, 1, 0, 7}), "out back out back");
  EXPECT_EQ(told_along(3, {2, 1}), "");  // it began low
  EXPECT_EQ(told_along(0, {3, 9}), "back");
  EXPECT_EQ(told_along(6, {4}), "low");  // the first look counts too
}

TEST(StockLevel, WhatIsUntoldIsTheSameUntilItWasTold) {
  Stock stock = stock_of(10);
  stock.available = 3;
  ASSERT_TRUE(cross_level(stock, 5, kThen));
  const auto event = untold_event(stock, 5);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->available, 3);
  EXPECT_EQ(event->threshold, 5);
  stock.available = 0;
  EXPECT_FALSE(cross_level(stock, 5, kThen + std::chrono::hours{1}));
  EXPECT_EQ(untold_event(stock, 5)->id, event->id);
  EXPECT_TRUE(has_to_tell(stock, 5));
  stock.level.untold.reset();
  EXPECT_TRUE(cross_level(stock, 5, kThen));
  EXPECT_NE(untold_event(stock, 5)->id, event->id);
}

TEST(StockLevel, AStocksOwnThresholdCounts) {
  Stock stock = stock_of(100);
  stock.low_below = 50;
  stock.available = 49;
  EXPECT_TRUE(has_to_tell(stock, 5));
  ASSERT_TRUE(cross_level(stock, 5, kThen));
  EXPECT_EQ(untold_event(stock, 5)->threshold, 50);
  EXPECT_FALSE(has_to_tell(stock_of(100), 5));
}

}  // namespace
}  // namespace qm::shop
