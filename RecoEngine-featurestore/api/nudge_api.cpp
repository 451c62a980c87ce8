#include "RecoEngine-featurestore/api/nudge_api.hpp"

#include "RecoEngine-featurestore/api/nudge_wire.hpp"

namespace qm::reco {

namespace wire {

struct NudgedUser {
  UserId user_id;
};
BOOST_DESCRIBE_STRUCT(NudgedUser, (), (user_id))

struct ByRule {
  std::string rule_id;
};
BOOST_DESCRIBE_STRUCT(ByRule, (), (rule_id))
inline auto constraints(const ByRule*) { return json::fields(json::field(&ByRule::rule_id, json::identifier())); }

struct ByNudge {
  NudgeId nudge_id;
};
BOOST_DESCRIBE_STRUCT(ByNudge, (), (nudge_id))

struct NudgeRules {
  std::vector<NudgeRule> rules;
  std::int64_t total_rules = 0;
};
BOOST_DESCRIBE_STRUCT(NudgeRules, (), (rules, total_rules))

struct Trial {
  std::optional<double> churn_probability;
  std::vector<ReasonFamily> churn_reasons;
};
BOOST_DESCRIBE_STRUCT(Trial, (), (churn_probability, churn_reasons))
inline auto constraints(const Trial*) {
  return json::fields(json::field(&Trial::churn_probability, json::range(0, 1)),
                      json::field(&Trial::churn_reasons, json::length(0, kReasonFamilies)));
}

struct TrialAnswer {
  std::string user_id;
  json::Nullable<std::string> matching_rule;
  json::Nullable<NudgeRule> rule_details;
  std::int64_t would_trigger = 0;  // nudges
  double churn_probability = 0;
  std::vector<ReasonFamily> churn_reasons;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(TrialAnswer, (),
                      (user_id, matching_rule, rule_details, would_trigger, churn_probability, churn_reasons, message))

struct NudgePaging {
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(NudgePaging, (), (limit, cursor))
inline auto constraints(const NudgePaging*) {
  return json::fields(json::field(&NudgePaging::limit, json::defaulted(), json::range(1, 100)),
                      json::field(&NudgePaging::cursor, json::length(0, 256)));
}

struct NudgeList {
  std::string user_id;
  std::vector<Nudge> nudges;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(NudgeList, (), (user_id, nudges, next_cursor))

enum class OutcomeStatus { delivered, viewed, clicked, used, expired };
BOOST_DESCRIBE_ENUM(OutcomeStatus, delivered, viewed, clicked, used, expired)

struct Outcome {
  OutcomeStatus status = OutcomeStatus::delivered;
  Timestamp at{};
  std::optional<std::string> order_id;
  std::optional<json::Amount> revenue;
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (status, at, order_id, revenue))
inline auto constraints(const Outcome*) {
  return json::fields(json::field(&Outcome::order_id, json::identifier()),
                      json::field(&Outcome::revenue, json::range(0, 1e9)));
}

struct OutcomeAnswer {
  std::string message;
  bool changed = false;  // false: this report, or a later one, was there already
  Nudge nudge;
};
BOOST_DESCRIBE_STRUCT(OutcomeAnswer, (), (message, changed, nudge))

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::EndpointInfo;
using http::None;

EndpointInfo info(std::string name, std::string summary, std::vector<int> errors) {
  EndpointInfo made;
  made.name = std::move(name);
  made.summary = std::move(summary);
  made.tag = "nudges";
  made.access = Access::Service;
  made.errors = std::move(errors);
  return made;
}

NudgeOutcome to_domain(const wire::Outcome& given) {
  NudgeOutcome outcome;
  outcome.status = parse_nudge_status(json::enum_name(given.status)).value();
  outcome.at = given.at;
  outcome.order_id = given.order_id;
  if (given.revenue) outcome.revenue = Money{given.revenue->minor};
  return outcome;
}

wire::TrialAnswer to_wire(const UserId& user, const NudgeTrial& trial) {
  wire::TrialAnswer answer;
  answer.user_id = user.str();
  answer.churn_probability = trial.churn_probability;
  answer.churn_reasons = trial.reasons;
  if (!trial.rule) {
    answer.message = "No rule matches: nothing would be sent.";
    return answer;
  }
  answer.matching_rule = trial.rule->rule_id;
  answer.rule_details = wire::to_wire(*trial.rule);
  answer.would_trigger = static_cast<std::int64_t>(trial.rule->nudges.size());
  answer.message = "Rule " + trial.rule->rule_id + " (" + trial.rule->name + ") would trigger " +
                   std::to_string(answer.would_trigger) + (answer.would_trigger == 1 ? " nudge." : " nudges.");
  return answer;
}

void add_rules(http::Api& api, const NudgeRules& rules) {
  api.get("/nudge/rules", info("nudge_rules", "The nudge rules in force", {}),
          [&rules](Call<>) -> Task<Result<wire::NudgeRules>> {
            wire::NudgeRules out;
            const auto current = rules.current();
            for (const auto& rule : current->rules) out.rules.push_back(wire::to_wire(rule));
            out.total_rules = static_cast<std::int64_t>(out.rules.size());
            co_return out;
          });
  api.get("/nudge/rules/{rule_id}", info("nudge_rule", "One nudge rule", {404}),
          [&rules](Call<wire::ByRule> call) -> Task<Result<wire::NudgeRule>> {
            const auto current = rules.current();
            const NudgeRule* rule = current->find(call.path.rule_id);
            if (rule == nullptr) co_return not_found("There is no such nudge rule.");
            co_return wire::to_wire(*rule);
          });
}

void add_test(http::Api& api, TestNudge& test) {
  api.get("/nudge/test/{user_id}", info("test_nudge", "Which rule would fire, without firing it", {404, 503}),
          [&test](Call<wire::NudgedUser, wire::Trial> call) -> Task<Result<wire::TrialAnswer>> {
            UserId user = call.path.user_id;
            auto trial =
                co_await test.run(std::move(user), call.query.churn_probability, std::move(call.query.churn_reasons));
            if (!trial) co_return trial.error();
            co_return to_wire(call.path.user_id, *trial);
          });
}

void add_nudges(http::Api& api, ListNudges& list, ReportOutcome& report) {
  api.get("/nudges/{user_id}",
          info("list_nudges", "Nudges decided for a user, newest first, each with its decision", {503}),
          [&list](Call<wire::NudgedUser, wire::NudgePaging> call) -> Task<Result<wire::NudgeList>> {
            const auto limit = static_cast<std::size_t>(call.query.limit);
            UserId user = call.path.user_id;
            std::string cursor = std::move(call.query.cursor).value_or("");
            auto page = co_await list.run(std::move(user), limit, std::move(cursor));
            if (!page) co_return page.error();
            wire::NudgeList out;
            out.user_id = call.path.user_id.str();
            for (const auto& nudge : page->nudges) out.nudges.push_back(wire::to_wire(nudge));
            if (!page->cursor.empty()) out.next_cursor = std::move(page->cursor);
            co_return out;
          });
  api.post("/nudges/{nudge_id}/outcome", info("nudge_outcome", "Report what became of a nudge", {404, 409, 503}),
           [&report](Call<wire::ByNudge, None, wire::Outcome> call) -> Task<Result<wire::OutcomeAnswer>> {
             NudgeOutcome outcome = to_domain(call.body);
             auto applied = co_await report.run(std::move(call.path.nudge_id), std::move(outcome));
             if (!applied) co_return applied.error();
             wire::OutcomeAnswer answer;
             answer.message = applied->changed ? "Outcome recorded." : "Outcome known already.";
             answer.changed = applied->changed;
             answer.nudge = wire::to_wire(applied->nudge);
             co_return answer;
           });
}

}  // namespace

void add_nudge_routes(http::Api& api, const NudgeRules& rules, TestNudge& test, ListNudges& list,
                      ReportOutcome& report) {
  add_rules(api, rules);
  add_test(api, test);
  add_nudges(api, list, report);
}

}  // namespace qm::reco
