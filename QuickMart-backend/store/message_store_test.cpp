#include "QuickMart-backend/store/message_store.hpp"

#include <gtest/gtest.h>


#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

using std::chrono::days;
using test::kNow;

Message message_of(std::string user, std::string id, Timestamp at) {
  Message message;
  message.id = MessageId{std::move(id)};
  message.user_id = UserId{std::move(user)};
  message.text = "We miss you, \"Ada\"";
  message.churn_probability = 0.83;
  message.churn_reasons = {"INACTIVITY", "CART_ABANDONMENT"};
  message.created_at = at;
  return message;
}

class MessageStoreTest : public testing::Test {
 protected:
  std::string ids(const char* user, std::size_t limit = 100) {
    std::string text;
    for (const auto& message : *await(messages_.of_user(UserId{user}, limit))) text += message.id.str() + " ";
    return text;
  }
  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  MessageStore messages_{*kv_};
};

TEST_F(MessageStoreTest, KeepsWhatItIsGivenOnce) {
  const Message message = message_of("user_1", "msg_1", kNow);
  ASSERT_TRUE(await(messages_.add(message)));
  ASSERT_TRUE(await(messages_.mark_read(UserId{"user_1"}, message.id, kNow + days{1})));
  ASSERT_TRUE(await(messages_.add(message)));
  const auto kept = *await(messages_.of_user(UserId{"user_1"}, 10));
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].status, MessageStatus::read);  // coming again does not make it new
  EXPECT_EQ(kept[0].text, message.text);
  EXPECT_EQ(kept[0].churn_probability, 0.83);
  EXPECT_EQ(kept[0].churn_reasons, message.churn_reasons);
}

TEST_F(MessageStoreTest, ListsNewestFirstOverMonths) {
  for (const auto& [id, age] : {std::pair{"msg_a", 100}, {"msg_b", 0}, {"msg_c", 45}, {"msg_d", 1}})
    ASSERT_TRUE(await(messages_.add(message_of("user_1", id, kNow - days{age}))));
  ASSERT_TRUE(await(messages_.add(message_of("user_2", "msg_z", kNow))));
  EXPECT_EQ(ids("user_1"), "msg_b msg_d msg_c msg_a ");
  EXPECT_EQ(ids("user_1", 3), "msg_b msg_d msg_c ");
  EXPECT_EQ(ids("nobody"), "");
}

TEST_F(MessageStoreTest, AnothersIdBringsNoMessage) {
  ASSERT_TRUE(await(messages_.add(message_of("user_1", "msg_1", kNow))));
  ASSERT_TRUE(await(messages_.add(message_of("user_2", "msg_1", kNow))));
  EXPECT_EQ(ids("user_1"), "msg_1 ");
  EXPECT_EQ(ids("user_2"), "");
}

TEST_F(MessageStoreTest, TheFirstReadingCounts) {
  ASSERT_TRUE(await(messages_.add(message_of("user_1", "msg_1", kNow))));
  const auto read = await(messages_.mark_read(UserId{"user_1"}, MessageId{"msg_1"}, kNow + days{1}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->status, MessageStatus::read);
  EXPECT_EQ(read->read_at, kNow + days{1});
  EXPECT_EQ(await(messages_.mark_read(UserId{"user_1"}, MessageId{"msg_1"}, kNow + days{2}))->read_at, kNow + days{1});
}

TEST_F(MessageStoreTest, OnlyItsOwnerReadsAMessage) {
  ASSERT_TRUE(await(messages_.add(message_of("user_1", "msg_1", kNow))));
  EXPECT_EQ(await(messages_.mark_read(UserId{"user_2"}, MessageId{"msg_1"}, kNow)).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(await(messages_.mark_read(UserId{"user_1"}, MessageId{"msg_2"}, kNow)).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(await(messages_.of_user(UserId{"user_1"}, 10))->at(0).status, MessageStatus::generated);
  ASSERT_TRUE(await(messages_.mark_read(UserId{"user_1"}, MessageId{"msg_1"}, kNow)));
  EXPECT_EQ(await(messages_.mark_read(UserId{"user_2"}, MessageId{"msg_1"}, kNow)).error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace qm::shop
