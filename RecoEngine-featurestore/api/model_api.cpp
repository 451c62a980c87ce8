#include "RecoEngine-featurestore/api/model_api.hpp"

#include "RecoEngine-featurestore/api/train_wire.hpp"

namespace qm::reco {

namespace wire {

struct ListedModel {
  std::string model_version;
  ModelStage stage = ModelStage::candidate;
  Timestamp trained_at{};
  std::optional<TrainingSource> source;
  std::optional<std::int64_t> shadow_scores;  // in shadow: customers it scored beside the champion, everywhere
  TrainingMetrics training_metrics;
  std::vector<GateResult> gates;           // as it was judged when it was trained
  std::optional<ComparedModels> compared;  // with the champion of then, on the same customers
  std::optional<std::string> revision;     // of the program that trained it
};
BOOST_DESCRIBE_STRUCT(ListedModel, (),
                      (model_version, stage, trained_at, source, shadow_scores, training_metrics, gates, compared,
                       revision))

struct ModelList {
  std::vector<ListedModel> models;  // newest first
};
BOOST_DESCRIBE_STRUCT(ModelList, (), (models))

struct ByVersion {
  std::string version;
};
BOOST_DESCRIBE_STRUCT(ByVersion, (), (version))
inline auto constraints(const ByVersion*) { return json::fields(json::field(&ByVersion::version, json::identifier())); }

struct PromoteQuery {
  bool accept_shift = false;
};
BOOST_DESCRIBE_STRUCT(PromoteQuery, (), (accept_shift))
inline auto constraints(const PromoteQuery*) {
  return json::fields(json::field(&PromoteQuery::accept_shift, json::defaulted(),
                                  json::describe("Another distribution of scores than the champion's is wanted, or "
                                                 "nobody waits until enough customers were scored in shadow.")));
}

struct PromotedModel {
  std::string message;
  std::string model_version;
  bool promoted = false;
  ModelStage stage = ModelStage::candidate;
  std::vector<GateResult> gates;
};
BOOST_DESCRIBE_STRUCT(PromotedModel, (), (message, model_version, promoted, stage, gates))

struct RolledBack {
  std::string message;
  std::string model_version;  // that answers now
};
BOOST_DESCRIBE_STRUCT(RolledBack, (), (message, model_version))

}  // namespace wire

namespace {

using http::Access;
using http::Answer;
using http::Call;

wire::ModelList to_wire(std::vector<ModelVersion> models) {
  wire::ModelList list;
  for (auto model = models.rbegin(); model != models.rend(); ++model) {
    ModelMetadata& metadata = model->metadata;
    wire::ListedModel listed;
    listed.model_version = std::move(metadata.version);
    listed.stage = model->stage;
    listed.trained_at = metadata.created_at;
    listed.source = metadata.source;
    listed.shadow_scores = model->shadow_scores;
    listed.training_metrics = metadata.metrics;
    listed.gates = std::move(metadata.gates);
    listed.compared = std::move(metadata.compared);
    listed.revision = std::move(metadata.revision);
    list.models.push_back(std::move(listed));
  }
  return list;
}

Answer<wire::PromotedModel> to_wire(Promotion promotion) {
  Answer<wire::PromotedModel> answer;
  wire::PromotedModel& body = answer.body;
  body.model_version = std::move(promotion.version);
  body.promoted = promotion.promoted;
  body.stage = promotion.stage;
  body.message = body.model_version;
  if (body.promoted) body.message += " is the champion.";
  else if (body.stage == ModelStage::shadow) body.message += " scores in shadow, and may not be champion yet:";
  else body.message += " may not be champion:";
  for (const auto& gate : promotion.gates)
    if (!gate.passed) body.message += " " + gate.text + ".";
  body.gates = std::move(promotion.gates);
  if (!body.promoted) answer.status = 409;
  return answer;
}

}  // namespace

void add_model_routes(http::Api& api, PromoteModel& promote) {
  api.get("/models",
          {.name = "list_models",
           .summary = "The versions of the model, newest first, and what each is for",
           .tag = "models",
           .access = Access::Service,
           .errors = {401, 503}},
          [&promote](Call<>) -> Task<Result<wire::ModelList>> {
            auto models = co_await promote.list();
            if (!models) co_return models.error();
            co_return to_wire(std::move(*models));
          });
  api.post("/models/{version}/promote",
           {.name = "promote_model",
            .summary = "Makes a version the champion if it passes the gates; 409 says which it fails, by how much; one "
                       "that has not scored enough customers yet goes on in shadow",
            .tag = "models",
            .access = Access::Service,
            .errors = {400, 401, 404, 409, 503}},
           [&promote](Call<wire::ByVersion, wire::PromoteQuery> call) -> Task<Result<Answer<wire::PromotedModel>>> {
             auto promotion = co_await promote.promote(std::move(call.path.version), call.query.accept_shift);
             if (!promotion) co_return promotion.error();
             co_return to_wire(std::move(*promotion));
           });
  api.post("/models/{version}/rollback",
           {.name = "roll_back_model",
            .summary = "Lets the champion before this one, which must be the champion, answer again",
            .tag = "models",
            .access = Access::Service,
            .errors = {401, 404, 409, 503}},
           [&promote](Call<wire::ByVersion> call) -> Task<Result<wire::RolledBack>> {
             auto version = co_await promote.roll_back(std::move(call.path.version));
             if (!version) co_return version.error();
             wire::RolledBack body;
             body.message = *version + " is the champion again.";
             body.model_version = std::move(*version);
             co_return body;
           });
}

}  // namespace qm::reco
