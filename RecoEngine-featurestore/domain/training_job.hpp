// A training of the model, from its start to its end.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"

namespace qm::reco {

enum class TrainingState { queued, running, succeeded, failed, cancelled };

constexpr std::string_view to_string(TrainingState state) noexcept {
  switch (state) {
    case TrainingState::queued: return "queued";
    case TrainingState::running: return "running";
    case TrainingState::succeeded: return "succeeded";
    case TrainingState::failed: return "failed";
    case TrainingState::cancelled: return "cancelled";
  }
  return "";
}

constexpr bool is_over(TrainingState state) noexcept {
  return state != TrainingState::queued && state != TrainingState::running;
}

// Customers to learn from: simulated ones, by the stored recipe, or those of the log of events.
enum class TrainingSource { synthetic, events };

constexpr std::string_view to_string(TrainingSource source) noexcept {
  return source == TrainingSource::events ? "events" : "synthetic";
}

struct TrainingJob {
  std::string id;
  TrainingState state = TrainingState::queued;
  double progress = 0;  // 0…1
  std::optional<TrainingSource> source;  // nothing: not chosen yet
  double test_size = 0.2;  // of simulated customers
  std::uint64_t seed = 42;
  Timestamp started_at{};
  std::optional<Timestamp> finished_at;
  std::string model_version;  // once it succeeded
  std::string error;          // a sentence for people, once it failed
};

}  // namespace qm::reco
