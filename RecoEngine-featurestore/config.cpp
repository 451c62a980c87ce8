#include "RecoEngine-featurestore/config.hpp"

#include "platform/config/config.hpp"

namespace qm::reco {

int read_config(int argc, const char* const* argv, Config& config) {
  config::Options options{"reco-engine",
                          "RecoEngine: scores the risk that a customer leaves, says why, and picks a nudge."};
  service::add_service_options(options, config, "RECO");
  options.choice("tokenless", "RECO_TOKENLESS", config.tokenless, {"nobody", "loopback", "private"},
                 "Who may call without the service token, in development: nobody, this machine, private networks too.");
  options.text("quickmart-api-url", "QUICKMART_API_URL", config.quickmart_api_url, "Where coupons are assigned.");
  options.text("nudge-rules", "NUDGE_RULES_FILE", config.nudge_rules,
               "The nudge rules; read again when the file changes. Empty: looked for beside the program.");
  options.integer("first-training-samples", "FIRST_TRAINING_SAMPLES", config.first_training_samples, 0, 100'000,
                  "samples", "Synthetic customers for the first model, in development; 0: wait for POST /train/start.");
  options.integer("nudge-cool-down", "NUDGE_COOL_DOWN_H", config.nudge_cool_down_h, 0, 8'760, "h",
                  "How long a customer keeps a rule's nudge before it may be sent anew.");
  options.integer("event-keep", "EVENT_KEEP_DAYS", config.event_keep_days, 1, 3'650, "days",
                  "How long what customers did is kept, event by event.");
  options.integer("event-late", "EVENT_LATE_DAYS", config.event_late_days, 1, 365, "days",
                  "How long after it happened an event may come; older ones are taken as an import only.");
  options.integer("model-shadow-min-scores", "MODEL_SHADOW_MIN_SCORES", config.model_shadow_min_scores, 0, 10'000,
                  "customers", "How many a new model scores unseen, beside the champion, before it may take its place; "
                               "0: a training that passes the other gates changes the champion at once.");
  return options.parse(argc, argv);
}

Result<void> complete_config(Config& config) {
  if (auto completed = service::complete_config(static_cast<service::ServiceConfig&>(config)); !completed)
    return completed;
  if (config.nudge_rules.empty()) {
    config.nudge_rules = service::find_beside_program("RecoEngine-featurestore/data/nudge_rules.json");
  }
  return {};
}

}  // namespace qm::reco
