#include "RecoEngine-featurestore/api/ingest_api.hpp"

#include <limits>

#include "contracts/ingest.hpp"

namespace qm::reco {

namespace {

using http::Access;
using http::Call;
using http::None;
namespace bj = boost::json;

constexpr const char* kUserId = "user_id";
// 64 shares and every other feature fit well.
constexpr std::size_t kMaxBodyBytes = 64 * 1024;

// What no feature takes, but an unknown name may have: it must reach the table as something.
FeatureValue misfit() { return Shares{{"", std::numeric_limits<double>::quiet_NaN()}}; }

FeatureValue to_shares(const bj::object& object) {
  Shares shares;
  for (const auto& [category, share] : object) {
    if (!share.is_number()) return misfit();
    shares.emplace(category, share.to_number<double>());
  }
  return shares;
}

std::optional<FeatureValue> to_value(const bj::value& json) {
  switch (json.kind()) {
    case bj::kind::null:
      return std::nullopt;
    case bj::kind::bool_:
      return FeatureValue{json.get_bool()};
    case bj::kind::int64:
      return FeatureValue{json.get_int64()};
    case bj::kind::uint64:
      return FeatureValue{static_cast<double>(json.get_uint64())};
    case bj::kind::double_:
      return FeatureValue{json.get_double()};
    case bj::kind::string:
      return FeatureValue{std::string{json.get_string()}};
    case bj::kind::object:
      return to_shares(json.get_object());
    case bj::kind::array:
      break;
  }
  return misfit();
}

std::vector<GivenFeature> features_of(const bj::object& body) {
  std::vector<GivenFeature> given;
  for (const auto& [name, value] : body) {
    if (name != kUserId) given.push_back({std::string{name}, to_value(value)});
  }
  return given;
}

UserId read_user(const bj::object& body, json::Reader& reader) {
  UserId user;
  reader.enter(kUserId);
  if (const auto* value = body.if_contains(kUserId)) {
    json::read_value(*value, user, reader);
  } else {
    reader.fault("field required", "value_error.missing");
  }
  reader.leave();
  return user;
}

struct Intake {
  UserId user;
  FeatureIntake features;
};

Result<Intake> to_domain(FeatureGroup group, const bj::value& body) {
  json::Reader reader{"body"};
  const auto* object = body.if_object();
  if (object == nullptr) {
    reader.fault("value is not an object", "type_error.dict");
    return invalid(std::move(reader.faults()));
  }
  Intake intake{read_user(*object, reader), IngestFeatures::examine(group, features_of(*object))};
  auto& faults = intake.features.faults;
  faults.insert(faults.begin(), reader.faults().begin(), reader.faults().end());
  if (!faults.empty()) return invalid(std::move(faults));
  return intake;
}

std::string capitalised(FeatureGroup group) {
  std::string name{to_string(group)};
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

// --- what the documents say, from the feature table ---

bj::value type_or_null(const char* type) { return bj::array{type, "null"}; }

void add_type(const FeatureSpec& spec, bj::object& schema) {
  switch (spec.type) {
    case FeatureType::Integer:
    case FeatureType::Real:
      schema["type"] = type_or_null(spec.type == FeatureType::Integer ? "integer" : "number");
      schema["minimum"] = spec.low;
      schema["maximum"] = spec.high;
      return;
    case FeatureType::Flag:
      schema["type"] = type_or_null("boolean");
      return;
    case FeatureType::Time:
      schema["format"] = "date-time";
      [[fallthrough]];
    case FeatureType::Category:
    case FeatureType::Text:
      schema["type"] = type_or_null("string");
      schema["minLength"] = 1;
      schema["maxLength"] = 64;
      return;
    case FeatureType::Shares:
      schema["type"] = type_or_null("object");
      schema["additionalProperties"] = bj::object{{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
      return;
  }
}

bj::object schema_of(const FeatureSpec& spec) {
  bj::object schema;
  add_type(spec, schema);
  std::string description{spec.unit};
  if (!spec.levels.empty()) {
    bj::array examples;
    for (const auto level : spec.levels) examples.emplace_back(level);
    schema["examples"] = std::move(examples);
    description += description.empty() ? "any word; the examples are levels of their own"
                                       : "; the examples are levels of their own";
  }
  if (!description.empty()) schema["description"] = description;
  return schema;
}

bj::value body_schema(FeatureGroup group) {
  bj::object properties;
  bj::object user{{"type", "string"}};
  json::show_limit(user, json::Identifier{});
  properties[kUserId] = std::move(user);
  for (const auto& spec : feature_table()) {
    if (spec.group != group) continue;
    properties[spec.name] = schema_of(spec);
    for (const auto alias : spec.aliases) {
      if (alias.empty()) continue;
      bj::object same = schema_of(spec);
      same["description"] = "another name of " + std::string{spec.name};
      properties[alias] = std::move(same);
    }
  }
  return bj::object{
      {"type", "object"},
      {"description", "Features not named keep their values; null: no longer known; unknown names are ignored."},
      {"properties", std::move(properties)},
      {"required", bj::array{kUserId}}};
}

Task<Result<contracts::IngestAnswer>> run_ingest(IngestFeatures& ingest, FeatureGroup group, bj::value body) {
  auto intake = to_domain(group, body);
  if (!intake) co_return intake.error();
  contracts::IngestAnswer answer;
  answer.status = "success";
  answer.message = capitalised(group) + " features stored for user " + intake->user.str();
  answer.stored = intake->features.stored;
  answer.ignored = intake->features.ignored;
  auto stored = co_await ingest.store(std::move(intake->user), std::move(intake->features));
  if (!stored) co_return stored.error();
  co_return answer;
}

}  // namespace

void add_ingest_routes(http::Api& api, IngestFeatures& ingest) {
  for (const auto group : kFeatureGroups) {
    const std::string name{to_string(group)};
    http::EndpointInfo info;
    info.name = "ingest_" + name;
    info.summary = "Take in a customer's " + name + " features";
    info.tag = "features";
    info.access = Access::Service;
    info.errors = {503};
    info.max_body_bytes = kMaxBodyBytes;
    info.body_schema = body_schema(group);
    api.post("/ingest/" + name, std::move(info), [&ingest, group](Call<None, None, bj::value> call) {
      return run_ingest(ingest, group, std::move(call.body));
    });
  }
}

}  // namespace qm::reco
