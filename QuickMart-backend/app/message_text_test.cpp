#include "QuickMart-backend/app/message_text.hpp"

#include <gtest/gtest.h>

namespace qm::shop {
namespace {

using namespace std::chrono;

MessageFields everything() {
  MessageFields fields;
  fields.name = "Ada";
  fields.reasons = {"no purchase for 74 days", "Carts were left!", "a third reason"};
  fields.products = {"Lamp", "Desk", "Chair"};
  fields.coupon = "SAVE20";
  fields.expiry = sys_days{2026y / November / 25};
  return fields;
}

TEST(RenderMessage, FillsInWhatIsKnownAndLeavesOutTheRest) {
  const MessageFields nothing;
  MessageFields no_expiry = everything();
  no_expiry.expiry.reset();
  MessageFields no_coupon = everything();
  no_coupon.coupon.reset();
  struct Case {
    const char* text_template;
    MessageFields fields;
    const char* text;
  };
  const Case cases[] = {
      {"Hello {{name}}.", everything(), "Hello Ada."},
      {"Hello {{name}}.", nothing, "Hello Dear customer."},
      {"{{reasons}} Come back.", everything(), "No purchase for 74 days. Carts were left! Come back."},
      {"Hello, {{name}}. {{reasons}} Come back.", nothing, "Hello, Dear customer. Come back."},
      {"{{#products}}{{products}} wait{{/products}}{{^products}}something waits{{/products}}", everything(),
       "Lamp, Desk and Chair wait"},
      {"{{#products}}{{products}} wait{{/products}}{{^products}}something waits{{/products}}", nothing,
       "something waits"},
      {"Take {{coupon}}{{#expiry}} until {{expiry}}{{/expiry}}.", everything(), "Take SAVE20 until 24 November 2026."},
      {"Take {{coupon}}{{#expiry}} until {{expiry}}{{/expiry}}.", no_expiry, "Take SAVE20."},
      {"Look.{{#coupon}} Take {{coupon}} until {{expiry}}.{{/coupon}}", nothing, "Look."},
      {"Look.{{#expiry}} Until {{expiry}}.{{/expiry}}", no_coupon, "Look."},
      {"{{unknown}} Hello{{#other}} you{{/other}}.", everything(), "Hello."},
  };
  for (const Case& c : cases) EXPECT_EQ(render_message(c.text_template, c.fields), c.text) << c.text_template;
}

TEST(RenderMessage, DoesNotEscapeAndDoesNotObeyWhatPeopleWrote) {
  MessageFields fields;
  fields.name = "<O'Hara & {{coupon}}>";
  fields.coupon = "SAVE20";
  EXPECT_EQ(render_message("Hello {{name}}", fields), "Hello <O'Hara & {{coupon}}>");
  fields.name = "{{> name}}";
  EXPECT_EQ(render_message("{{> name}}", fields), plain_message(fields));
}

TEST(RenderMessage, SaysAPlainSentenceWhenTheTemplateIsOfNoUse) {
  const MessageFields fields = everything();
  const char* plain = "Ada, we would be glad to see you again. Use the coupon SAVE20, valid until 24 November 2026.";
  for (const std::string& broken :
       {std::string{"{{#coupon}} never closed"}, std::string{"{{/coupon}}"}, std::string{"{{name"}, std::string{},
        std::string{"  {{unknown}} "}, std::string(kMaxTemplateBytes + 1, 'x')})
    EXPECT_EQ(render_message(broken, fields), plain) << broken.substr(0, 40);
}

TEST(RenderMessage, StaysWithinItsLimitWithoutCuttingACharacter) {
  MessageFields fields;
  for (int i = 0; i < 1'500; ++i) fields.name += "é";
  const std::string text = render_message("{{name}}", fields);
  EXPECT_LE(text.size(), kMaxMessageBytes);
  EXPECT_EQ(text.substr(text.size() - 5), "é…");
}

}  // namespace
}  // namespace qm::shop
