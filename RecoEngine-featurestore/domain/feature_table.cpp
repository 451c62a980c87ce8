// The rows. Texts: {n} the value as an integer, {x} with one decimal, {p} as a percentage, {v} as text,
// {n:one:many} picks a word by the number.
#include "RecoEngine-featurestore/domain/feature.hpp"

namespace qm::reco {

namespace {

using enum FeatureGroup;
using enum FeatureType;
using enum ReasonFamily;
using namespace std::string_view_literals;
using std::chrono::hours;

constexpr hours kDays90{24 * 90}, kDays30{24 * 30}, kDays7{24 * 7}, kYear{24 * 365}, kSession{24};
constexpr double kMany = 1e9;

constexpr std::array kTiers{"bronze"sv, "silver"sv, "gold"sv, "platinum"sv};
constexpr std::array kDevices{"mobile"sv, "desktop"sv, "tablet"sv};
constexpr std::array kSubscriptions{"active"sv, "inactive"sv, "cancelled"sv, "expired"sv, "pending"sv};
constexpr std::array kResponses{"positive"sv, "negative"sv, "neutral"sv};
constexpr std::array kPayments{"credit_card"sv, "debit_card"sv, "paypal"sv, "apple_pay"sv, "bank_transfer"sv};
constexpr std::array kLanguages{"en"sv, "es"sv, "fr"sv, "de"sv};

constexpr FeatureSpec kTable[] = {
    {"acc_age_days", {"account_age_days"}, profile, Integer, "days", 0, 36'500, {}, kYear, ModelInput::Number, BEHAVIORAL_PATTERNS, 0,
     "the account is {n} {n:day:days} old", "the age of the account is not known"},
    {"member_dur", {"membership_duration"}, profile, Integer, "months", 0, 1'200, {}, kYear, ModelInput::Number, BEHAVIORAL_PATTERNS, 0,
     "a member for {n} {n:month:months}", "the time of membership is not known"},
    {"loyalty_tier", {}, profile, Category, "", 0, 0, kTiers, kYear, ModelInput::Ordinal, BEHAVIORAL_PATTERNS, -1,
     "customers of tier {v} leave more often than others", "the loyalty tier is not known"},
    {"geo_location", {}, profile, Text, "region", 0, 0, {}, kYear, ModelInput::None, BEHAVIORAL_PATTERNS, 0, "", ""},
    {"device_type", {}, profile, Category, "", 0, 0, kDevices, kYear, ModelInput::OneHot, BEHAVIORAL_PATTERNS, 0,
     "customers who shop by {v} leave more often than others", "the device is not known"},
    {"pref_payment", {"preferred_payment_method"}, profile, Text, "", 0, 0, kPayments, kYear, ModelInput::OneHot, BEHAVIORAL_PATTERNS, 0,
     "customers who pay by {v} leave more often than others", "the way of payment is not known"},
    {"lang_pref", {"language_preference"}, profile, Text, "BCP 47", 0, 0, kLanguages, kYear, ModelInput::OneHot, BEHAVIORAL_PATTERNS, 0,
     "customers with language {v} leave more often than others", "the language is not known"},

    {"days_last_login", {"days_since_last_login"}, behavior, Integer, "days", 0, 36'500, {}, kDays30, ModelInput::Number, INACTIVITY, 1,
     "no login for {n} {n:day:days}", "the last login is not known"},
    {"days_last_purch", {"days_since_last_purchase", "days_since_last_order"}, behavior, Integer, "days", 0, 36'500, {}, kDays30,
     ModelInput::Number, PURCHASE_DECLINE, 1, "no purchase for {n} {n:day:days}", "no purchase is known"},
    {"sess_7d", {"sessions_last_7days"}, behavior, Integer, "sessions", 0, 100'000, {}, kDays7, ModelInput::Number, INACTIVITY, -1,
     "only {n} {n:visit:visits} in the last 7 days", "visits of the last 7 days are not known"},
    {"sess_30d", {"sessions_last_30days"}, behavior, Integer, "sessions", 0, 100'000, {}, kDays30, ModelInput::Number, INACTIVITY, -1,
     "only {n} {n:visit:visits} in the last 30 days", "visits of the last 30 days are not known"},
    {"avg_sess_dur", {"avg_session_duration_last_30days", "session_duration_avg"}, behavior, Real, "minutes", 0, 1'440, {}, kDays30,
     ModelInput::Number, INACTIVITY, 0, "visits last {x} minutes on average", "the length of visits is not known"},
    {"ctr_10_sess", {"click_through_rate_last_10_sessions"}, behavior, Real, "share", 0, 1, {}, kDays30, ModelInput::Number,
     LOW_ENGAGEMENT, 0, "only {p} of what was shown in the last 10 visits was clicked", "clicks on what was shown are not known"},
    {"cart_abandon", {"cart_abandonment_rate"}, behavior, Real, "share", 0, 1, {}, kDays90, ModelInput::Number, CART_ABANDONMENT, 1,
     "{p} of the carts were abandoned", "abandoned carts are not known"},
    {"wishlist_ratio", {"wishlist_adds_vs_purchases"}, behavior, Real, "ratio", 0, kMany, {}, kDays90, ModelInput::Number, LOW_ENGAGEMENT,
     0, "{x} products on the wish list for each one bought", "the wish list is not known"},
    {"content_engage", {"content_engagement_rate"}, behavior, Real, "share", 0, 1, {}, kDays90, ModelInput::Number, LOW_ENGAGEMENT, 0,
     "only {p} of the visits look at guides or reviews", "interest in guides and reviews is not known"},

    {"avg_order_val", {"avg_order_value"}, transactional, Real, "amount", 0, kMany, {}, kDays90, ModelInput::Number, PURCHASE_DECLINE, 0,
     "an order is worth {x} on average", "the value of orders is not known"},
    {"orders_6m", {"total_orders_last_6months"}, transactional, Integer, "orders", 0, 100'000, {}, kDays90, ModelInput::Number,
     PURCHASE_DECLINE, -1, "only {n} {n:order:orders} in the last 6 months", "orders of the last 6 months are not known"},
    {"purch_freq_90d", {"purchase_frequency_last_90days"}, transactional, Real, "orders a month", 0, 100'000, {}, kDays90,
     ModelInput::Number, PURCHASE_DECLINE, -1, "{x} orders a month over the last 90 days", "how often orders come is not known"},
    {"last_hv_purch", {"time_since_last_high_value_purchase"}, transactional, Integer, "days", 0, 36'500, {}, kDays90, ModelInput::Number,
     PURCHASE_DECLINE, 0, "no large purchase for {n} {n:day:days}", "no large purchase is known"},
    {"refund_rate", {}, transactional, Real, "share", 0, 1, {}, kDays90, ModelInput::Number, HIGH_REFUND_RATE, 1,
     "{p} of the orders were refunded", "refunds are not known"},
    {"sub_pay_status", {"subscription_payment_status"}, transactional, Category, "", 0, 0, kSubscriptions, kDays90, ModelInput::OneHot,
     PAYMENT_FAILURE, 0, "the subscription's payment is {v}", "the state of payment is not known"},
    {"discount_dep", {"discount_dependency_score"}, transactional, Real, "share", 0, 1, {}, kDays90, ModelInput::Number, PRICE_SENSITIVITY,
     0, "{p} of the orders used a discount", "the use of discounts is not known"},
    {"cat_spend_dist", {"category_spend_distribution"}, transactional, FeatureType::Shares, "share by category", 0, 1, {}, kDays90, ModelInput::None,
     BEHAVIORAL_PATTERNS, 0, "", ""},

    {"push_open_rate", {"push_notification_open_rate", "push_notification_rate"}, engagement, Real, "share", 0, 1, {}, kDays90,
     ModelInput::Number, LOW_ENGAGEMENT, -1, "only {p} of the push messages are opened", "answers to push messages are not known"},
    {"email_ctr", {"email_click_rate"}, engagement, Real, "share", 0, 1, {}, kDays90, ModelInput::Number, LOW_ENGAGEMENT, -1,
     "only {p} of the e-mails are clicked", "clicks in e-mails are not known"},
    {"inapp_ctr", {"in_app_offer_click_rate"}, engagement, Real, "share", 0, 1, {}, kDays90, ModelInput::Number, LOW_ENGAGEMENT, -1,
     "only {p} of the offers in the shop are clicked", "clicks on offers are not known"},
    {"promo_resp_time", {"response_time_to_promotions"}, engagement, Real, "hours", 0, 100'000, {}, kDays90, ModelInput::Number,
     LOW_ENGAGEMENT, 0, "promotions are answered after {x} hours", "answers to promotions are not known"},
    {"retention_resp", {"recent_retention_offer_response"}, engagement, Category, "", 0, 0, kResponses, kDays90, ModelInput::OneHot,
     LOW_ENGAGEMENT, 0, "the answer to the last offer was {v}", "no answer to an offer is known"},

    {"tickets_90d", {"support_tickets_last_90days", "support_tickets"}, support, Integer, "tickets", 0, 100'000, {}, kDays90,
     ModelInput::Number, POOR_SUPPORT_EXPERIENCE, 0, "{n} support {n:ticket:tickets} in the last 90 days", "support tickets are not known"},
    {"avg_ticket_res", {"avg_ticket_resolution_time", "avg_resolution_time"}, support, Real, "hours", 0, 100'000, {}, kDays90,
     ModelInput::Number, POOR_SUPPORT_EXPERIENCE, 1, "tickets take {x} hours to be solved", "the time to solve tickets is not known"},
    {"csat_score", {"csat_score_last_interaction"}, support, Real, "1 to 5", 1, 5, {}, kDays90, ModelInput::Number,
     POOR_SUPPORT_EXPERIENCE, -1, "the last contact with support was rated {x} of 5", "no rating of support is known"},
    {"refund_req", {"refund_requests"}, support, Integer, "requests", 0, 100'000, {}, kDays90, ModelInput::Number, HIGH_REFUND_RATE, 1,
     "{n} {n:request:requests} for a refund", "requests for refunds are not known"},

    {"curr_sess_clk", {"current_session_clicks", "session_clicks"}, realtime, Integer, "clicks", 0, 1'000'000, {}, kSession,
     ModelInput::Number, LOW_ENGAGEMENT, 0, "{n} {n:click:clicks} in this visit", "clicks of this visit are not known"},
    {"checkout_time", {"time_spent_on_checkout_page", "time_on_checkout"}, realtime, Real, "seconds", 0, 86'400, {}, kSession,
     ModelInput::Number, CART_ABANDONMENT, 0, "{n} seconds on the checkout page without buying", "time at checkout is not known"},
    {"cart_no_buy", {"added_to_cart_but_not_bought_flag"}, realtime, Flag, "", 0, 1, {}, kSession, ModelInput::Number, CART_ABANDONMENT, 1,
     "products were put into the cart and not bought", "it is not known whether a cart was left"},
    {"bounce_flag", {"session_bounce_flag"}, realtime, Flag, "", 0, 1, {}, kSession, ModelInput::Number, INACTIVITY, 1,
     "the last visit ended after one page", "it is not known how the last visit ended"},
    {"abandon_count", {}, realtime, Integer, "carts", 0, 100'000, {}, kDays30, ModelInput::Number, CART_ABANDONMENT, 1,
     "{n} abandoned {n:cart:carts} lately", "carts abandoned lately are not known"},
    {"cart_item_cnt", {}, realtime, Integer, "items", 0, 100'000, {}, kSession, ModelInput::None, BEHAVIORAL_PATTERNS, 0, "", ""},
    {"last_abandon_at", {}, realtime, Time, "RFC 3339", 0, 0, {}, kDays90, ModelInput::None, BEHAVIORAL_PATTERNS, 0, "", ""},
};

}  // namespace

std::span<const FeatureSpec> feature_table() noexcept { return kTable; }

}  // namespace qm::reco
