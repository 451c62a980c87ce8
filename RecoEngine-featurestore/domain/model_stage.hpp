// What a version of the model is for.
#pragma once
#include <string_view>

namespace qm::reco {

// candidate → shadow → champion → retired; a candidate may become champion at once, and a retired one again.
enum class ModelStage {
  candidate,  // trained, and answers nobody
  shadow,     // scores what the champion scores, beside it; nobody sees it
  champion,   // answers customers
  retired,    // was champion
};

constexpr std::string_view to_string(ModelStage stage) noexcept {
  switch (stage) {
    case ModelStage::candidate: return "candidate";
    case ModelStage::shadow: return "shadow";
    case ModelStage::champion: return "champion";
    case ModelStage::retired: return "retired";
  }
  return "";
}

}  // namespace qm::reco
