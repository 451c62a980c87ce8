#include "RecoEngine-featurestore/store/nudge_record.hpp"

namespace qm::reco {

namespace {

template <class T>
const T* bin(const kv::Bins& bins, std::string_view name) {
  const auto it = bins.find(name);
  return it == bins.end() ? nullptr : it->second.as<T>();
}

std::string text(const kv::Bins& bins, std::string_view name) {
  const auto* value = bin<std::string>(bins, name);
  return value == nullptr ? std::string{} : *value;
}

Timestamp time(const kv::Bins& bins, std::string_view name) {
  const auto* ms = bin<std::int64_t>(bins, name);
  return Timestamp{std::chrono::milliseconds{ms == nullptr ? 0 : *ms}};
}

}  // namespace

kv::Bins to_bins(const Nudge& nudge) {
  kv::List reasons;
  for (const auto reason : nudge.reasons) reasons.emplace_back(std::string{to_string(reason)});
  kv::Bins bins;
  bins["nudge_id"] = nudge.nudge_id.str();
  bins["user_id"] = nudge.user_id.str();
  bins["rule_id"] = nudge.rule_id;
  bins["type"] = std::string{to_string(nudge.type)};
  bins["channel"] = std::string{to_string(nudge.channel)};
  bins["template"] = nudge.content_template;
  bins["priority"] = nudge.priority;
  bins["churn_score"] = nudge.churn_probability;
  bins["reasons"] = std::move(reasons);
  bins["model"] = nudge.model_version;
  bins["decided_at"] = nudge.decided_at.time_since_epoch().count();
  bins["status"] = std::string{to_string(nudge.status)};
  bins["status_at"] = nudge.status_at.time_since_epoch().count();
  if (nudge.coupon_code) bins["coupon_code"] = *nudge.coupon_code;
  if (nudge.order_id) bins["order_id"] = *nudge.order_id;
  if (nudge.revenue) bins["revenue"] = nudge.revenue->minor();
  return bins;
}

Result<Nudge> nudge_from(const kv::Bins& bins) {
  const auto type = parse_nudge_type(text(bins, "type"));
  const auto channel = parse_channel(text(bins, "channel"));
  const auto status = parse_nudge_status(text(bins, "status"));
  const auto* score = bin<double>(bins, "churn_score");
  const auto* priority = bin<std::int64_t>(bins, "priority");
  const auto* reasons = bin<kv::List>(bins, "reasons");
  if (!type || !channel || !status || score == nullptr || priority == nullptr || reasons == nullptr) {
    return Error{ErrorKind::Internal, "the record of a nudge cannot be read"};
  }
  Nudge nudge;
  nudge.nudge_id = NudgeId{text(bins, "nudge_id")};
  nudge.user_id = UserId{text(bins, "user_id")};
  nudge.rule_id = text(bins, "rule_id");
  nudge.type = *type;
  nudge.channel = *channel;
  nudge.content_template = text(bins, "template");
  nudge.priority = static_cast<int>(*priority);
  nudge.churn_probability = *score;
  for (const auto& reason : *reasons) {
    const auto* name = reason.as<std::string>();
    const auto family = name == nullptr ? std::nullopt : parse_reason(*name);
    if (family) nudge.reasons.push_back(*family);
  }
  nudge.model_version = text(bins, "model");
  nudge.decided_at = time(bins, "decided_at");
  nudge.status = *status;
  nudge.status_at = time(bins, "status_at");
  if (const auto* code = bin<std::string>(bins, "coupon_code")) nudge.coupon_code = *code;
  if (const auto* order = bin<std::string>(bins, "order_id")) nudge.order_id = *order;
  if (const auto* minor = bin<std::int64_t>(bins, "revenue")) nudge.revenue = Money{*minor};
  return nudge;
}

}  // namespace qm::reco
